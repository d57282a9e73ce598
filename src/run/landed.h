/* What has landed of a job, read forward as the values of another job's parameter. Blocking: query
 * thread.
 *
 * Only committed rows: with snapshots those of the newest published one of each path, else of every
 * closed file that is still there and of the live ones up to the recorded length. Where files go
 * away meanwhile, it begins again, so a value may come twice.
 */
#ifndef RUN_LANDED_H
#define RUN_LANDED_H

#include "base/err.h"
#include "spec/source.h"
#include "spec/values.h"
#include "store/db.h"

struct landed_order {
	const char *data_dir;
	const struct source *source; /* SOURCE_JOB */
};

/* -ENOENT: nothing of the job has landed, or been published; -EINVAL: none of its files has the
 * column or the member. */
int landed_values(struct db *db, const struct landed_order *order, values_fn *each, void *arg,
		  struct err *err);

#endif
