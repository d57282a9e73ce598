/* Types, and the values that fit them: see cast.h. How times are read stands in cast_time.c, how
 * exponents are written out in cast_plain.c.
 */
#include "data/cast.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/scan.h"

/* -?(0|[1-9][0-9]*), the integers among the numbers of RFC 8259 section 6. */
static bool is_integer(struct slice text)
{
	const char *at = text.ptr, *end = at + text.len;

	at += at < end && *at == '-';
	if (at == end || (*at == '0' && end - at > 1))
		return false;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at == end;
}

/* Is the text a number of RFC 8259 section 6 and nothing else? */
static bool is_number(struct slice text)
{
	struct scan scan;

	scan_init(&scan, text.ptr, text.len, 1);
	return scan_next(&scan) == SCAN_NUMBER && scan.value.len == text.len;
}

static struct slice trimmed(struct slice text)
{
	while (text.len > 0 && walk_is_space(text.ptr[text.len - 1]))
		text.len--;
	while (text.len > 0 && walk_is_space(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	return text;
}

/* What a string says, its escapes undone; *fits is false when it is too long to be looked at. */
static struct slice content(const struct cell *cell, char made[static CAST_MADE_MAX], bool *fits)
{
	struct slice raw = { cell->ptr, cell->len };
	struct buf text;

	*fits = true;
	if (cell->kind != CELL_STRING || !(cell->flags & WALK_ESCAPED))
		return cell->kind == CELL_STRING || cell->kind == CELL_TEXT ? trimmed(raw) : raw;
	buf_init(&text, CAST_MADE_MAX);
	*fits = scan_unescape(raw, &text) == 0;
	raw = (struct slice) { made, *fits ? text.len : 0 };
	if (*fits)
		memcpy(made, buf_text(&text), text.len);
	buf_done(&text);
	return trimmed(raw);
}

static void become(struct cell *cell, struct slice text, enum cell_kind kind)
{
	*cell = (struct cell) { text.ptr, text.len, (uint8_t)kind, 0 };
}

/* 12.00 is the integer 12. */
static struct slice without_zeros(struct slice number)
{
	const char *point = memchr(number.ptr, '.', number.len);
	const char *end = number.ptr + number.len;

	if (!point)
		return number;
	for (const char *at = point + 1; at < end; at++)
		if (*at != '0')
			return number;
	return (struct slice) { number.ptr, (size_t)(point - number.ptr) };
}

static bool to_plain(struct slice *number, char made[static CAST_MADE_MAX])
{
	char own[CAST_MADE_MAX];
	struct slice plain;

	if (!memchr(number->ptr, 'e', number->len) && !memchr(number->ptr, 'E', number->len))
		return true;
	if (!cast_plain(*number, &plain, own))
		return false;
	memcpy(made, plain.ptr, plain.len);
	*number = (struct slice) { made, plain.len };
	return true;
}

static bool to_integer(struct slice *number, bool natural, char made[static CAST_MADE_MAX])
{
	if (!is_integer(*number)) {
		if (!is_number(*number) || !to_plain(number, made))
			return false;
		*number = without_zeros(*number);
	}
	return is_integer(*number) && !(natural && *number->ptr == '-');
}

/* A double holds a number of this size, if not its every digit. */
static bool is_finite(struct slice number)
{
	char text[400];
	double value;

	if (number.len >= sizeof(text))
		return false;
	memcpy(text, number.ptr, number.len);
	text[number.len] = '\0';
	value = strtod(text, NULL);
	return value - value == 0;
}

static bool to_number(struct cell *cell, enum job_column_type type, char made[static CAST_MADE_MAX])
{
	struct slice text;
	bool fits = true;

	if (cell->kind != CELL_NUMBER && cell->kind != CELL_STRING && cell->kind != CELL_TEXT)
		return false;
	text = content(cell, made, &fits);
	if (type == JOB_TYPE_INT || type == JOB_TYPE_UINT)
		fits = fits && to_integer(&text, type == JOB_TYPE_UINT, made);
	else
		fits = fits && (cell->kind == CELL_NUMBER || is_number(text));
	if (fits && type == JOB_TYPE_DECIMAL)
		fits = to_plain(&text, made);
	if (fits && type == JOB_TYPE_FLOAT)
		fits = is_finite(text);
	if (fits)
		become(cell, text, CELL_NUMBER);
	return fits;
}

static bool to_bool(struct cell *cell, char made[static CAST_MADE_MAX])
{
	static const char *const words[] = { "false", "true", "no", "yes", "0", "1" };
	struct slice text;
	bool fits;

	if (cell->kind == CELL_BOOL)
		return true;
	if (cell->kind == CELL_NEST)
		return false;
	text = content(cell, made, &fits);
	for (size_t i = 0; fits && i < sizeof(words) / sizeof(words[0]); i++) {
		if (text.len != strlen(words[i]) || strncasecmp(text.ptr, words[i], text.len) != 0)
			continue;
		become(cell, slice_of(words[i % 2]), CELL_BOOL);
		return true;
	}
	return false;
}

static bool to_time(struct cell *cell, const struct job_column *column,
		    char made[static CAST_MADE_MAX])
{
	char own[CAST_MADE_MAX];
	struct slice text;
	bool fits;

	if (cell->kind != CELL_NUMBER && cell->kind != CELL_STRING && cell->kind != CELL_TEXT)
		return false;
	text = content(cell, own, &fits);
	if (!fits || !cast_time(text, cell->kind == CELL_NUMBER, column, made))
		return false;
	become(cell, slice_of(made), CELL_TEXT);
	return true;
}

static bool to_text(struct cell *cell)
{
	if (cell->kind == CELL_NUMBER || cell->kind == CELL_BOOL)
		cell->kind = CELL_TEXT;
	return cell->kind != CELL_NEST;
}

static bool fits(struct cell *cell, const struct job_column *column,
		 char made[static CAST_MADE_MAX])
{
	switch (column->type) {
	case JOB_TYPE_ANY:
	case JOB_TYPE_JSON:
		break;
	case JOB_TYPE_INT:
	case JOB_TYPE_UINT:
	case JOB_TYPE_NUMBER:
	case JOB_TYPE_DECIMAL:
	case JOB_TYPE_FLOAT:
		return to_number(cell, column->type, made);
	case JOB_TYPE_BOOL:
		return to_bool(cell, made);
	case JOB_TYPE_TIME:
		return to_time(cell, column, made);
	case JOB_TYPE_TEXT:
		return to_text(cell);
	}
	return true;
}

static int mismatch(const struct cell *cell, const struct job_column *column, struct err *err)
{
	static const char *const wanted[] = {
		[JOB_TYPE_TEXT] = "text, a number or a boolean",
		[JOB_TYPE_INT] = "an integer",
		[JOB_TYPE_UINT] = "an integer that is not negative",
		[JOB_TYPE_NUMBER] = "a number",
		[JOB_TYPE_DECIMAL] = "a decimal number of at most 120 digits",
		[JOB_TYPE_FLOAT] = "a number that a double can hold",
		[JOB_TYPE_BOOL] = "true or false",
		[JOB_TYPE_TIME] = "a time",
	};
	static const char *const found[] = {
		[CELL_BOOL] = "", [CELL_NUMBER] = "the number ", [CELL_STRING] = "the string ",
		[CELL_NEST] = "", [CELL_TEXT] = "the text ",
	};
	const char *quote = cell->kind == CELL_STRING ? "\"" : "";
	const char *form = column->type == JOB_TYPE_TIME && column->format ? column->format : "";
	size_t shown = cell->len > 60 ? 60 : cell->len;

	while (shown < cell->len && shown > 0 && ((unsigned char)cell->ptr[shown] & 0xc0) == 0x80)
		shown--;
	return err_set(err, -EINVAL, "expected %s%s%s, found %s%s%.*s%s%s", wanted[column->type],
		       *form ? " of the form " : "", form, found[cell->kind], quote, (int)shown,
		       cell->ptr, shown < cell->len ? "..." : "", quote);
}

int cast_cell(struct cell *cell, const struct job_column *column, char made[static CAST_MADE_MAX],
	      struct err *err)
{
	if (cell->kind == CELL_NONE || cell->kind == CELL_NULL)
		return 0;
	return fits(cell, column, made) ? 0 : mismatch(cell, column, err);
}
