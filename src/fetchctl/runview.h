/* How a run is shown: its summary line, workers and files. All take the run document of SPEC's
 * control protocol. */
#ifndef FETCHCTL_RUNVIEW_H
#define FETCHCTL_RUNVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"

struct ctl;

/* Of runtext_summary; the caller frees. */
char *runview_summary(const struct json *run);
void runview_workers(const struct ctl *ctl, const struct json *run);
void runview_files(const struct ctl *ctl, const struct json *run);
bool runview_ended(const struct json *run); /* or deferred: nothing to wait for now */

#endif
