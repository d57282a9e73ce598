/* A cell: one value of a record on its way into a row, as it stands in the body. Private to this
 * floor.
 *
 * Cells borrow: bytes stay where the response put them until a format copies them into a row.
 */
#ifndef DATA_CELL_H
#define DATA_CELL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slice.h"
#include "data/walk.h"

enum cell_kind {
	CELL_NONE, /* the record has no such member; lands as a null */
	CELL_NULL,
	CELL_BOOL,   /* true or false */
	CELL_NUMBER, /* the source bytes */
	CELL_STRING, /* between the quotes, escapes as they came */
	CELL_NEST,   /* an array or object, white space inside kept */
	CELL_TEXT,   /* plain UTF-8 text, not JSON */
};

struct cell {
	const char *ptr;
	size_t len;
	uint8_t kind;  /* enum cell_kind */
	uint8_t flags; /* of a string: WALK_ bits */
};

/* The member of an object or the element of an array that a pointer's step leads to; CELL_NONE
 * when there is none. `index` is POINTER_NO_INDEX when the step is no array index. */
struct cell cell_step(struct cell cell, struct slice step, uint64_t index);

/* Reads the proven JSON value that begins at `at` (no white space before it); returns what follows
 * it. */
static inline const char *cell_read(const char *at, const char *end, struct cell *cell)
{
	const char *from = at;
	unsigned flags = 0;

	switch (*at) {
	case '"':
		at = walk_string(++from, end, &flags);
		*cell = (struct cell) { from, (size_t)(at - from), CELL_STRING, (uint8_t)flags };
		return at + 1;
	case '{':
	case '[':
		at = walk_nest(at, end);
		cell->kind = CELL_NEST;
		break;
	default:
		at = walk_plain(at, end);
		cell->kind = *from == 'n'                   ? CELL_NULL
			     : *from == 't' || *from == 'f' ? CELL_BOOL
							    : CELL_NUMBER;
	}
	cell->ptr = from;
	cell->len = (size_t)(at - from);
	cell->flags = 0;
	return at;
}

static inline struct cell cell_text(struct slice text)
{
	return (struct cell) { text.ptr, text.len, CELL_TEXT, 0 };
}

#endif
