/* Cells from proven JSON, and the types a column may ask for: see cell.h. */
#include "data/cell.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "base/pointer.h"
#include "base/scan.h"

static struct cell member(const char *at, const char *end, struct slice name)
{
	struct cell found = { 0 }, key, value;

	for (at = walk_space(at + 1, end); *at != '}'; at = walk_space(at, end)) {
		if (*at == ',')
			at = walk_space(at + 1, end);
		at = cell_read(at, end, &key);
		at = walk_space(walk_space(at, end) + 1, end);
		at = cell_read(at, end, &value);
		if (scan_means((struct slice) { key.ptr, key.len }, name))
			found = value; /* the last one counts */
	}
	return found;
}

static struct cell element(const char *at, const char *end, uint64_t index)
{
	struct cell value;

	for (at = walk_space(at + 1, end); *at != ']'; at = walk_space(at, end)) {
		if (*at == ',')
			at = walk_space(at + 1, end);
		at = cell_read(at, end, &value);
		if (index-- == 0)
			return value;
	}
	return (struct cell) { 0 };
}

struct cell cell_step(struct cell cell, struct slice step, uint64_t index)
{
	const char *end = cell.ptr + cell.len;

	if (cell.kind == CELL_NEST && *cell.ptr == '{')
		return member(cell.ptr, end, step);
	if (cell.kind == CELL_NEST && index != POINTER_NO_INDEX)
		return element(cell.ptr, end, index);
	return (struct cell) { 0 };
}

/* -?(0|[1-9][0-9]*), the integers among the numbers of RFC 8259 section 6. */
static bool is_integer(const struct cell *cell)
{
	const char *at = cell->ptr, *end = at + cell->len;

	at += at < end && *at == '-';
	if (at == end || (*at == '0' && end - at > 1))
		return false;
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at == end;
}

/* Is the string a number of RFC 8259 section 6 and nothing else? */
static bool is_number(const struct cell *cell)
{
	struct scan scan;

	scan_init(&scan, cell->ptr, cell->len, 1);
	return scan_next(&scan) == SCAN_NUMBER && scan.value.len == cell->len;
}

static bool to_number(struct cell *cell, bool integer)
{
	if (cell->kind != CELL_NUMBER && cell->kind != CELL_STRING)
		return false;
	if (integer ? !is_integer(cell) : cell->kind == CELL_STRING && !is_number(cell))
		return false;
	cell->kind = CELL_NUMBER;
	return true;
}

static bool fits(struct cell *cell, enum job_column_type type)
{
	switch (type) {
	case JOB_TYPE_ANY:
	case JOB_TYPE_JSON:
		return true;
	case JOB_TYPE_INT:
	case JOB_TYPE_NUMBER:
		return to_number(cell, type == JOB_TYPE_INT);
	case JOB_TYPE_BOOL:
		return cell->kind == CELL_BOOL;
	case JOB_TYPE_TEXT:
		break;
	}
	if (cell->kind == CELL_NUMBER || cell->kind == CELL_BOOL)
		cell->kind = CELL_TEXT;
	return cell->kind != CELL_NEST;
}

static int mismatch(const struct cell *cell, enum job_column_type type, struct err *err)
{
	static const char *const wanted[] = {
		[JOB_TYPE_TEXT] = "text, a number or a boolean",
		[JOB_TYPE_INT] = "an integer",
		[JOB_TYPE_NUMBER] = "a number",
		[JOB_TYPE_BOOL] = "true or false",
	};
	static const char *const found[] = {
		[CELL_BOOL] = "",
		[CELL_NUMBER] = "the number ",
		[CELL_STRING] = "the string ",
		[CELL_NEST] = "",
	};
	const char *quote = cell->kind == CELL_STRING ? "\"" : "";
	size_t shown = cell->len > 60 ? 60 : cell->len;

	while (shown < cell->len && shown > 0 && ((unsigned char)cell->ptr[shown] & 0xc0) == 0x80)
		shown--;
	return err_set(err, -EINVAL, "expected %s, found %s%s%.*s%s%s", wanted[type],
		       found[cell->kind], quote, (int)shown, cell->ptr,
		       shown < cell->len ? "..." : "", quote);
}

int cell_convert(struct cell *cell, enum job_column_type type, struct err *err)
{
	if (cell->kind == CELL_NONE || cell->kind == CELL_NULL)
		return 0;
	return fits(cell, type) ? 0 : mismatch(cell, type, err);
}
