/* Rows of CSV moved under another header: cells keep their bytes, columns their names. Pure. */
#ifndef DATA_RECAST_H
#define DATA_RECAST_H

#include "base/buf.h"
#include "base/slice.h"
#include "data/colset.h"

/* Appends `rows`, written for `from` in the job's dialect, as rows for `to`: what a row lacks is a
 * null. 0; -EINVAL: they are no rows of `from`, and what was appended is undone; -E2BIG. */
int recast_rows(const struct job *job, struct slice rows, const struct colset *from,
		const struct colset *to, struct buf *out);

#endif
