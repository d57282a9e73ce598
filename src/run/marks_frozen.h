/* The marks a run asks from: read from the ledger once, when it is ordered, and kept in a spool
 * that its definition names, so that resuming and retrying it ask the same again. Query thread;
 * blocks. */
#ifndef RUN_MARKS_FROZEN_H
#define RUN_MARKS_FROZEN_H

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"
#include "spec/spool.h"
#include "store/db.h"

/* What has a mark of its own, as the ledger names it (store/marks.h). The caller's. */
char *marks_part(const struct job *job, uint64_t index);

/* For a new run: `job` is narrowed already; `definition` gets the spool's name. *spool stays NULL
 * when there is no mark yet. -EINVAL: the marks in the ledger were taken from another cursor. */
int marks_freeze(struct db *db, const struct job *job, struct json *definition,
		 struct spool **spool, struct err *err);
/* For a run of the ledger. -EUCLEAN: the spool is missing or damaged. */
int marks_thaw(struct db *db, const struct json *definition, struct spool **spool, struct err *err);
/* Takes the spool's name out of a definition. */
void marks_forget(struct json *definition);

const char *marks_type(const struct job *job); /* "time": as in incremental.type */

#endif
