/* A record an element of a list inside it: extract_explode of extract.h.
 *
 * The new records are written out one behind the other, each with what surrounds the list in its
 * record, so that everything after this sees whole JSON values as ever. That costs the record's
 * bytes for every element: hence the ceiling.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/cell.h"
#include "data/extract.h"

/* The records as they were, and as they become: `ends` in `made`. */
struct explosion {
	const struct pointer *at;
	struct buf made;
	size_t *ends;
	size_t len, room;
};

static void end_record(struct explosion *explosion)
{
	if (explosion->len == explosion->room) {
		explosion->room = explosion->room ? explosion->room * 2 : 64;
		explosion->ends =
			xreallocarray(explosion->ends, explosion->room, sizeof(*explosion->ends));
	}
	explosion->ends[explosion->len++] = explosion->made.len;
}

static void add_record(struct explosion *explosion, struct slice record, struct slice list,
		       struct slice element)
{
	const char *behind = list.ptr + list.len;

	buf_add(&explosion->made, record.ptr, (size_t)(list.ptr - record.ptr));
	buf_add_slice(&explosion->made, element);
	buf_add(&explosion->made, behind, (size_t)(record.ptr + record.len - behind));
	end_record(explosion);
}

/* Its bytes, quotes included. */
static struct slice source(const struct cell *cell)
{
	size_t quote = cell->kind == CELL_STRING;

	return (struct slice) { cell->ptr - quote, cell->len + 2 * quote };
}

static void each_element(struct explosion *explosion, struct slice record, struct slice list)
{
	const char *end = list.ptr + list.len, *at = walk_space(list.ptr + 1, end);

	if (*at == ']')
		add_record(explosion, record, list, slice_of("null"));
	while (*at != ']' && !explosion->made.full) {
		struct cell cell;

		at = walk_space(cell_read(at, end, &cell), end);
		add_record(explosion, record, list, source(&cell));
		if (*at == ',')
			at = walk_space(at + 1, end);
	}
}

static void explode(struct explosion *explosion, struct slice record)
{
	struct cell cell;

	cell_read(record.ptr, record.ptr + record.len, &cell);
	for (size_t i = 0; i < pointer_steps(explosion->at) && cell.kind != CELL_NONE; i++)
		cell = cell_step(cell, pointer_step(explosion->at, i),
				 pointer_index(explosion->at, i));
	if (cell.kind == CELL_NEST && *cell.ptr == '[') {
		each_element(explosion, record, (struct slice) { cell.ptr, cell.len });
	} else {
		buf_add_slice(&explosion->made, record);
		end_record(explosion);
	}
}

static void take(struct extract *extract, struct explosion *explosion)
{
	size_t from = 0;

	buf_done(&extract->made);
	extract->made = explosion->made;
	extract->len = 0;
	for (size_t i = 0; i < explosion->len; i++) {
		extract_add(extract, (struct slice) { extract->made.data + from,
						      explosion->ends[i] - from });
		from = explosion->ends[i];
	}
}

int extract_explode(struct extract *extract, const struct pointer *at, size_t ceiling,
		    struct err *err)
{
	struct explosion explosion = { .at = at };
	int code = 0;

	buf_init(&explosion.made, ceiling);
	for (size_t i = 0; i < extract->len && !explosion.made.full; i++)
		explode(&explosion, extract->records[i]);
	if (explosion.made.full) {
		buf_done(&explosion.made);
		code = err_set(
			err, -E2BIG,
			"a record for every element of \"%s\" would take more than %zu bytes",
			pointer_text(at), ceiling);
	} else {
		take(extract, &explosion);
	}
	free(explosion.ends);
	return code;
}
