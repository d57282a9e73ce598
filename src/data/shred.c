/* Records taken apart: see shred.h. */
#include "data/shred.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"

void shred_init(struct shred *shred, const struct names *keys, bool flatten, const char *end)
{
	*shred = (struct shred) {
		.keys = keys,
		.flatten = flatten,
		.end = end,
	};
	shred->cells = xcalloc(shred->keys->len, sizeof(*shred->cells));
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
	return next.len == prefix + key->len &&
	       memcmp(next.ptr + prefix, key->ptr, key->len) == 0 &&
	       (prefix == 0 || memcmp(next.ptr, shred->name.data, prefix) == 0);
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
			shred->found(name, shred->arg);
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
	if (prefix == 0 && !(key->flags & WALK_ESCAPED)) {
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

static bool opens(const struct shred *shred, const char *at)
{
	return shred->flatten && *at == '{' && *walk_space(at + 1, shred->end) != '}';
}

/* Takes apart the object whose first key is at `*at`; `*at` moves behind its brace. */
static int members(struct shred *shred, const char **at, struct err *err)
{
	const char *end = shred->end, *p = *at;
	size_t prefix = shred->name.len;
	struct cell key, value;
	int code = 0;

	for (;;) {
		p = cell_read(p, end, &key);
		p = walk_space(walk_space(p, end) + 1, end);
		if (opens(shred, p)) {
			p = walk_space(p + 1, end);
			code = add_key(shred, &key, true, err);
			code = code < 0 ? code : members(shred, &p, err);
			buf_cut(&shred->name, prefix);
		} else {
			p = cell_read(p, end, &value);
			code = store(shred, &key, &value, err);
		}
		p = walk_space(p, end);
		if (code < 0 || *p == '}')
			break;
		p = walk_space(p + 1, end); /* behind the comma */
	}
	*at = p + 1;
	return code;
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
