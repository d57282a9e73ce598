/* Live progress of one run on stderr: a line redrawn in place on a terminal, else a plain line now
 * and then. */
#ifndef FETCHCTL_PROGRESS_H
#define FETCHCTL_PROGRESS_H

#include "base/json.h"

struct progress;

struct progress *progress_new(const char *job, uint64_t run);
/* A run.progress event, or a run document while it lasts: what they have in common is shown. */
void progress_show(struct progress *progress, const struct json *event);
/* Takes the line away (on a terminal) and frees. NULL is fine. */
void progress_end(struct progress *progress);

#endif
