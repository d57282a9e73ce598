/* Everything a run needs to begin or to go on, gathered where blocking is allowed.
 *
 * A new run's seed comes from its order, on the query thread; an unfinished or reopened one's from
 * the ledger. The run is always made from the frozen definition in the seed, never from the job as
 * it is now, so that resuming and retrying mean the same requests.
 */
#ifndef RUN_SEED_H
#define RUN_SEED_H

#include "base/rangeset.h"
#include "fetch/request.h"
#include "run/chains.h"
#include "run/expect.h"
#include "run/inputs.h"
#include "spec/job.h"
#include "store/db.h"
#include "store/ledger.h"
#include "store/runs.h"

struct seed {
	struct run_record record;         /* id 0 for a new run */
	bool enrolled;                    /* it has an id, but its inputs are not recorded yet */
	struct job *job;                  /* the run's own, its matrix narrowed by the overrides */
	struct inputs inputs;             /* what it has from files */
	char *secrets[JOB_SECRET__COUNT]; /* resolved; NULL: none */
	char *path; /* of the output, relative to data_dir, without extension; NULL: it holds
		       parameters */
	struct expect_before before; /* what `expect.max_drop` is held against */
	struct rangeset *done;       /* points not to be taken any more; NULL for a new run */
	struct chains chains;        /* open ones; empty for a new run */
};

void seed_free(struct seed *seed); /* wipes the secrets; NULL is fine */

/* What the requests of its run share; borrowed from the seed. */
void seed_scope(const struct seed *seed, struct request_scope *scope);

/* A run that has not begun yet, of `definition` (with `record` filled but for counts and times,
 * taken over; its id is 0, or what it was enrolled with). Blocks: reads the secret and what
 * parameters come from, whose names in the state directory the definition then has. `db` and
 * `place` NULL: only for jobs without such parameters. NULL with a sentence and *code (-EINVAL:
 * definition, overrides or files, -EACCES: secret, or as inputs_freeze). */
struct seed *seed_new(struct db *db, const struct inputs_place *place, struct run_record *record,
		      int *code, struct err *err);
/* A run of the ledger, as far as it got; of one that is enrolled there is only the record. Blocks.
 */
struct seed *seed_load(struct db *db, uint64_t id, int *code, struct err *err);

#endif
