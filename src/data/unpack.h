/* A compressed file written out again, whole. Blocking. */
#ifndef DATA_UNPACK_H
#define DATA_UNPACK_H

#include <stdint.h>

#include "base/err.h"
#include "spec/job.h"

struct unpack {
	int from, to;              /* descriptors; `to` is empty */
	uint64_t bytes, raw_bytes; /* of the file, and of what it stands for */
	enum job_compress compress;
};

/* 0; -EUCLEAN: it is not one such stream of that length; -ENOSPC, -EIO and the like. */
int unpack_file(const struct unpack *unpack, struct err *err);

#endif
