/* A time as an API writes it, taken apart so that it can be written again the same way. Private to
 * mark.c. */
#ifndef SPEC_MARK_TIME_H
#define SPEC_MARK_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/slice.h"

struct mark_time {
	int64_t seconds;       /* UNIX */
	struct slice fraction; /* its digits as written; borrowed */
	struct slice zone;     /* "Z", "+01:00", "+0100", or "" */
	int64_t offset_s;      /* east of Greenwich */
	char between;          /* date and time: 'T', 't' or ' '; 0: a date alone */
};

int mark_time_read(struct slice text, struct mark_time *time); /* 0 or -EINVAL */
/* The time `back_ms` before, in the same form. */
void mark_time_write(const struct mark_time *time, int64_t back_ms, struct buf *out);

#endif
