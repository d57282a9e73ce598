/* Notices of what happens to jobs, runs and hosts: the documents that the control protocol streams
 * as events. Main loop. */
#ifndef RUN_NOTICE_H
#define RUN_NOTICE_H

#include <stdint.h>

#include "base/json.h"

/* {"time", "event", "job", "run"}, to be filled with what the event tells; `run` 0: of no run. */
struct json *notice_new(const char *name, const char *job, uint64_t run);
/* run.ended, from the document of the run. */
struct json *notice_of_end(const struct json *run);

#endif
