/* What becomes of closed files: summed, compressed, listed in the manifest, at last removed.
 *
 *   CLOSED --(housekeeper sums)--------------------------------> manifest -> LISTED
 *   CLOSED --(housekeeper packs)--> NAMING -> rename --> manifest -> SWEEPING -> unlink -> LISTED
 *   LISTED --(retention)--> DROPPING -> manifest without it -> unlink -> forgotten
 *
 * Every arrow to a state is a commit, and every step behind it can be done again, so after a crash
 * the states alone say what is left to do. A manifest never lists a file that is not there. Lander
 * thread; blocks. Errors: what failed stays as it is and is tried again later.
 */
#ifndef RUN_CLOSED_H
#define RUN_CLOSED_H

#include "base/err.h"
#include "base/json.h"
#include "run/lander_internal.h"
#include "store/files.h"

/* Finishes what was begun before, after a start or a failure, and hands the rest out again. */
int closed_resume(struct lander *lander, struct err *err);
/* Hands files that were closed since to the housekeeper. */
int closed_hand_out(struct lander *lander, struct err *err);
/* A chore came back. */
int closed_take_back(struct lander *lander, struct chore *chore, struct err *err);

/* Removes files of an append output that its policy does not keep; never one with rows of a run
 * that has not ended. retention.c */
int retention_of_files(struct lander *lander, const char *path, const struct json *policy,
		       struct err *err);
/* The same of published snapshots and those kept aside, never `latest`. */
int retention_of_snapshots(struct lander *lander, const char *path, const struct json *policy,
			   struct err *err);
/* Removes one snapshot, whatever its state; its record is DROPPING then. */
int retention_drop(struct lander *lander, struct snapshot_record *record, struct err *err);
/* Goes on with removals that were begun. */
int retention_resume(struct lander *lander, struct err *err);

/* The line of a file in append mode that is about to be listed (its `state` is still the old one),
 * durable before the ledger says that it is there. The caller commits *bytes, the manifest's length
 * with it. closed_manifest.c */
int closed_enter(struct lander *lander, const struct file_record *record, uint64_t *bytes,
		 struct err *err);
/* The manifest of an append output as the ledger has its files, when files were removed.
 * closed_manifest.c */
int closed_rewrite_manifest(struct lander *lander, const char *path, struct err *err);

#endif
