/* Where a job's rows land: the path of its output, and the name of a file of it. */
#ifndef FETCHD_WHERE_H
#define FETCHD_WHERE_H

#include "base/err.h"
#include "spec/job.h"

/* Relative to data_dir, without extension: the output's key in the ledger. Caller frees; NULL with
 * a sentence. */
char *where_output(const struct job *job, struct err *err);

#endif
