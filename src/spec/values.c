/* Values from files: see values.h.
 *
 * A text is taken as a CSV of one column in which no byte but the line's end means anything: one
 * loop over fields serves both.
 */
#include "spec/values.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

#define BLOCK     16384
#define END       (-1) /* no byte is left, or none can be read: then `code` is set */
#define NO_COLUMN SIZE_MAX

struct values {
	const char *path;
	const char *column; /* NULL: a text */
	int fd;
	char block[BLOCK];
	size_t at, len;
	int code;         /* of read(2) */
	uint64_t line;    /* from 1, of the next byte */
	struct buf field; /* the field just read */
	size_t index;     /* its number in the row, from 0 */
	bool last;        /* it ends the row */
	bool quoted;
	values_fn *each;
	void *arg;
};

/* Bytes. */

static int peek(struct values *values)
{
	while (values->at == values->len && values->code == 0) {
		ssize_t got = read(values->fd, values->block, sizeof(values->block));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			values->code = got < 0 ? -errno : 0;
			return END;
		}
		values->at = 0;
		values->len = (size_t)got;
	}
	return values->code ? END : (unsigned char)values->block[values->at];
}

static int next(struct values *values)
{
	int byte = peek(values);

	if (byte != END)
		values->at++;
	if (byte == '\n')
		values->line++;
	return byte;
}

static int fault(const struct values *values, struct err *err, const char *sentence)
{
	return err_set(err, -EINVAL, "%s:%" PRIu64 ": %s", values->path, values->line, sentence);
}

/* Fields. */

/* Behind the opening quote; RFC 4180 section 2: a quote inside is doubled. */
static int read_quoted(struct values *values, struct err *err)
{
	int byte;

	values->quoted = true;
	for (byte = next(values); byte != END; byte = next(values)) {
		if (byte == '"' && peek(values) != '"')
			break;
		if (byte == '"')
			next(values);
		buf_add_char(&values->field, (char)byte);
	}
	if (byte == END && values->code == 0)
		return fault(values, err, "a quote is not closed before the end of the file");
	byte = peek(values);
	if (byte == '\r')
		next(values), byte = peek(values);
	if (byte != ',' && byte != '\n' && byte != END)
		return fault(values, err, "a closing quote is followed by more text");
	return 0;
}

static int read_plain(struct values *values, struct err *err)
{
	struct buf *field = &values->field;
	int byte;

	for (byte = peek(values); byte != END && byte != '\n'; byte = peek(values)) {
		if (values->column && byte == ',')
			break;
		if (values->column && byte == '"')
			return fault(values, err,
				     "a quote inside a field that does not begin with one");
		buf_add_char(field, (char)next(values));
	}
	if (byte != ',' && field->len && field->data[field->len - 1] == '\r')
		buf_cut(field, field->len - 1);
	return 0;
}

static int check_field(const struct values *values, struct err *err)
{
	const struct buf *field = &values->field;

	if (field->full)
		return err_set(err, -EINVAL, "%s:%" PRIu64 ": a value has more than %d bytes",
			       values->path, values->line, VALUES_MAX_BYTES);
	if (field->len && memchr(field->data, 0, field->len))
		return fault(values, err, "a NUL byte");
	return utf8_valid(buf_text(field), field->len) ? 0 : fault(values, err, "not UTF-8");
}

/* 1: a field was read; 0: there is none any more. */
static int read_field(struct values *values, struct err *err)
{
	int code, byte = peek(values);

	buf_clear(&values->field);
	values->index = values->last ? 0 : values->index + 1;
	values->quoted = false;
	if (byte == END && values->code < 0)
		return err_sys(err, values->code, "cannot read %s", values->path);
	if (byte == END && values->last)
		return 0;
	if (values->column && byte == '"') {
		next(values);
		code = read_quoted(values, err);
	} else {
		code = read_plain(values, err);
	}
	if (code == 0)
		code = check_field(values, err);
	if (code < 0)
		return code;
	values->last = peek(values) != ',' || !values->column;
	next(values);
	return values->code < 0 ? err_sys(err, values->code, "cannot read %s", values->path) : 1;
}

/* Rows. */

static bool is_empty_line(const struct values *values)
{
	return values->index == 0 && values->last && values->field.len == 0 && !values->quoted;
}

/* The number of the column that is asked for. */
static int read_header(struct values *values, size_t *wanted, struct err *err)
{
	size_t found = NO_COLUMN;
	int code;

	do {
		code = read_field(values, err);
		if (code <= 0)
			break;
		if (!slice_is(buf_slice(&values->field), values->column))
			continue;
		if (found != NO_COLUMN)
			return err_set(err, -EINVAL, "%s: two columns are called \"%s\"",
				       values->path, values->column);
		found = values->index;
	} while (!values->last);
	if (code >= 0 && found == NO_COLUMN)
		return err_set(err, -EINVAL, "%s: its first line names no column \"%s\"",
			       values->path, values->column);
	*wanted = found;
	return code < 0 ? code : 0;
}

static int read_rows(struct values *values, size_t wanted, struct err *err)
{
	int code;

	while ((code = read_field(values, err)) > 0) {
		if (is_empty_line(values))
			continue;
		if (values->index == wanted)
			code = values->each(buf_slice(&values->field), values->arg, err);
		else if (values->last && values->index < wanted)
			code = err_set(err, -EINVAL,
				       "%s: the row that ends before line %" PRIu64
				       " has no field for \"%s\"",
				       values->path, values->line, values->column);
		if (code < 0)
			break;
	}
	return code;
}

static void skip_mark(struct values *values)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (peek(values) != END && values->len >= 3 && memcmp(values->block, mark, 3) == 0)
		values->at = 3;
}

static int open_values(struct values *values, struct err *err)
{
	struct stat st;

	/* O_NONBLOCK: a FIFO must not keep us waiting before fstat can refuse it */
	values->fd = open(values->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (values->fd < 0)
		return err_sys(err, -errno, "cannot open %s", values->path);
	if (fstat(values->fd, &st) < 0)
		return err_sys(err, -errno, "cannot read %s", values->path);
	return S_ISREG(st.st_mode)
		       ? 0
		       : err_set(err, -EINVAL, "%s is not a regular file", values->path);
}

int values_read(const char *path, const char *column, values_fn *each, void *arg, struct err *err)
{
	struct values values = {
		.path = path, .column = column, .line = 1, .last = true, .each = each, .arg = arg
	};
	size_t wanted = 0;
	int code = open_values(&values, err);

	buf_init(&values.field, VALUES_MAX_BYTES);
	if (code == 0) {
		skip_mark(&values);
		code = column ? read_header(&values, &wanted, err) : 0;
	}
	if (code == 0)
		code = read_rows(&values, wanted, err);
	if (values.fd >= 0)
		close(values.fd);
	buf_done(&values.field);
	return code;
}
