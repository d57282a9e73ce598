/* Cells from proven JSON: see cell.h. */
#include "data/cell.h"

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
