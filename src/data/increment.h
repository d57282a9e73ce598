/* What an answer means to an incremental job: which of its records are new, and how far they go.
 *
 * A record before what was asked for, or one at the mark that an earlier run has landed, is left
 * out. Pure; any thread.
 */
#ifndef DATA_INCREMENT_H
#define DATA_INCREMENT_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "data/extract.h"
#include "spec/job.h"

/* How far one answer goes, or several together. */
struct increment {
	char *value; /* the highest cursor among the records, as it came; NULL: there was none */
	struct buf rank;
	struct buf keys; /* of the records there and in the look back: mark_keys.h */
};

struct increment *increment_new(void);
void increment_free(struct increment *increment); /* NULL is fine */
size_t increment_memory(const struct increment *increment);

/* Leaves out of `extract` what is not new. `frozen` is the mark as the run has frozen it ("":
 * none). The caller's; NULL when no record counts. A record without a cursor of its type, or
 * without its key, is an error (-EINVAL in *code) that names it. */
struct increment *increment_pick(const struct job *job, const char *frozen, struct extract *extract,
				 int *code, struct err *err);

/* Takes what `more` has into `sum`. */
void increment_join(const struct job_incremental *settings, struct increment *sum,
		    const struct increment *more);

#endif
