/* Rows of CSV as we write it, in the dialect they were written in, read back: see tail.h. */
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "data/csv.h"
#include "data/dialect.h"
#include "data/tail_internal.h"

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

/* What reads fields. */
struct reader {
	const struct tail_source *source;
	struct dialect dialect;
	struct buf scratch;
};

/* Stops also where it may not end: at a quote, for one. */
static const char *unquoted(const struct reader *reader, const char *at, const char *end,
			    struct json *row)
{
	struct slice text = { at, 0 };

	while (at < end && *at != reader->dialect.delimiter && *at != '\n' && *at != '\r' &&
	       *at != '"')
		at++;
	text.len = (size_t)(at - text.ptr);
	if (slice_equal(text, reader->dialect.null))
		json_push(row, NULL);
	else
		json_push(row, json_new_string_len(text.ptr, text.len));
	return at;
}

/* Pushes one field and moves behind it. */
static const char *field(struct reader *reader, const char *at, const char *end, struct json *row)
{
	if (at == end || *at != '"')
		return unquoted(reader, at, end, row);
	buf_clear(&reader->scratch);
	at = quoted(at, end, &reader->scratch);
	if (at)
		json_push(row,
			  json_new_string_len(buf_text(&reader->scratch), reader->scratch.len));
	return at;
}

/* Pushes the fields of the row at `at` and moves behind its end; NULL when it is broken. */
static const char *read_row(struct reader *reader, const char *at, const char *end,
			    struct json *row)
{
	for (;;) {
		at = field(reader, at, end, row);
		if (!at || at == end)
			return at;
		if (reader->dialect.crlf && *at == '\r')
			at++;
		if (at < end && *at == '\n')
			return at + 1;
		if (at == end || *at != reader->dialect.delimiter)
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

/* Reads from the beginning until the header is in `text`; its end, or 0: it is not there. */
static int find_header(const struct tail_source *source, struct buf *text, size_t *end)
{
	int code = 0;

	*end = 0;
	while (*end == 0 && code == 0 && text->len < source->bytes) {
		uint64_t left = source->bytes - text->len;
		uint64_t more = text->len ? text->len : HEADER_STEP;
		char *to;

		more = more < left ? more : left;
		to = buf_reserve(text, more);
		code = to ? tail_source_read(source, text->len, to, more) : -E2BIG;
		if (code == 0) {
			buf_grew(text, more);
			*end = header_end(text);
		}
	}
	return code;
}

/* Reads the header's names and says where the rows begin. */
static int read_header(struct reader *reader, struct json *names, uint64_t *first, struct err *err)
{
	struct buf text;
	size_t end = 0, mark = reader->dialect.bom ? strlen(CSV_BOM) : 0;
	int code;

	buf_init(&text, TAIL_BYTES_MAX);
	code = find_header(reader->source, &text, &end);
	if (code < 0)
		err_sys(err, code, "cannot read the header");
	else if (end < mark || memcmp(buf_text(&text), CSV_BOM, mark) != 0 || end == 0 ||
		 !utf8_valid(text.data, end) ||
		 !read_row(reader, text.data + mark, text.data + end, names))
		code = err_set(err, -EINVAL, "the file does not begin with a header");
	*first = end;
	buf_done(&text);
	return code;
}

/* All rows from `at` on. */
static int read_rows(struct reader *reader, const char *at, const char *end, struct json *rows,
		     struct err *err)
{
	if (!utf8_valid(at, (size_t)(end - at)))
		at = NULL;
	while (at && at < end) {
		struct json *row = json_push(rows, json_new_array());

		at = read_row(reader, at, end, row);
	}
	if (!at)
		return err_set(err, -EINVAL, "the last rows are not CSV as it was written");
	return 0;
}

static void move_all(struct json *from, struct json *to)
{
	for (size_t i = 0; i < json_len(from); i++)
		json_push(to, json_ref(json_at(from, i)));
}

/* Fills two arrays that are handed over only when all went well. */
static int read_into(struct reader *reader, unsigned n, struct json *names, struct json *rows,
		     struct err *err)
{
	struct tail_span span = { .end = reader->source->bytes, .quotes = true };
	struct buf text;
	size_t where, most;
	int code = read_header(reader, names, &span.first, err);

	if (code < 0)
		return code;
	most = TAIL_CELLS_MAX / (json_len(names) ? json_len(names) : 1);
	span.n = n < most ? n : (unsigned)most;
	if (span.n == 0 || span.first == span.end)
		return 0;
	code = tail_window(reader->source, &span, &text, &where, err);
	if (code < 0)
		return code;
	code = read_rows(reader, text.data + where, text.data + text.len, rows, err);
	buf_done(&text);
	return code;
}

int tail_csv(const struct tail *tail, const struct tail_source *source, struct err *err)
{
	struct reader reader = { .source = source };
	struct json *names, *rows;
	int code;

	if (source->bytes == 0)
		return 0;
	dialect_of_policy(tail->policy, &reader.dialect);
	buf_init(&reader.scratch, TAIL_BYTES_MAX);
	names = json_new_array();
	rows = json_new_array();
	code = read_into(&reader, tail->n, names, rows, err);
	if (code == 0) {
		move_all(names, tail->columns);
		move_all(rows, tail->rows);
	}
	json_unref(names);
	json_unref(rows);
	buf_done(&reader.scratch);
	return code;
}
