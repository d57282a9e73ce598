/* What the readers behind tail.h share. */
#ifndef DATA_TAIL_INTERNAL_H
#define DATA_TAIL_INTERNAL_H

#include "base/buf.h"
#include "base/slice.h"
#include "data/tail.h"

/* Reads backwards from the end, not before `first`, until the last n rows are in memory, and
 * hands them over as `text` (to be freed with buf_done) and `where` they begin in it. With
 * `quotes` a line feed inside quotes does not end a row. */
int tail_window(const struct tail *tail, uint64_t first, bool quotes, struct buf *text,
		size_t *where, struct err *err);

int tail_csv(const struct tail *tail, struct err *err);
int tail_jsonl(const struct tail *tail, struct err *err);

#endif
