/* From a body to its records: one proven pass over the document, slices out. */
#ifndef DATA_EXTRACT_H
#define DATA_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pointer.h"
#include "base/slice.h"

#define EXTRACT_PROBES_MAX 8

/* What is looked for in a body. Borrowed. */
struct extract_ask {
	/* Where the records are: each element of an array there, or any other value as one record;
	 * a null is none. A step "*" leads to every element of an array and every member of an
	 * object. */
	const struct pointer *records;
	/* Single values that are wanted besides; those that are NULL are not asked for. */
	const struct pointer *probes[EXTRACT_PROBES_MAX];
	bool lines; /* each line is a document of its own (NDJSON); empty ones are passed over */
};

struct extract {
	struct slice *records; /* each the bytes of one JSON value, in the body's order */
	size_t len, room;
	bool spaced; /* some record has white space between its tokens */
	/* What the probes found, bytes of a JSON value; ptr NULL: absent or not asked for. With
	 * `lines` the last one found counts. */
	struct slice found[EXTRACT_PROBES_MAX];
	struct buf made; /* records that do not stand in the body as they are point into it */
};

/* Proves that `body` is complete JSON and finds what is asked for. When an object has a key twice
 * the last one counts, as everywhere on this floor.
 *
 * 0; -EINVAL: not JSON, *truncated tells whether it merely ended too early; -ENOENT: nothing at
 * `records`, with `lines` or a "*" in none of the places (the probes are filled all the same).
 * *truncated is always set. Reuses extract's memory; a zeroed extract is empty and valid. Slices
 * point into `body`. */
int extract_records(struct slice body, const struct extract_ask *ask, struct extract *extract,
		    bool *truncated, struct err *err);

/* A record for every element of the array at `at` in each record: the record as it is, with the
 * element in the array's place, or null where the array is empty. Records without an array there
 * stay. -E2BIG when that takes more than `ceiling` bytes. */
int extract_explode(struct extract *extract, const struct pointer *at, size_t ceiling,
		    struct err *err);

/* Empties it and keeps the memory: how every way to fill it begins. */
void extract_clear(struct extract *extract);
void extract_add(struct extract *extract, struct slice record);
void extract_done(struct extract *extract);

#endif
