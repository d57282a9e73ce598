/* Which output `head` looks at. Query thread; private to head.c. */
#ifndef RUN_HEAD_FIND_H
#define RUN_HEAD_FIND_H

#include "base/err.h"
#include "spec/job.h"
#include "store/db.h"
#include "store/outputs.h"

struct head_output {
	char *key;                 /* of its closed files in the ledger */
	struct output_record live; /* zeroed: no live file is shown, as of a snapshot */
};

/* The output of the job that people want to see. -ENOENT with a sentence: there is none yet. */
int head_find(struct db *db, const struct job *job, struct head_output *output, struct err *err);
void head_output_done(struct head_output *output);

#endif
