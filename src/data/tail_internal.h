/* What the readers behind tail.h share. */
#ifndef DATA_TAIL_INTERNAL_H
#define DATA_TAIL_INTERNAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"
#include "data/tail.h"

/* The bytes of the file as they were before it was compressed. */
struct tail_source {
	int fd;
	uint64_t bytes;
	bool expanded;          /* only these are kept, and the file is not read again: */
	struct buf front, back; /* its first bytes, and its last, at least TAIL_BYTES_MAX */
};

int tail_source_open(const struct tail *tail, struct tail_source *source, struct err *err);
void tail_source_done(struct tail_source *source);
/* All of `len` bytes at `from`. -E2BIG when they are not kept; -EIO and the like. */
int tail_source_read(const struct tail_source *source, uint64_t from, void *to, size_t len);

/* Where rows are looked for. */
struct tail_span {
	uint64_t first, end; /* no row begins before `first`; the last one ends at `end` */
	unsigned n;
	bool quotes; /* a line feed inside quotes does not end a row */
	bool open;   /* the last row's line feed is not among the bytes */
};
/* Reads backwards from the end until the last n rows are in memory, and hands them over as `text`
 * (to be freed with buf_done) and `where` they begin in it. */
int tail_window(const struct tail_source *source, const struct tail_span *span, struct buf *text,
		size_t *where, struct err *err);

int tail_csv(const struct tail *tail, const struct tail_source *source, struct err *err);
int tail_json(const struct tail *tail, const struct tail_source *source, struct err *err);

#endif
