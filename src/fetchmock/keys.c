/* Maps read by tables: see keys.h. The nearest key is the one with the fewest edits
 * (Levenshtein). */
#include "fetchmock/keys.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/units.h"

#define WORD_MAX 32 /* longer keys have no near one */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t edits(const char *a, const char *b)
{
	size_t row[WORD_MAX + 1], lb = strlen(b);

	if (strlen(a) > WORD_MAX || lb > WORD_MAX)
		return SIZE_MAX;
	for (size_t k = 0; k <= lb; k++)
		row[k] = k;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t k = 1; k <= lb; k++) {
			size_t above = row[k];

			row[k] = least(diagonal + (a[i - 1] != b[k - 1]),
				       least(above, row[k - 1]) + 1);
			diagonal = above;
		}
	}
	return row[lb];
}

static const struct key *find(const struct key *keys, const char *name)
{
	for (const struct key *key = keys; key->name; key++)
		if (strcmp(key->name, name) == 0)
			return key;
	return NULL;
}

static const char *nearest(const struct key *keys, const char *name)
{
	const char *best = NULL;
	size_t fewest = strlen(name) / 2 + 1;

	for (const struct key *key = keys; key->name; key++) {
		size_t n = edits(key->name, name);

		if (n <= fewest && (!best || n < fewest)) {
			fewest = n;
			best = key->name;
		}
	}
	return best;
}

static void unknown(struct reader *reader, const char *pointer, const char *name,
		    const struct key *keys)
{
	const char *near = nearest(keys, name);
	struct buf known;

	if (near) {
		problems_add_key(reader->problems, reader->doc, pointer,
				 "unknown key \"%s\"; did you mean \"%s\"?", name, near);
		return;
	}
	buf_init(&known, 1024);
	for (const struct key *key = keys; key->name; key++)
		buf_addf(&known, "%s%s", key == keys ? "" : ", ", key->name);
	problems_add_key(reader->problems, reader->doc, pointer,
			 "unknown key \"%s\"; known here: %s", name, buf_text(&known));
	buf_done(&known);
}

bool keys_read(struct reader *reader, const char *pointer, const struct json *value,
	       const struct key *keys, void *target)
{
	if (json_type(value) != JSON_OBJECT) {
		reader_problem(reader, pointer, "expected a map and not %s",
			       json_type_name(json_type(value)));
		return false;
	}
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		const struct key *key = find(keys, m.key);
		char *at = pointer_member(pointer, m.key);

		if (!key)
			unknown(reader, at, m.key, keys);
		else if (key->types && !(key->types & KEY_TYPE(json_type(m.value))))
			reader_problem(reader, at, "%s: expected %s and not %s", key->name,
				       key->expected, json_type_name(json_type(m.value)));
		else
			key->read(reader, at, m.value, target);
		free(at);
	}
	return true;
}

void reader_problem(struct reader *reader, const char *pointer, const char *fmt, ...)
{
	char *sentence;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&sentence, fmt, ap);
	va_end(ap);
	problems_add(reader->problems, reader->doc, pointer, "%s", len < 0 ? fmt : sentence);
	if (len >= 0)
		free(sentence);
}

/* RFC 6901: "~" and "/" of a key are written ~0 and ~1. */
char *pointer_member(const char *pointer, const char *key)
{
	struct buf text;

	buf_init(&text, 1024 * 1024);
	buf_addf(&text, "%s/", pointer);
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			buf_add_text(&text, *key == '~' ? "~0" : "~1");
		else
			buf_add_char(&text, *key);
	}
	return buf_take(&text);
}

char *pointer_element(const char *pointer, size_t index)
{
	return xasprintf("%s/%zu", pointer, index);
}

bool read_duration(struct reader *reader, const char *pointer, const struct json *value,
		   int64_t *ms)
{
	struct err err = ERR_INIT;
	const char *text =
		json_type(value) == JSON_INT && json_int(value, 1) == 0 ? "0" : json_str(value);

	if (!text) {
		reader_problem(reader, pointer,
			       "expected a duration such as 200ms or 1s and not %s",
			       json_type_name(json_type(value)));
		return false;
	}
	if (duration_parse(text, ms, &err)) {
		reader_problem(reader, pointer, "%s", err.text);
		return false;
	}
	return true;
}

bool read_whole(struct reader *reader, const char *pointer, const struct json *value,
		struct bounds bounds, int64_t *number)
{
	int64_t found = json_int(value, bounds.low - 1);
	bool whole = json_type(value) == JSON_INT;

	if (whole && found >= bounds.low && found <= bounds.high) {
		*number = found;
		return true;
	}
	reader_problem(reader, pointer,
		       "expected a whole number in %" PRId64 "..%" PRId64 " and not %s", bounds.low,
		       bounds.high, whole ? "this one" : json_type_name(json_type(value)));
	return false;
}
