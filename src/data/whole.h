/* How much of a file is whole rows: for a live file that no ledger speaks of any more. Blocking. */
#ifndef DATA_WHOLE_H
#define DATA_WHOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "spec/job.h"

struct whole {
	uint64_t bytes; /* header and whole rows; what a footer would stand behind */
	uint64_t rows;  /* header not counted */
};

/* Reads the file from its beginning and stops at the first thing that is no whole row of the
 * format: a row without its end, a NUL byte (what a power loss leaves of blocks that were never
 * written), bytes that are no JSON. 0 bytes: there is not even a header. -EIO and the like. */
int whole_measure(int fd, enum job_format format, struct whole *found, struct err *err);

/* One JSON document and nothing else, not even white space around it. */
bool whole_json(struct slice text);

#endif
