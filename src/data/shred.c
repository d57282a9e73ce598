/* Records taken apart: see shred.h. */
#include "data/shred.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "data/brief.h"

void shred_init(struct shred *shred, const struct names *keys, bool flatten, const char *end)
{
	*shred = (struct shred) {
		.keys = keys,
		.flatten = flatten,
		.end = end,
	};
	shred->cells = xcalloc(shred->keys->len + 1, sizeof(*shred->cells));
	buf_init(&shred->name, COLSET_NAME_MAX);
}

void shred_done(struct shred *shred)
{
	free(shred->cells);
	buf_done(&shred->name);
}

/* U+0000 cannot stand in a CSV file: as in a text there, it becomes U+FFFD. */
static int replace_nul(struct buf *name, size_t from)
{
	const char *nul = memchr(name->data + from, '\0', name->len - from);
	struct slice rest;
	struct buf whole;
	int code = 0;

	if (!nul)
		return 0;
	buf_init(&whole, name->ceiling);
	rest = buf_slice(name);
	while (code == 0 && nul) {
		size_t plain = (size_t)(nul - rest.ptr);

		buf_add(&whole, rest.ptr, plain);
		code = buf_add_text(&whole, "\xef\xbf\xbd");
		rest = (struct slice) { nul + 1, rest.len - plain - 1 };
		nul = memchr(rest.ptr, '\0', rest.len);
	}
	code = code < 0 ? code : buf_add_slice(&whole, rest);
	buf_done(name);
	*name = whole;
	return code;
}

/* Appends a key to the prefix that is in `name`, and a dot when it becomes the prefix of others. */
static int add_key(struct shred *shred, const struct cell *key, bool prefix, struct err *err)
{
	struct slice raw = { key->ptr, key->len };
	size_t from = shred->name.len;
	int code;

	if (!(key->flags & WALK_ESCAPED))
		code = buf_add_slice(&shred->name, raw);
	else if ((code = scan_unescape(raw, &shred->name)) == 0 && shred->flatten)
		code = replace_nul(&shred->name, from);
	if (code == 0 && prefix)
		code = buf_add_char(&shred->name, '.');
	if (code == 0)
		return 0;
	return err_set(err, -EINVAL, "the name of a column would pass %d bytes: %.60s...",
		       COLSET_NAME_MAX, buf_text(&shred->name));
}

/* Is the key after the last one met, behind the prefix, this one? */
static bool as_expected(const struct shred *shred, const struct cell *key)
{
	size_t prefix = shred->name.len;
	struct slice next;

	if (shred->expected >= shred->keys->len || key->flags & WALK_ESCAPED)
		return false;
	next = shred->keys->items[shred->expected];
	return next.len == prefix + key->len && brief_same(next.ptr + prefix, key->ptr, key->len) &&
	       (prefix == 0 || brief_same(next.ptr, shred->name.data, prefix));
}

static void place(struct shred *shred, struct slice name, const struct cell *value)
{
	size_t at;

	if (names_find(shred->keys, name, &at)) {
		shred->cells[at] = *value;
		shred->expected = at + 1;
	} else if (shred->flatten) {
		shred->unknown = true;
		if (shred->found)
			shred->found(name, value, shred->arg);
	}
}

/* Puts a member's value where its name belongs. */
static int store(struct shred *shred, const struct cell *key, const struct cell *value,
		 struct err *err)
{
	size_t prefix = shred->name.len;

	if (as_expected(shred, key)) {
		shred->cells[shred->expected++] = *value;
		return 0;
	}
	if (prefix == 0 && !(key->flags & WALK_ESCAPED) && key->len <= COLSET_NAME_MAX) {
		place(shred, (struct slice) { key->ptr, key->len }, value);
		return 0;
	}
	if (add_key(shred, key, false, shred->flatten ? err : NULL) == 0)
		place(shred, buf_slice(&shred->name), value);
	else if (shred->flatten)
		return -EINVAL;
	shred->name.full = false; /* a key that long is no step of a pointer */
	buf_cut(&shred->name, prefix);
	return 0;
}

static inline bool opens(const struct shred *shred, const char *at)
{
	return shred->flatten && *at == '{' && *walk_space(at + 1, shred->end) != '}';
}

/* Steps over the colon behind a key. */
static inline const char *to_value(const char *at, const char *end)
{
	return walk_space(walk_space(at, end) + 1, end);
}

/* Reads the member at `at` if its key is the one after the last one met, and returns what
 * follows it; NULL otherwise. Most members of most records are known so, by one comparison. Only
 * at the top, where keys are names. */
static inline const char *known_member(struct shred *shred, const char *at)
{
	const struct names *keys = shred->keys;
	struct slice next;

	if (shred->expected >= keys->len || !keys->plain[shred->expected])
		return NULL;
	next = keys->items[shred->expected];
	if ((size_t)(shred->end - at) < next.len + 2 || at[next.len + 1] != '"' ||
	    !brief_same(at + 1, next.ptr, next.len))
		return NULL;
	at = to_value(at + next.len + 2, shred->end);
	if (opens(shred, at))
		return NULL;
	return cell_read(at, shred->end, &shred->cells[shred->expected++]);
}

static int members(struct shred *shred, const char **at, struct err *err);

/* Reads the member at `*at`, whatever it is; `*at` moves behind it. */
static int any_member(struct shred *shred, const char **at, struct err *err)
{
	size_t prefix = shred->name.len;
	const char *end = shred->end;
	struct cell key, value;
	int code;

	*at = to_value(cell_read(*at, end, &key), end);
	if (!opens(shred, *at)) {
		*at = cell_read(*at, end, &value);
		return store(shred, &key, &value, err);
	}
	*at = walk_space(*at + 1, end);
	code = add_key(shred, &key, true, err);
	if (code == 0)
		code = members(shred, at, err);
	buf_cut(&shred->name, prefix);
	return code;
}

/* Takes apart the object whose first key is at `*at`; `*at` moves behind its brace. */
static int members(struct shred *shred, const char **at, struct err *err)
{
	bool top = shred->name.len == 0;

	for (;;) {
		const char *next = top ? known_member(shred, *at) : NULL;
		int code = 0;

		if (next)
			*at = next;
		else
			code = any_member(shred, at, err);
		if (code < 0)
			return code;
		*at = walk_space(*at, shred->end);
		if (*(*at)++ == '}')
			return 0;
		*at = walk_space(*at, shred->end);
	}
}

int shred_record(struct shred *shred, struct slice record, struct err *err)
{
	static const struct cell value_key = { "value", 5, CELL_STRING, 0 };
	const char *at = record.ptr;

	shred->expected = 0;
	shred->name.full = false;
	buf_cut(&shred->name, 0);
	if (*at == '{' && *walk_space(at + 1, shred->end) != '}') {
		if (!shred->flatten)
			shred->record = (struct cell) { at, record.len, CELL_NEST, 0 };
		at = walk_space(at + 1, shred->end);
		return members(shred, &at, err);
	}
	cell_read(at, at + record.len, &shred->record);
	return shred->flatten ? store(shred, &value_key, &shred->record, err) : 0;
}
