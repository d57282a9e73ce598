/* The last landed rows of a job. Blocking: query thread. */
#ifndef RUN_HEAD_H
#define RUN_HEAD_H

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"
#include "store/db.h"

#define HEAD_ROWS_DEFAULT 10
#define HEAD_ROWS_MAX     10000

/* {"columns", "rows", "total_rows", "total_columns", "file"}: the last `n` rows of the job's
 * output, from the live file and, when it has too few, from the newest closed files with the same
 * columns, compressed or not. Only committed rows. Where the path holds parameters or times, the
 * output in which rows landed last is meant; with snapshots, the one that `latest` leads to.
 * -ENOENT: nothing has landed, or been published, yet. */
struct head_order {
	const char *data_dir;
	const struct job *job;
	unsigned n;
};
int head_read(struct db *db, const struct head_order *order, struct json **reply, struct err *err);

#endif
