/* Plain values: a setting's JSON value into the member of a struct, and back. See field_types.h. */
#include "spec/field_types.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "io/file.h"
#include "spec/nearest.h"
#include "spec/units.h"

/* Texts. */

static void replace_text(char **to, char *text)
{
	free(*to);
	*to = text;
}

static void done_text(void *to)
{
	replace_text(to, NULL);
}

static struct json *show_text(const struct field *field, const void *from)
{
	const char *text = *(char *const *)from;

	return text ? json_new_string(text) : NULL;
}

/* "a, b, c" */
static char *joined(const char *const *words)
{
	struct buf out;

	buf_init(&out, 4096);
	for (const char *const *word = words; *word; word++)
		buf_addf(&out, "%s%s", word == words ? "" : ", ", *word);
	return buf_take(&out);
}

static bool listed(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (strcmp(*words, word) == 0)
			return true;
	return false;
}

static void refuse_choice(const struct field *field, const char *word, const struct walk *walk,
			  const struct trail *at)
{
	char *known = joined(field->choices);
	struct nearest nearest;

	nearest_init(&nearest, word);
	for (const char *const *choice = field->choices; *choice; choice++)
		nearest_offer(&nearest, *choice);
	if (listed(field->later, word))
		walk_problem(walk, at, AT_VALUE,
			     "this version does not support \"%s\" yet; it has %s", word, known);
	else if (nearest.best)
		walk_problem(walk, at, AT_VALUE,
			     "expected one of %s, found \"%.40s\"; did you mean \"%s\"?", known,
			     word, nearest.best);
	else
		walk_problem(walk, at, AT_VALUE, "expected one of %s, found \"%.40s\"", known,
			     word);
	free(known);
}

/* The index of `value` in the choices; -1 when it was refused. A number counts as its text (408).
 */
static int read_choice(const struct field *field, const struct json *value, const struct walk *walk,
		       const struct trail *at)
{
	bool is_number = json_type(value) == JSON_INT || json_type(value) == JSON_NUMBER;
	char *number = is_number ? json_text(value, false) : NULL;
	const char *word = number ? number : json_str(value);
	int found = -1;

	if (!word) {
		char *known = joined(field->choices);

		walk_problem(walk, at, AT_VALUE, "expected one of %s, found %s", known,
			     walk_type_name(value));
		free(known);
		return -1;
	}
	for (int i = 0; field->choices[i]; i++)
		if (strcmp(field->choices[i], word) == 0)
			found = i;
	if (found < 0)
		refuse_choice(field, word, walk, at);
	free(number);
	return found;
}

static void read_text(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct err err = ERR_INIT;

	if (field->choices && read_choice(field, value, walk, at) < 0)
		return;
	if (walk_wrong_type(walk, at, value, JSON_STRING, "text"))
		return;
	if (field->check && field->check(json_str(value), &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	else
		replace_text(to, xstrdup(json_str(value)));
}

static void read_path(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	const char *path = json_str(value);

	if (walk_wrong_type(walk, at, value, JSON_STRING, "a path"))
		return;
	if (!*path)
		walk_problem(walk, at, AT_VALUE, "expected a path, found an empty text");
	else if (*path != '/' && !walk->beside)
		walk_problem(walk, at, AT_VALUE,
			     "a relative path means nothing here; give an absolute one");
	else
		replace_text(to, file_absolute(path, walk->beside));
}

/* Numbers. */

static void read_bool(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	if (!walk_wrong_type(walk, at, value, JSON_BOOL, "true or false"))
		*(bool *)to = json_bool(value, false);
}

static struct json *show_bool(const struct field *field, const void *from)
{
	return json_new_bool(*(const bool *)from);
}

static bool whole_number(const struct field *field, const struct json *value,
			 const struct walk *walk, const struct trail *at)
{
	int64_t number = json_int(value, -1);

	if (json_type(value) == JSON_INT && number >= field->min && number <= field->max)
		return true;
	if (json_type(value) == JSON_INT || json_type(value) == JSON_NUMBER)
		walk_problem(walk, at, AT_VALUE, "expected a whole number from %lld to %lld",
			     (long long)field->min, (long long)field->max);
	else
		walk_problem(walk, at, AT_VALUE,
			     "expected a whole number from %lld to %lld, found %s",
			     (long long)field->min, (long long)field->max, walk_type_name(value));
	return false;
}

static void read_count(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	if (whole_number(field, value, walk, at))
		*(unsigned *)to = (unsigned)json_int(value, 0);
}

static struct json *show_count(const struct field *field, const void *from)
{
	return json_new_int(*(const unsigned *)from);
}

static void read_big(const struct field *field, const struct json *value, void *to,
		     const struct walk *walk, const struct trail *at)
{
	if (whole_number(field, value, walk, at))
		*(uint64_t *)to = (uint64_t)json_int(value, 0);
}

static struct json *show_big(const struct field *field, const void *from)
{
	return json_new_int((int64_t) * (const uint64_t *)from);
}

static void read_size(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	char lowest[UNITS_TEXT_MAX], highest[UNITS_TEXT_MAX];
	struct err err = ERR_INIT;
	char *text = json_type(value) == JSON_INT ? json_text(value, false) : NULL;
	uint64_t bytes = 0;
	int ret = 0;

	if (!text && walk_wrong_type(walk, at, value, JSON_STRING, "a size, \"64MiB\" for example"))
		return;
	ret = size_parse(text ? text : json_str(value), &bytes, &err);
	free(text);
	if (ret < 0) {
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	} else if (bytes < (uint64_t)field->min || bytes > (uint64_t)field->max) {
		size_format((uint64_t)field->min, lowest);
		size_format((uint64_t)field->max, highest);
		walk_problem(walk, at, AT_VALUE, "expected a size from %s to %s", lowest, highest);
	} else {
		*(uint64_t *)to = bytes;
	}
}

static struct json *show_size(const struct field *field, const void *from)
{
	char text[UNITS_TEXT_MAX];

	size_format(*(const uint64_t *)from, text);
	return json_new_string(text);
}

static void read_duration(const struct field *field, const struct json *value, void *to,
			  const struct walk *walk, const struct trail *at)
{
	char lowest[UNITS_TEXT_MAX], highest[UNITS_TEXT_MAX];
	struct err err = ERR_INIT;
	char *text = json_type(value) == JSON_INT ? json_text(value, false) : NULL;
	int64_t ms = 0;
	int ret;

	if (!text &&
	    walk_wrong_type(walk, at, value, JSON_STRING, "a duration, \"30s\" for example"))
		return;
	ret = duration_parse(text ? text : json_str(value), &ms, &err);
	free(text);
	if (ret < 0) {
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	} else if (ms < field->min || ms > field->max) {
		duration_format(field->min, lowest);
		duration_format(field->max, highest);
		walk_problem(walk, at, AT_VALUE, "expected a duration from %s to %s", lowest,
			     highest);
	} else {
		*(int64_t *)to = ms;
	}
}

static struct json *show_duration(const struct field *field, const void *from)
{
	char text[UNITS_TEXT_MAX];

	duration_format(*(const int64_t *)from, text);
	return json_new_string(text);
}

static void read_rate(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct err err = ERR_INIT;

	if (walk_wrong_type(walk, at, value, JSON_STRING, "a rate, \"20/s\" for example"))
		return;
	if (rate_parse(json_str(value), to, &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
}

static struct json *show_rate(const struct field *field, const void *from)
{
	char text[UNITS_TEXT_MAX];

	if (*(const int64_t *)from == 0)
		return NULL;
	rate_format(*(const int64_t *)from, text);
	return json_new_string(text);
}

/* Choices. */

static void read_enum(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	int choice = read_choice(field, value, walk, at);

	if (choice >= 0)
		*(int *)to = choice;
}

static struct json *show_enum(const struct field *field, const void *from)
{
	return json_new_string(field->choices[*(const int *)from]);
}

static void read_set(const struct field *field, const struct json *value, void *to,
		     const struct walk *walk, const struct trail *at)
{
	struct trail item = { .up = at };
	unsigned bits = 0;

	if (walk_wrong_type(walk, at, value, JSON_ARRAY, "a list"))
		return;
	for (; item.index < json_len(value); item.index++) {
		int choice = read_choice(field, json_at(value, item.index), walk, &item);

		if (choice >= 0)
			bits |= 1u << choice;
	}
	*(unsigned *)to = bits;
}

static struct json *show_set(const struct field *field, const void *from)
{
	struct json *list = json_new_array();

	for (unsigned i = 0; field->choices[i]; i++)
		if (*(const unsigned *)from & 1u << i)
			json_push(list, json_new_string(field->choices[i]));
	return list;
}

const struct field_kind *const field_kinds[FIELD__COUNT] = {
	[FIELD_TEXT] = &(const struct field_kind) { "text", read_text, show_text, done_text },
	[FIELD_PATH] = &(const struct field_kind) { "path", read_path, show_text, done_text },
	[FIELD_BOOL] = &(const struct field_kind) { "true or false", read_bool, show_bool, NULL },
	[FIELD_COUNT] = &(const struct field_kind) { "number", read_count, show_count, NULL },
	[FIELD_BIG] = &(const struct field_kind) { "number", read_big, show_big, NULL },
	[FIELD_SIZE] = &(const struct field_kind) { "size", read_size, show_size, NULL },
	[FIELD_DURATION] =
		&(const struct field_kind) { "duration", read_duration, show_duration, NULL },
	[FIELD_RATE] = &(const struct field_kind) { "rate", read_rate, show_rate, NULL },
	[FIELD_CHOICE] = &(const struct field_kind) { "choice", read_enum, show_enum, NULL },
	[FIELD_SET] = &(const struct field_kind) { "list of choices", read_set, show_set, NULL },
	[FIELD_POINTER] = &field_pointer,
	[FIELD_TEMPLATE] = &field_template,
	[FIELD_SECRET] = &field_secret,
	[FIELD_GROUP] = &(const struct field_kind) { .shape = "map" },
	[FIELD_RESERVED] = &(const struct field_kind) { .shape = "later" },
};
