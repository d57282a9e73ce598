/* The last landed rows of an output. Blocking: query thread. */
#ifndef RUN_HEAD_H
#define RUN_HEAD_H

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"
#include "store/db.h"

#define HEAD_ROWS_DEFAULT 10
#define HEAD_ROWS_MAX     10000

/* {"columns", "rows", "total_rows", "total_columns", "file"}: the last `n` rows of the output
 * `path` (relative to data_dir), from the live file and, when it has too few, from the newest
 * closed files with the same columns. Only committed rows. -ENOENT: nothing has landed yet. */
struct head_order {
	const char *data_dir;
	const char *path;
	const char *job; /* for sentences */
	unsigned n;
};
int head_read(struct db *db, const struct head_order *order, struct json **reply, struct err *err);

#endif
