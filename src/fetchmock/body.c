/* Templates: compiled to a list of pieces, each literal bytes followed by at most one hole.
 *
 * The JSON around the holes is written once, at compile time; rendering a reply only copies. That
 * is what keeps the mock server faster than what is measured against it.
 */
#include "fetchmock/body.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchmock/hole.h"

#define LITERAL_MAX (16 * 1024 * 1024)

struct piece {
	char *literal;
	size_t len;
	bool has_hole;
	enum hole_place place;
	struct hole hole;
};

struct body {
	struct piece *pieces;
	size_t len, room;
	struct buf literal; /* gathered since the last hole; empty once compiled */
};

static struct body *new_body(void)
{
	struct body *body = xcalloc(1, sizeof(*body));

	buf_init(&body->literal, LITERAL_MAX);
	return body;
}

void body_free(struct body *body)
{
	if (!body)
		return;
	for (size_t i = 0; i < body->len; i++) {
		free(body->pieces[i].literal);
		hole_done(&body->pieces[i].hole);
	}
	buf_done(&body->literal);
	free(body->pieces);
	free(body);
}

/* Ends the literal gathered so far; the caller may then put a hole behind it. */
static struct piece *close_piece(struct body *body)
{
	size_t len = body->literal.len;
	struct piece *piece;

	if (body->len == body->room) {
		body->room = body->room ? body->room * 2 : 8;
		body->pieces = xreallocarray(body->pieces, body->room, sizeof(*body->pieces));
	}
	piece = &body->pieces[body->len++];
	*piece = (struct piece) { .len = len, .literal = buf_take(&body->literal) };
	return piece;
}

static int add_hole(struct body *body, struct slice name, enum hole_place place, struct err *err)
{
	struct hole hole;
	struct piece *piece;
	int rc = hole_parse(name, &hole, err);

	if (rc)
		return rc;
	if (hole_alone_only(&hole) && place != HOLE_ALONE) {
		hole_done(&hole);
		return err_set(err, -EINVAL, "${%.*s} must be the whole string", (int)name.len,
			       name.ptr);
	}
	piece = close_piece(body);
	piece->has_hole = true;
	piece->place = place;
	piece->hole = hole;
	return 0;
}

static void add_literal(struct body *body, struct slice text, enum hole_place place)
{
	if (place == HOLE_IN_STRING)
		hole_escape(text, &body->literal);
	else
		buf_add_slice(&body->literal, text);
}

/* True when the string is one hole from its first byte to its last. */
static bool is_one_hole(const char *text)
{
	const char *close = strchr(text, '}');

	return text[0] == '$' && text[1] == '{' && close && close[1] == '\0';
}

/* A text with holes: literal, "$$" or "${name}", in turn. */
static int compile_text(struct body *body, const char *text, enum hole_place place, struct err *err)
{
	while (*text) {
		size_t plain = strcspn(text, "$");
		const char *close;
		int rc;

		add_literal(body, (struct slice) { text, plain }, place);
		text += plain;
		if (*text == '\0')
			break;
		if (text[1] != '{') {
			add_literal(body, slice_of("$"), place);
			text += text[1] == '$' ? 2 : 1;
			continue;
		}
		close = strchr(text, '}');
		if (!close)
			return err_set(err, -EINVAL, "the hole \"%.40s\" is not closed by \"}\"",
				       text);
		rc = add_hole(body, (struct slice) { text + 2, (size_t)(close - text) - 2 }, place,
			      err);
		if (rc)
			return rc;
		text = close + 1;
	}
	return 0;
}

static int compile_string(struct body *body, const char *text, struct err *err)
{
	int rc;

	if (is_one_hole(text))
		return add_hole(body, (struct slice) { text + 2, strlen(text) - 3 }, HOLE_ALONE,
				err);
	buf_add_char(&body->literal, '"');
	rc = compile_text(body, text, HOLE_IN_STRING, err);
	buf_add_char(&body->literal, '"');
	return rc;
}

static int compile_value(struct body *body, const struct json *value, struct err *err);

static int compile_object(struct body *body, const struct json *object, struct err *err)
{
	char separator = '{';
	int rc;

	for (struct json_member m = json_first(object); m.key; m = json_next(m)) {
		buf_add_char(&body->literal, separator);
		buf_add_char(&body->literal, '"');
		hole_escape(slice_of(m.key), &body->literal);
		buf_add_text(&body->literal, "\":");
		rc = compile_value(body, m.value, err);
		if (rc) {
			err_within(err, "%s", m.key);
			return rc;
		}
		separator = ',';
	}
	buf_add_text(&body->literal, separator == '{' ? "{}" : "}");
	return 0;
}

static int compile_array(struct body *body, const struct json *array, struct err *err)
{
	int rc;

	buf_add_char(&body->literal, '[');
	for (size_t i = 0; i < json_len(array); i++) {
		if (i)
			buf_add_char(&body->literal, ',');
		rc = compile_value(body, json_at(array, i), err);
		if (rc) {
			err_within(err, "%zu", i);
			return rc;
		}
	}
	buf_add_char(&body->literal, ']');
	return 0;
}

static int compile_value(struct body *body, const struct json *value, struct err *err)
{
	switch (json_type(value)) {
	case JSON_OBJECT:
		return compile_object(body, value, err);
	case JSON_ARRAY:
		return compile_array(body, value, err);
	case JSON_STRING:
		return compile_string(body, json_str(value), err);
	default:
		return json_write(value, &body->literal);
	}
}

static int finish(struct body *body, int rc, struct body **out, struct err *err)
{
	if (rc == 0 && body->literal.full)
		rc = err_set(err, -E2BIG, "the template is larger than 16 MiB");
	if (rc) {
		body_free(body);
		return rc;
	}
	close_piece(body);
	*out = body;
	return 0;
}

int body_compile_json(const struct json *value, struct body **out, struct err *err)
{
	struct body *body = new_body();

	return finish(body, compile_value(body, value, err), out, err);
}

int body_compile_text(const char *text, struct body **out, struct err *err)
{
	struct body *body = new_body();

	return finish(body, compile_text(body, text, HOLE_IN_TEXT, err), out, err);
}

const char *body_path_variable(const struct body *body, size_t n)
{
	for (size_t i = 0; i < body->len; i++) {
		const struct piece *piece = &body->pieces[i];
		const char *name = piece->has_hole ? hole_path_variable(&piece->hole) : NULL;

		if (name && n-- == 0)
			return name;
	}
	return NULL;
}

bool body_pages(const struct body *body)
{
	for (size_t i = 0; i < body->len; i++)
		if (body->pieces[i].has_hole && hole_of_page(&body->pieces[i].hole))
			return true;
	return false;
}

void body_render(const struct body *body, struct fill *fill, struct buf *out)
{
	for (size_t i = 0; i < body->len; i++) {
		const struct piece *piece = &body->pieces[i];

		buf_add(out, piece->literal, piece->len);
		if (piece->has_hole)
			hole_write(&piece->hole, piece->place, fill, out);
	}
}
