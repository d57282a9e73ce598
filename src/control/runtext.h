/* A run in words, from its document: how far it is, what it came to, and the exit status that
 * means.
 *
 * Both programs tell people of runs, fetchd --once of its own and fetchctl of the daemon's; they
 * say the same. Pure: no clock, no terminal. What it writes may hold outside text, control bytes
 * too: the caller makes that safe.
 */
#ifndef CONTROL_RUNTEXT_H
#define CONTROL_RUNTEXT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

/* Progress of one run or of several. Begin with a zeroed one. */
struct run_sum {
	uint64_t total, done; /* requests; done: that need no more work, failed ones too */
	uint64_t failed, rows;
	double rate;    /* requests a second */
	int64_t eta_ms; /* -1: not known */
};

/* Adds a run, or what its run.progress event says: numbers are summed, the longest ETA holds, one
 * that is not known makes the whole unknown. */
void run_sum_add(struct run_sum *sum, const struct json *run);

/* "45/100  14.7 req/s  45 rows  0 failed  ETA 3.7 s". */
void runtext_numbers(const struct run_sum *sum, struct buf *out);
/* The same behind a bar, in at most `width` columns; without the bar where there is no room. */
void runtext_line(const struct run_sum *sum, unsigned width, struct buf *out);

/* "complete, 100 of 100 requests, 100 rows, 0 failed, 6.8 s (14.7 req/s)"; of a run, or of the
 * event of its end. A run that lasts shows its state and no duration. */
void runtext_result(const struct json *run, struct buf *out);
/* "run 17 of inventory: " before it. */
void runtext_summary(const struct json *run, struct buf *out);

/* Milliseconds from its start to its end; -1 when it has not ended. */
int64_t runtext_took_ms(const struct json *run);

/* Exit statuses of both programs, for a run that was waited for. */
enum run_status {
	RUN_STATUS_WELL = 0,
	RUN_STATUS_UNKNOWN = 1, /* it has no result that this program knows */
	RUN_STATUS_PARTIAL = 10,
	RUN_STATUS_FAILED = 11,
	RUN_STATUS_SUSPECT = 12,
	RUN_STATUS_CANCELLED = 13,
	RUN_STATUS_DEFERRED = 14,
};
enum run_status runtext_status(const struct json *run);

#endif
