/* The walk that all formats share: records in, rows out through one function a format. Private to
 * this floor. */
#ifndef DATA_ROWS_H
#define DATA_ROWS_H

#include "data/cell.h"
#include "data/format.h"
#include "data/sink.h"

/* What a row's writer is given. */
struct row {
	const struct cell *cells; /* one a column, in the set's order */
	size_t ncells;
	const void *state;   /* the encoding's */
	struct buf *scratch; /* the writer's to use; empty */
};
/* Appends one row and its end of line; the sink remembers when it is full. */
typedef void row_write_fn(const struct row *row, struct sink *sink);

/* One call of format.encode, for a format that has columns. */
struct encoding {
	const struct job *job;
	const struct colset *set;
	const struct extract *extract;
	const struct row_meta *meta;
	row_write_fn *write;
	const void *state; /* the writer's own; may be NULL */
};

/* As format.encode. */
int rows_encode(const struct encoding *encoding, struct rows *rows, struct err *err);

/* The rest of every encode: says -E2BIG when `bytes` is full, and undoes what was appended behind
 * `before` on any failure. */
int rows_finish(struct rows *rows, size_t before, int code, struct err *err);

/* Where reading must stop: the end of the last record. */
const char *rows_end(const struct extract *extract);

#endif
