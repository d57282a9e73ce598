/* CSV answers: see csvbody.h. */
#include "data/csvbody.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "data/colset.h"
#include "data/jsonrow.h"
#include "data/names.h"

struct reader {
	const struct csvbody_dialect *dialect;
	const char *at, *end;
	size_t line; /* of the body, 1-based: where `at` is */

	/* the field just read */
	struct buf text; /* of one that holds quotes */
	struct slice field;
	bool quoted;
	bool last; /* of its row */

	struct names names;
	struct buf *made;
	size_t *ends, len, room; /* of the records in `made` */
	bool truncated;
	struct err *err;
};

static int fail(struct reader *reader, size_t line, const char *sentence)
{
	return err_set(reader->err, -EINVAL, "line %zu: %s", line, sentence);
}

/* What follows a field: a delimiter, or the end of its row. */
static int end_field(struct reader *reader)
{
	reader->last = true;
	if (reader->at == reader->end)
		return 0;
	if (*reader->at == reader->dialect->delimiter) {
		reader->at++;
		reader->last = false;
		return 0;
	}
	if (*reader->at == '\r' && reader->end - reader->at > 1)
		reader->at++;
	if (*reader->at != '\n' && *reader->at != '\r')
		return fail(reader, reader->line, "something follows the quotes of a field");
	reader->at++;
	reader->line++;
	return 0;
}

/* RFC 4180 section 2, rules 5 to 7. A quote inside is two of them. */
static int quoted_field(struct reader *reader)
{
	size_t began = reader->line;
	const char *quote;

	buf_clear(&reader->text);
	for (reader->at++;; reader->at = quote + 2) {
		quote = memchr(reader->at, '"', (size_t)(reader->end - reader->at));
		if (!quote) {
			reader->truncated = true;
			return fail(reader, began,
				    "the quotes that open here are not closed by the end of the "
				    "answer");
		}
		for (const char *at = reader->at; at < quote; at++)
			reader->line += *at == '\n';
		if (quote + 1 == reader->end || quote[1] != '"')
			break;
		buf_add(&reader->text, reader->at, (size_t)(quote + 1 - reader->at));
	}
	buf_add(&reader->text, reader->at, (size_t)(quote - reader->at));
	reader->at = quote + 1;
	reader->field = buf_slice(&reader->text);
	reader->quoted = true;
	return end_field(reader);
}

static int read_field(struct reader *reader)
{
	const char *from = reader->at, *at = from;
	char delimiter = reader->dialect->delimiter;

	if (from < reader->end && *from == '"')
		return quoted_field(reader);
	while (at < reader->end && *at != delimiter && *at != '\n')
		at++;
	reader->at = at;
	if (at > from && (at == reader->end || *at == '\n') && at[-1] == '\r')
		at--;
	reader->field = (struct slice) { from, (size_t)(at - from) };
	reader->quoted = false;
	if (reader->at < reader->end && *reader->at == '\n')
		reader->at = at;
	return end_field(reader);
}

static void skip_empty_lines(struct reader *reader)
{
	for (;;) {
		const char *at = reader->at;

		at += at < reader->end && *at == '\r';
		if (at == reader->end || *at != '\n')
			break;
		reader->at = at + 1;
		reader->line++;
	}
}

static int add_name(struct reader *reader, size_t line)
{
	size_t known = reader->names.len;
	char number[32];

	if (known == COLSET_MAX)
		return fail(reader, line, "there are more columns than can be taken");
	if (reader->dialect->header && reader->field.len > 0) {
		if (names_add(&reader->names, reader->field) == known)
			return 0;
		return err_set(reader->err, -EINVAL, "line %zu: two columns are named \"%.*s\"",
			       line, reader->field.len > 60 ? 60 : (int)reader->field.len,
			       reader->field.ptr);
	}
	snprintf(number, sizeof(number), "column%zu", known + 1);
	if (names_add(&reader->names, slice_of(number)) == known)
		return 0;
	return fail(reader, line, "a column without a name has the name of another");
}

/* The names of the first row, or as many as it has fields. */
static int read_names(struct reader *reader)
{
	const char *begin = reader->at;
	size_t line = reader->line;
	int code;

	do {
		code = read_field(reader);
		if (code == 0)
			code = add_name(reader, line);
	} while (code == 0 && !reader->last);
	if (code == 0 && !reader->dialect->header) {
		reader->at = begin;
		reader->line = line;
	}
	return code;
}

static void write_member(struct reader *reader, size_t column)
{
	struct slice name = reader->names.items[column];
	struct sink sink;

	sink_open(&sink, reader->made);
	sink_char(&sink, column > 0 ? ',' : '{');
	jsonrow_string(&sink, name.ptr, name.len);
	sink_char(&sink, ':');
	if (reader->field.len > 0 || reader->quoted)
		jsonrow_string(&sink, reader->field.ptr, reader->field.len);
	else
		sink_text(&sink, "null");
	if (reader->last)
		sink_char(&sink, '}');
	sink_close(&sink);
}

static int odd_length(struct reader *reader, size_t line, size_t fields)
{
	return err_set(reader->err, -EINVAL, "line %zu: %zu field%s where the first row has %zu",
		       line, fields, fields == 1 ? "" : "s", reader->names.len);
}

static int read_row(struct reader *reader)
{
	size_t line = reader->line, column = 0;
	int code;

	do {
		code = read_field(reader);
		if (code == 0 && column < reader->names.len)
			write_member(reader, column);
		column++;
	} while (code == 0 && !reader->last);
	if (code == 0 && column != reader->names.len)
		code = odd_length(reader, line, column);
	if (code < 0)
		return code;
	if (reader->len == reader->room) {
		reader->room = reader->room ? reader->room * 2 : 64;
		reader->ends = xreallocarray(reader->ends, reader->room, sizeof(*reader->ends));
	}
	reader->ends[reader->len++] = reader->made->len;
	return 0;
}

static int read_all(struct reader *reader)
{
	int code = 0;

	skip_empty_lines(reader);
	if (reader->at < reader->end)
		code = read_names(reader);
	for (;;) {
		skip_empty_lines(reader);
		if (code < 0 || reader->at == reader->end || reader->made->full)
			break;
		code = read_row(reader);
	}
	return code;
}

static void take(struct extract *extract, const struct reader *reader)
{
	size_t from = 0;

	for (size_t i = 0; i < reader->len; i++) {
		extract_add(extract,
			    (struct slice) { extract->made.data + from, reader->ends[i] - from });
		from = reader->ends[i];
	}
}

int csvbody_records(struct slice body, const struct csvbody_dialect *dialect, size_t ceiling,
		    struct extract *extract, bool *truncated, struct err *err)
{
	struct reader reader = {
		.dialect = dialect,
		.at = body.ptr,
		.end = body.ptr + body.len,
		.line = 1,
		.made = &extract->made,
		.err = err,
	};
	int code;

	*truncated = false;
	extract_clear(extract);
	if (!utf8_valid(body.ptr, body.len))
		return err_set(err, -EINVAL, "the answer is not UTF-8: set decode.charset");
	buf_init(&extract->made, ceiling);
	buf_init(&reader.text, body.len);
	code = read_all(&reader);
	*truncated = reader.truncated;
	if (code == 0 && extract->made.full)
		code = err_set(err, -E2BIG, "the rows as records would take more than %zu bytes",
			       ceiling);
	if (code == 0)
		take(extract, &reader);
	free(reader.ends);
	names_done(&reader.names);
	buf_done(&reader.text);
	return code;
}
