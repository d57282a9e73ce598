/* What a run takes from files, from what has landed of other jobs and from the environment: read
 * once when it is ordered, and kept in spools (spec/spool.h) in <state_dir>/spool, beside the
 * ledger.
 *
 * The spools are on the disk before the run's start is committed, and the definition that is
 * committed with it names them ("frozen"), so a run that counts as begun has its inputs. They stay
 * as long as a run that names them is live, or ended other than complete or unchanged, as it may be
 * retried then; after that they are removed when the next run with such inputs is ordered.
 */
#ifndef RUN_INPUTS_H
#define RUN_INPUTS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"
#include "spec/spool.h"
#include "store/db.h"

/* What is given to freezing, besides the job. */
struct inputs_place {
	const char *data_dir; /* where other jobs have landed; borrowed */
	struct spool **asked; /* by parameter, what first requests gave; moved from; NULL: none */
};

struct inputs {
	bool open;            /* freezing leaves parameters with first requests without values */
	const char *data_dir; /* where other jobs have landed; borrowed */
	struct spool *spools[MATRIX_PARAMS_MAX]; /* by parameter; held so that none is removed */
	struct spool *marks;                     /* of an incremental job: marks_frozen.h */
};

/* One with only data_dir is empty and valid. The job may be used after: its values stay mapped. */
void inputs_done(struct inputs *inputs);

char *inputs_dir(const struct db *db); /* where spools are; the caller's */
void inputs_sweep(struct db *db);      /* removes those that no run needs */

/* The definition as the job's file had it, without the names of spools; the caller's. */
struct json *inputs_plain(const struct json *definition);
/* Reads the sources, keeps their values, names them in `definition` and gives them to the job's
 * matrix. Blocks; query thread. `db` as query_ask gives it. -EINVAL for what is in the files,
 * -EBUSY when one changed meanwhile, or what the disk said. */
int inputs_freeze(struct db *db, struct job *job, struct json *definition, struct inputs *inputs,
		  struct err *err);
/* Opens what the definition names. Blocks. -EUCLEAN with a sentence when something is missing or
 * damaged. */
int inputs_thaw(struct db *db, struct job *job, const struct json *definition,
		struct inputs *inputs, struct err *err);

#endif
