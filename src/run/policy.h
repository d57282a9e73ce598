/* What the closed files of an output go by: kept with them in the ledger, because files are closed,
 * compressed and removed also when their job is gone or has become another.
 *
 * {"compress": "gzip", "keep": {"files": 30, "bytes": 1000, "age_ms": 1000}, "csv": {...}}; what is
 * as by default is left out, and NULL is all by default. Pure; any thread.
 */
#ifndef RUN_POLICY_H
#define RUN_POLICY_H

#include <stdbool.h>

#include "base/json.h"
#include "spec/job.h"

struct json *policy_of(const struct job *job); /* a new document, or NULL */
enum job_compress policy_compress(const struct json *policy);
/* False when everything is kept. */
bool policy_keep(const struct json *policy, struct job_keep *keep);
/* Files written under the two are read in the same way. */
bool policy_same_dialect(const struct json *a, const struct json *b);

#endif
