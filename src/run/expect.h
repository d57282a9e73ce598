/* What a run that went well must have brought, to count as complete: a job's `expect`. */
#ifndef RUN_EXPECT_H
#define RUN_EXPECT_H

#include "spec/job.h"
#include "store/runs.h"

/* The run before that counts: the last one that ended complete. */
struct expect_before {
	uint64_t run, rows; /* run 0: there is none */
};

/* NULL: all is as expected; else what is not, in words and with both figures. The caller frees. */
char *expect_verdict(const struct job *job, const struct run_counts *counts,
		     const struct expect_before *before);

#endif
