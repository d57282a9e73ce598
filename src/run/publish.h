/* The end of a snapshot run: what it staged is published as a whole, kept aside, or removed.
 *
 *   close the live parts - (wait until all parts are summed or packed)
 *   - commit PUBLISHING - _MANIFEST, names, one rename - `latest` - commit PUBLISHED with the run's
 *   end
 *
 * Done again after a crash it finds what is done: the run has not ended then, and its end comes
 * again. A run whose path holds parameters has one snapshot a path, each published by itself.
 * Lander thread; blocks.
 */
#ifndef RUN_PUBLISH_H
#define RUN_PUBLISH_H

#include "base/err.h"
#include "run/lander_internal.h"

/* All but the last commit. 0; PUBLISH_MORE: ask again when others had their turn; -EINPROGRESS:
 * parts are at the housekeeper still, ask again when a chore came back; else an error that may
 * pass. What can never be published (a part is damaged, or
 * something else bears its name) makes the run `failed` with the reason, and is kept aside. Where
 * something else bears that name too it stays staged; where `latest` is no link it is left. Both
 * are logged, the run ends. */
#define PUBLISH_MORE 1
int publish_run(struct lander *lander, struct landing *landing, struct err *err);
/* A run that was stopped does not wait for what publish_run could not do: its snapshots stay where
 * they are, and a retry goes on with them. */
void publish_leave(struct lander *lander, const struct landing *landing, const struct err *why);
/* Inside the transaction of the run's end. */
void publish_record(struct lander *lander, const struct landing *landing);
/* It is committed: then older snapshots go as the policy says. 0, or PUBLISH_MORE. Failures are
 * tried again later. */
void publish_recorded(struct landing *landing);
int publish_retain(struct lander *lander, struct landing *landing);
void publish_free(struct publication *pub); /* NULL is fine */

/* A run goes on, or is reopened: what was kept aside, or was about to be when a crash came, is
 * staged again. Not in a transaction. */
int publish_reopen(struct lander *lander, uint64_t run, struct err *err);
/* Inside the transaction that reopens a run: the intent. -EUCLEAN: what was kept aside, or some of
 * it, is gone. */
int publish_mark_reopening(struct lander *lander, const struct seed *seed, struct err *err);

#endif
