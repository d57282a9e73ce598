/* Runs that are recorded before they can begin: main loop.
 *
 * A run that follows another one is recorded in the very commit that ends the other, so there is
 * exactly one for it, whatever happens between the two. A run whose parameters come from a first
 * request is recorded before that is made, so that it has a history if it fails. Such a run waits
 * until no other run of its job goes on and max_runs has room; then it asks, reads its inputs, and
 * begins like any other. After a crash it waits again: nothing of it has happened yet.
 */
#ifndef RUN_ENROL_H
#define RUN_ENROL_H

#include <stdbool.h>

#include "base/err.h"
#include "run/run_internal.h"

struct dispatcher;

/* Records the run, which was ordered, or reopens it when it has an id; `begun` is told then. */
void enrol_order(struct run *run);
void enrol_settled(struct run *run, struct landing *landing); /* that is committed, or refused */
void enrol_add(struct dispatcher *dispatcher, struct run_record *record); /* recorded; moved from */

/* Puts the runs that follow into the landing of this run's end. */
void enrol_followers(const struct run *run, struct landing *landing);
void enrol_take(struct dispatcher *dispatcher, struct landing *landing); /* they are committed */

bool enrol_waits(const struct run *run); /* for its turn */
/* Those whose turn has come are prepared; those that are cancelled end. */
void enrol_admit(struct dispatcher *dispatcher);
/* An enrolled run cannot begin: it ends as failed, or waits for the next start. */
void enrol_refused(struct run *run, int code, const struct err *err);

#endif
