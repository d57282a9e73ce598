/* Rows of CSV as we write it, read back: see tail.h. */
#include <errno.h>
#include <string.h>

#include "data/tail_internal.h"
#include "io/file.h"

#define HEADER_STEP ((uint64_t)64 << 10)

/* Behind the quoted field that begins at `at`; NULL when it does not end. Its text goes to
 * `text`. */
static const char *quoted(const char *at, const char *end, struct buf *text)
{
	for (at++; at < end; at++) {
		const char *quote = memchr(at, '"', (size_t)(end - at));

		if (!quote)
			return NULL;
		buf_add(text, at, (size_t)(quote - at));
		at = quote + 1;
		if (at == end || *at != '"')
			return at;
		buf_add_char(text, '"');
	}
	return NULL;
}

/* Pushes one field and moves behind it; `text` is scratch. */
static const char *field(const char *at, const char *end, struct buf *text, struct json *row)
{
	const char *from = at;

	if (at < end && *at == '"') {
		buf_clear(text);
		at = quoted(at, end, text);
		if (at)
			json_push(row, json_new_string_len(buf_text(text), text->len));
		return at;
	}
	while (at < end && *at != ',' && *at != '\n')
		at++;
	json_push(row, at > from ? json_new_string_len(from, (size_t)(at - from)) : NULL);
	return at;
}

/* Pushes the fields of the row at `at` and moves behind its end; NULL when it is broken. */
static const char *read_row(const char *at, const char *end, struct buf *text, struct json *row)
{
	for (;;) {
		at = field(at, end, text, row);
		if (!at || at == end)
			return at;
		if (*at == '\n')
			return at + 1;
		if (*at != ',')
			return NULL;
		at++;
	}
}

/* Where the header ends in what was read so far; 0: not in it. */
static size_t header_end(const struct buf *text)
{
	bool inside = false;

	for (size_t i = 0; i < text->len; i++) {
		inside ^= text->data[i] == '"';
		if (text->data[i] == '\n' && !inside)
			return i + 1;
	}
	return 0;
}

/* Reads the header's names and says where the rows begin. */
static int read_header(const struct tail *tail, struct json *names, uint64_t *first,
		       struct err *err)
{
	struct buf text, scratch;
	size_t end = 0;
	int code = 0;

	buf_init(&text, TAIL_BYTES_MAX);
	buf_init(&scratch, TAIL_BYTES_MAX);
	while (end == 0 && code == 0 && text.len < tail->bytes) {
		uint64_t left = tail->bytes - text.len, more = text.len ? text.len : HEADER_STEP;
		char *to = buf_reserve(&text, more < left ? more : left);

		code = to ? file_pread_all(tail->fd, to, more < left ? more : left, (off_t)text.len)
			  : -E2BIG;
		if (code == 0) {
			buf_grew(&text, more < left ? more : left);
			end = header_end(&text);
		}
	}
	if (code < 0)
		err_sys(err, code, "cannot read the header");
	else if (end == 0 || !read_row(text.data, text.data + end, &scratch, names))
		code = err_set(err, -EINVAL, "the file does not begin with a header");
	*first = end;
	buf_done(&text);
	buf_done(&scratch);
	return code;
}

/* All rows from `at` on. */
static int read_rows(const char *at, const char *end, struct json *rows, struct err *err)
{
	struct buf scratch;
	int code = 0;

	buf_init(&scratch, TAIL_BYTES_MAX);
	while (at && at < end) {
		struct json *row = json_push(rows, json_new_array());

		at = read_row(at, end, &scratch, row);
	}
	if (!at)
		code = err_set(err, -EINVAL, "the last rows are not CSV as it was written");
	buf_done(&scratch);
	return code;
}

static void move_all(struct json *from, struct json *to)
{
	for (size_t i = 0; i < json_len(from); i++)
		json_push(to, json_ref(json_at(from, i)));
}

/* Fills two arrays that are handed over only when all went well. */
static int read_into(const struct tail *tail, struct json *names, struct json *rows,
		     struct err *err)
{
	struct tail narrower = *tail;
	uint64_t first, most;
	struct buf text;
	size_t where;
	int code = read_header(tail, names, &first, err);

	if (code < 0)
		return code;
	most = TAIL_CELLS_MAX / (json_len(names) ? json_len(names) : 1);
	narrower.n = tail->n < most ? tail->n : (unsigned)most;
	if (narrower.n == 0 || first == tail->bytes)
		return 0;
	code = tail_window(&narrower, first, true, &text, &where, err);
	if (code < 0)
		return code;
	code = read_rows(text.data + where, text.data + text.len, rows, err);
	buf_done(&text);
	return code;
}

int tail_csv(const struct tail *tail, struct err *err)
{
	struct json *names, *rows;
	int code;

	if (tail->bytes == 0)
		return 0;
	names = json_new_array();
	rows = json_new_array();
	code = read_into(tail, names, rows, err);
	if (code == 0) {
		move_all(names, tail->columns);
		move_all(rows, tail->rows);
	}
	json_unref(names);
	json_unref(rows);
	return code;
}
