/* How a run is shown: its summary line, workers and files, and what its result means for the exit
 * status. All take the run document of SPEC's control protocol. */
#ifndef FETCHCTL_RUNVIEW_H
#define FETCHCTL_RUNVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

struct ctl;

/* "run 17 of inventory: complete, 100 of 100 requests, 100 rows, 0 failed, 6.8 s (14.7 req/s)"; the
 * caller frees. */
char *runview_summary(const struct json *run);
/* The requests that need no more work, of {"landed", "failed", ...}. */
int64_t runview_done(const struct json *requests);
void runview_workers(const struct ctl *ctl, const struct json *run);
void runview_files(const struct ctl *ctl, const struct json *run);
bool runview_ended(const struct json *run); /* or deferred: nothing to wait for now */
int runview_status(const struct json *run); /* an exit status */

#endif
