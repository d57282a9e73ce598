/* Values in CSV and in texts: see values.h.
 *
 * A text is taken as a CSV of one column in which no byte but the line's end means anything: one
 * loop over fields serves both.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "spec/values_internal.h"

#define NO_COLUMN SIZE_MAX

static int delimiter(const struct values *values)
{
	return values->form->delimiter ? (unsigned char)values->form->delimiter : ',';
}

/* Fields. */

/* Behind the opening quote; RFC 4180 section 2: a quote inside is doubled. */
static int read_quoted(struct values *values, struct err *err)
{
	int byte;

	values->quoted = true;
	for (byte = values_next(values); byte != VALUES_END; byte = values_next(values)) {
		if (byte == '"' && values_peek(values) != '"')
			break;
		if (byte == '"')
			values_next(values);
		buf_add_char(&values->field, (char)byte);
	}
	if (byte == VALUES_END && values->code == 0)
		return values_fault(values, err,
				    "a quote is not closed before the end of the file");
	byte = values_peek(values);
	if (byte == '\r')
		values_next(values), byte = values_peek(values);
	if (byte != delimiter(values) && byte != '\n' && byte != VALUES_END)
		return values_fault(values, err, "a closing quote is followed by more text");
	return 0;
}

static int read_plain(struct values *values, struct err *err)
{
	struct buf *field = &values->field;
	int byte;

	for (byte = values_peek(values); byte != VALUES_END && byte != '\n';
	     byte = values_peek(values)) {
		if (values->form->column && byte == delimiter(values))
			break;
		if (values->form->column && byte == '"')
			return values_fault(values, err,
					    "a quote inside a field that does not begin with one");
		buf_add_char(field, (char)values_next(values));
	}
	if (byte != delimiter(values) && field->len && field->data[field->len - 1] == '\r')
		buf_cut(field, field->len - 1);
	return 0;
}

/* In files of our own the fields beside the one asked for may be of any length. */
static int check_field(const struct values *values, struct err *err)
{
	if (values->form->sparse && values->index != values->wanted)
		return 0;
	return values_check(values, &values->field, err);
}

/* 1: a field was read; 0: there is none any more. */
static int read_field(struct values *values, struct err *err)
{
	int code, byte = values_peek(values);

	buf_clear(&values->field);
	values->index = values->last ? 0 : values->index + 1;
	values->quoted = false;
	if (byte == VALUES_END && values->code < 0)
		return values_trouble(values, err);
	if (byte == VALUES_END && values->last)
		return 0;
	if (values->form->column && byte == '"') {
		values_next(values);
		code = read_quoted(values, err);
	} else {
		code = read_plain(values, err);
	}
	if (code == 0)
		code = check_field(values, err);
	if (code < 0)
		return code;
	values->last = values_peek(values) != delimiter(values) || !values->form->column;
	values_next(values);
	return values->code < 0 ? values_trouble(values, err) : 1;
}

/* Rows. */

static bool is_empty_line(const struct values *values)
{
	return values->index == 0 && values->last && values->field.len == 0 && !values->quoted;
}

/* The number of the column that is asked for. */
static int read_header(struct values *values, struct err *err)
{
	size_t found = NO_COLUMN;
	int code;

	do {
		code = read_field(values, err);
		if (code <= 0)
			break;
		if (!slice_is(buf_slice(&values->field), values->form->column))
			continue;
		if (found != NO_COLUMN)
			return err_set(err, -EINVAL, "%s: two columns are called \"%s\"",
				       values->input->name, values->form->column);
		found = values->index;
	} while (!values->last);
	if (code >= 0 && found == NO_COLUMN)
		return err_set(err, values->form->sparse ? -ENOENT : -EINVAL,
			       "%s: its first line names no column \"%s\"", values->input->name,
			       values->form->column);
	values->wanted = found;
	return code < 0 ? code : 0;
}

/* A spreadsheet's formula got an apostrophe before it. */
static struct slice unguarded(const struct values *values)
{
	struct slice field = buf_slice(&values->field);

	if (values->form->guard && field.len > 1 && field.ptr[0] == '\'' &&
	    strchr("=+-@\t\r", field.ptr[1])) {
		field.ptr++;
		field.len--;
	}
	return field;
}

static int hand_over(struct values *values, struct err *err)
{
	const struct values_form *form = values->form;

	if (form->sparse &&
	    (values->field.len == 0 ||
	     (form->null && !values->quoted && slice_is(buf_slice(&values->field), form->null))))
		return 0;
	return values->each(unguarded(values), values->arg, err);
}

static int read_rows(struct values *values, struct err *err)
{
	int code;

	while ((code = read_field(values, err)) > 0) {
		if (is_empty_line(values))
			continue;
		if (values->index == values->wanted)
			code = hand_over(values, err);
		else if (values->last && values->index < values->wanted)
			code = err_set(err, -EINVAL,
				       "%s: the row that ends before line %" PRIu64
				       " has no field for \"%s\"",
				       values->input->name, values->line, values->form->column);
		if (code < 0)
			break;
	}
	return code;
}

int values_csv(struct values *values, struct err *err)
{
	int code;

	values->wanted = NO_COLUMN;
	code = values->form->column ? read_header(values, err) : 0;
	if (!values->form->column)
		values->wanted = 0;
	return code < 0 ? code : read_rows(values, err);
}
