/* From a body to its records: one proven pass over the document, slices out. */
#ifndef DATA_EXTRACT_H
#define DATA_EXTRACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/pointer.h"
#include "base/slice.h"

struct extract {
	struct slice *records; /* each the bytes of one JSON value in the body, in its order */
	size_t len, room;
	bool spaced;         /* some record has white space between its tokens */
	struct slice cursor; /* the value at `cursor`; ptr NULL: absent or not asked for */
};

/* Proves that `body` is one complete JSON document and picks the value at `records`: each
 * element of an array, or the value itself as one record; a null there is no record. When an
 * object has a key twice the last one counts, as everywhere on this floor. `cursor` may be NULL.
 *
 * 0; -EINVAL: not JSON, *truncated tells whether it merely ended too early; -ENOENT: nothing at
 * `records` (the cursor is filled all the same). *truncated is always set. Reuses extract's
 * memory; a zeroed extract is empty and valid. Slices point into `body`. */
int extract_records(struct slice body, const struct pointer *records, const struct pointer *cursor,
		    struct extract *extract, bool *truncated, struct err *err);
void extract_done(struct extract *extract);

#endif
