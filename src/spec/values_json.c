/* Values in JSON: see values.h.
 *
 * The bytes are parted into records, the elements of one array or the lines of JSON Lines, without
 * reading them as JSON: only strings and nesting are followed. Each record is then proven by
 * itself, so that a file of any size needs the memory of its largest record.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/scan.h"
#include "spec/values_internal.h"

/* Proves the record to be one JSON value and nothing else. */
static int prove(struct slice record, struct err *err)
{
	enum scan_token token;
	struct slice whole;
	struct scan scan;

	scan_init(&scan, record.ptr, record.len, SCAN_DEPTH_MAX);
	token = scan_next(&scan);
	if (token == SCAN_ERROR || scan_skip(&scan, token, &whole) < 0 ||
	    scan_next(&scan) != SCAN_END)
		return scan_fail(&scan, err);
	return 0;
}

/* 1, 0 for null. */
static int text_of(struct slice whole, struct buf *text, struct err *err)
{
	if (whole.ptr[0] == '{' || whole.ptr[0] == '[')
		return err_set(err, -EINVAL,
			       "expected a text, a number, true or false there, found %s",
			       whole.ptr[0] == '{' ? "an object" : "an array");
	if (slice_is(whole, "null"))
		return 0;
	if (whole.ptr[0] != '"') {
		buf_add_slice(text, whole);
	} else {
		whole.ptr++;
		whole.len -= 2;
		scan_unescape(whole, text);
	}
	return text->full ? err_set(err, -E2BIG, "a value has more than %d bytes", VALUES_MAX_BYTES)
			  : 1;
}

int values_pick(const struct pointer *pointer, struct slice record, struct buf *text,
		struct err *err)
{
	struct slice whole;
	int code = prove(record, err);

	buf_clear(text);
	if (code == 0)
		code = pointer_find(pointer, record, &whole, err);
	return code < 0 ? code : text_of(whole, text, err);
}

/* Records. */

static bool is_space(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static int skip_space(struct values *values)
{
	int byte = values_peek(values);

	while (is_space(byte)) {
		values_next(values);
		byte = values_peek(values);
	}
	return byte;
}

/* How deep, and whether inside a string, after `byte`. */
struct nest {
	unsigned depth;
	bool string, escaped;
};

static void follow(struct nest *nest, int byte)
{
	if (nest->string) {
		nest->string = nest->escaped || byte != '"';
		nest->escaped = !nest->escaped && byte == '\\';
	} else if (byte == '"') {
		nest->string = true;
	} else if (byte == '[' || byte == '{') {
		nest->depth++;
	} else if ((byte == ']' || byte == '}') && nest->depth > 0) {
		nest->depth--;
	}
}

static bool ends_record(const struct nest *nest, int byte, bool array)
{
	if (!array)
		return byte == '\n';
	return !nest->string && nest->depth == 0 && (byte == ',' || byte == ']');
}

/* The next record without what ends it. */
static int read_record(struct values *values, bool array, struct err *err)
{
	struct nest nest = { 0 };
	int byte;

	buf_clear(&values->field);
	for (byte = skip_space(values); byte != VALUES_END; byte = values_peek(values)) {
		if (ends_record(&nest, byte, array))
			break;
		follow(&nest, byte);
		buf_add_char(&values->field, (char)values_next(values));
		if (values->field.full)
			return values_fault(values, err, "a record has more than 16 MiB");
	}
	return values->code < 0 ? values_trouble(values, err) : 0;
}

/* The value of the record just read, if it has one. */
static int hand_over(struct values *values, struct err *err)
{
	const struct pointer *pointer = values->form->pointer;
	int code = values_pick(pointer, buf_slice(&values->field), &values->text, err);

	if (code == -ENOENT && values->form->sparse)
		return 0;
	if (code == -ENOENT)
		err_set(err, code, "the record has nothing at \"%s\"", pointer_text(pointer));
	if (code < 0) {
		err_within(err, "%s:%" PRIu64, values->input->name, values->line);
		return -EINVAL;
	}
	if (code == 0 || (values->form->sparse && values->text.len == 0))
		return 0;
	code = values_check(values, &values->text, err);
	return code < 0 ? code : values->each(buf_slice(&values->text), values->arg, err);
}

static int read_lines(struct values *values, struct err *err)
{
	int code = 0;

	while (code == 0 && skip_space(values) != VALUES_END) {
		code = read_record(values, false, err);
		if (code == 0)
			code = hand_over(values, err);
	}
	return code == 0 && values->code < 0 ? values_trouble(values, err) : code;
}

/* Behind the bracket that opens it. In files of our own the one that closes it may stand behind
 * what is committed. */
static int read_elements(struct values *values, struct err *err)
{
	int code = 0, byte = skip_space(values);

	if (byte == ']')
		values_next(values);
	while (code == 0 && byte != ']' && !(byte == VALUES_END && values->form->sparse)) {
		code = read_record(values, true, err);
		if (code == 0)
			code = hand_over(values, err);
		byte = values_next(values);
		if (code == 0 && byte == VALUES_END && !values->form->sparse)
			code = values_fault(values, err, "the array is not closed");
	}
	if (code == 0 && skip_space(values) != VALUES_END)
		code = values_fault(values, err, "something follows the array");
	return code == 0 && values->code < 0 ? values_trouble(values, err) : code;
}

int values_json(struct values *values, struct err *err)
{
	if (skip_space(values) != '[')
		return read_lines(values, err);
	values_next(values);
	return read_elements(values, err);
}
