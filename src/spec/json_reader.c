/* JSON files to a tree with places, through the scanner that also reads the data.
 *
 * base/json.c builds trees too, but keeps no places, and a job file deserves them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "spec/reader.h"
#include "spec/scalar.h"

struct composer {
	struct reader *reader;
	struct scan scan;
	const char *counted; /* line and column are those of this byte */
	struct place at;
};

static int compose(struct composer *c, enum scan_token token, struct json **value,
		   struct spot *spot);

/* Counts on from the last place asked for: a file is counted through once. */
static struct place place_of(struct composer *c, const char *byte)
{
	for (; c->counted < byte; c->counted++) {
		if (*c->counted == '\n') {
			c->at.line++;
			c->at.column = 1;
		} else if ((*c->counted & 0xc0) != 0x80) {
			c->at.column++;
		}
	}
	return c->at;
}

/* Where the token that was just read begins; the slice of a text begins behind its quote. */
static struct place here(struct composer *c, enum scan_token token)
{
	bool quoted = token == SCAN_STRING || token == SCAN_KEY;

	return place_of(c, c->scan.value.ptr - quoted);
}

static int syntax_fault(struct composer *c)
{
	struct place at;

	scan_place(c->reader->text.ptr, c->scan.at, &at.line, &at.column);
	return reader_fail(c->reader, at, "not valid JSON: %s", c->scan.error);
}

/* The text of a KEY or STRING; the caller frees. */
static int take_text(struct composer *c, struct place at, char **text)
{
	struct buf out;

	buf_init(&out, c->scan.value.len + 4);
	if (scan_unescape(c->scan.value, &out) < 0 || memchr(buf_text(&out), '\0', out.len)) {
		buf_done(&out);
		return reader_fail(c->reader, at, "a NUL byte; a text has none");
	}
	*text = buf_take(&out);
	return reader_spend(c->reader, at, strlen(*text) / 256);
}

static int compose_text(struct composer *c, struct place at, struct json **value)
{
	char *text = NULL;
	int ret = take_text(c, at, &text);

	if (ret == 0)
		*value = json_new_string(text);
	free(text);
	return ret;
}

static int compose_scalar(struct composer *c, enum scan_token token, struct place at,
			  struct json **value)
{
	char *text;

	if (token == SCAN_STRING)
		return compose_text(c, at, value);
	text = xstrndup(c->scan.value.ptr, c->scan.value.len);
	scalar_value(text, value); /* JSON's literals and numbers are YAML's */
	free(text);
	return 0;
}

static int compose_list(struct composer *c, struct json *list, struct level *inside)
{
	enum scan_token token;
	struct json *item;
	struct spot spot;

	while ((token = scan_next(&c->scan)) != SCAN_ARRAY_END) {
		if (compose(c, token, &item, &spot) < 0)
			return -EINVAL;
		places_add(inside, NULL, spot);
		json_push(list, item);
	}
	return 0;
}

static int compose_member(struct composer *c, struct json *map, struct level *inside)
{
	struct place at = here(c, SCAN_KEY);
	struct json *value;
	struct spot spot;
	char *key = NULL;
	int ret = take_text(c, at, &key);

	if (ret == 0 && json_has(map, key))
		ret = reader_fail(c->reader, at, "duplicate key \"%s\"", key);
	if (ret == 0)
		ret = compose(c, scan_next(&c->scan), &value, &spot);
	if (ret == 0) {
		spot.key = at;
		places_add(inside, key, spot);
		json_put(map, key, value);
	}
	free(key);
	return ret;
}

static int compose_map(struct composer *c, struct json *map, struct level *inside)
{
	enum scan_token token;

	while ((token = scan_next(&c->scan)) != SCAN_OBJECT_END) {
		if (token == SCAN_ERROR)
			return syntax_fault(c);
		if (compose_member(c, map, inside) < 0)
			return -EINVAL;
	}
	return 0;
}

/* The scanner bounds the recursion: it counts the depth. */
static int compose(struct composer *c, enum scan_token token, struct json **value,
		   struct spot *spot)
{
	struct json *made = NULL;
	int ret;

	if (token == SCAN_ERROR || token == SCAN_END)
		return syntax_fault(c);
	*spot = (struct spot) { .value = here(c, token) };
	ret = reader_spend(c->reader, spot->value, 1);
	if (ret < 0)
		return ret;
	if (token == SCAN_OBJECT || token == SCAN_ARRAY)
		spot->inside = places_level(&c->reader->places);
	if (token == SCAN_OBJECT)
		ret = compose_map(c, made = json_new_object(), spot->inside);
	else if (token == SCAN_ARRAY)
		ret = compose_list(c, made = json_new_array(), spot->inside);
	else
		ret = compose_scalar(c, token, spot->value, &made);
	if (ret < 0)
		json_unref(made);
	else
		*value = made;
	return ret;
}

int json_read(struct reader *reader)
{
	const char *text = reader->text.len ? reader->text.ptr : "";
	struct composer c = { .reader = reader, .counted = text, .at = { 1, 1 } };
	struct json *root = NULL;
	struct spot spot;

	reader->text.ptr = text;
	scan_init(&c.scan, text, reader->text.len, DOC_DEPTH_MAX);
	if (compose(&c, scan_next(&c.scan), &root, &spot) < 0)
		return -EINVAL;
	if (scan_next(&c.scan) != SCAN_END) {
		json_unref(root);
		return syntax_fault(&c);
	}
	reader->root = root;
	reader->places.root = spot;
	return 0;
}
