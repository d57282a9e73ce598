/* The form of a spool's file, for who writes and who reads it: see spool.c. */
#ifndef SPEC_SPOOL_INTERNAL_H
#define SPEC_SPOOL_INTERNAL_H

#include <stdint.h>

#define SPOOL_STRIDE     64
#define SPOOL_MAGIC      "fetchdv1"
#define SPOOL_UNFINISHED ".new-"

struct spool_trailer {
	uint64_t count;
	uint64_t values; /* bytes of the values, NULs included */
	uint64_t sum;    /* hash_bytes of all that is before it */
	char magic[8];
};

#endif
