/* The housekeeper: one thread of low priority that reads closed files from end to end, to sum and
 * to compress them, so that the lander never does.
 *
 * It decides nothing and renames nothing: it is given a chore and gives it back, done or not,
 * through the lander's own inbox. What becomes of the file is the lander's business (closed.h).
 */
#ifndef RUN_HOUSEKEEPER_H
#define RUN_HOUSEKEEPER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "data/pack.h"
#include "io/mailbox.h"
#include "run/output.h"

struct housekeeper;

struct chore {
	uint64_t file;  /* its id in the ledger */
	char *name;     /* relative to data_dir */
	uint64_t bytes; /* it must have */
	enum job_compress compress;
	char *packed; /* the compressed copy, synced, still under a temporary name; NULL: only
			 summed */
	struct pack_result result;
	int code; /* out: 0 or as pack_file; -ECANCELED: the housekeeper was stopped */
	struct err err;
};
void chore_free(struct chore *chore); /* NULL is fine */

/* Chores come back as landings of the kind LANDING_CHORE in `inbox`, which outlives it. */
int housekeeper_start(const struct output_place *place, struct mailbox *inbox,
		      struct housekeeper **housekeeper, struct err *err);
/* Any thread; takes the chore, but for when false is returned: there is no room now. */
bool housekeeper_give(struct housekeeper *housekeeper, struct chore *chore);
/* Gives up what is being done, and takes no more; any thread. */
void housekeeper_close(struct housekeeper *housekeeper);
/* Closes, joins and frees: nobody may give chores any more. `inbox` must be closed, or read by
 * somebody. */
void housekeeper_stop(struct housekeeper *housekeeper); /* NULL is fine */

#endif
