/* What a run would do, without fetching anything. Does not block, and reads no secret. */
#ifndef RUN_PLAN_H
#define RUN_PLAN_H

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"

/* {"job", "engine", "workers", "requests", "first": {"url", "params"}, "last", "pages", "columns",
 * "files", "varies", "format", "mode", "compress", "order", "rotate": {"size", "rows", "every"}},
 * the caller's; NULL with a sentence when the first or the last request cannot be built. "files"
 * names the first file of a run of this moment; "varies" says that other requests land in others.
 */
struct json *plan_of(const struct job *job, struct err *err);

#endif
