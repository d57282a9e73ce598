/* What a run would do, without fetching anything and without reading a secret. */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"
#include "store/db.h"

/* {"job", "engine", "workers", "requests", those of plan_matrix.h, "first": {"url", "params"},
 * "last", "pages", "incremental": {"cursor", "type", "per", "mark", "since"} or null,
 * "conditional", "columns", "types", "files", "rejects", "varies", "format", "mode", "compress",
 * "order", "rotate": {"size", "rows", "every"}}, the caller's; NULL with a sentence when the first
 * or the last request cannot be built. "files" names the first file of a run of this moment;
 * "varies" says that other requests land in others; "rejects" is where rejected records go, null
 * when none can be. Does not block; not for a job of which something must be looked up. */
struct json *plan_of(const struct job *job, struct err *err);
bool plan_looks_up(const struct job *job);
/* Likewise for any job: the files that parameters come from, and marks, are read. Blocks; query
 * thread. */
struct json *plan_with_inputs(struct db *db, const char *data_dir, const struct job *job,
			      struct err *err);

/* The types of declared columns, ["int", "any"], in their order; NULL with automatic ones. */
struct json *plan_types(const struct job *job);

#endif
