/* Waiting for a run to end. */
#ifndef FETCHCTL_AWAIT_H
#define FETCHCTL_AWAIT_H

#include "base/json.h"

struct ctl;

/* Waits until `run` (its document, taken) has ended, showing progress when --follow was given, then
 * prints what it came to. Returns the exit status its result means. Ctrl-C ends the waiting, not
 * the run. */
int await_run(struct ctl *ctl, struct json *run);

#endif
