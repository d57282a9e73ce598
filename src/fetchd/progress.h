/* What --once shows a person: the line that is redrawn, the summary of each run, its workers and
 * files. All of it is made from the "run" documents that the socket gives too.
 */
#ifndef FETCHD_PROGRESS_H
#define FETCHD_PROGRESS_H

#include <stdint.h>

#include "base/buf.h"
#include "base/json.h"

struct progress {
	uint64_t total, done, failed,
		rows;   /* done: requests that need no more work, failed ones too */
	double rate;    /* requests a second */
	int64_t eta_ms; /* -1: not known */
};

/* Adds a run: numbers are summed, the longest ETA holds. Begin with a zeroed progress. */
void progress_add(struct progress *progress, const struct json *run);
/* One line of at most `width` columns, without a newline: bar, done/total, rate, rows, failures,
 * ETA. */
void progress_line(const struct progress *progress, unsigned width, struct buf *out);

/* "complete, 100 of 100 requests, 100 rows, 0 failed, 6.8 s (14.7 req/s)"; of a run, or of the
 * event of its end. */
void progress_result(const struct json *run, struct buf *out);
/* "run 17 of inventory: complete, 100 of 100 requests, 100 rows, 0 failed, 6.8 s (14.7 req/s)". */
void progress_summary(const struct json *run, struct buf *out);
/* The workers as a table, a line each. */
void progress_crew(const struct json *run, struct buf *out);
/* The files, a line each; names are put below data_dir. */
void progress_files(const struct json *run, const char *data_dir, struct buf *out);

#endif
