/* Which job runs after which: each after one other at most, so the way up is a line, unless it is a
 * circle. */
#ifndef SPEC_LINEAGE_H
#define SPEC_LINEAGE_H

#include "spec/job.h"

/* The job of that name; NULL: there is none. */
typedef const struct job *lineage_find_fn(const char *name, void *arg);

/* Why the job cannot run after job->after: that leads back to it, or, when `whole`, is none of the
 * jobs. The caller frees; NULL: it can. */
char *lineage_fault(const struct job *job, lineage_find_fn *find, void *arg, bool whole);

/* Whether the text can be a job's name; for the fields that hold one. */
int job_check_name(const char *text, struct err *err);

#endif
