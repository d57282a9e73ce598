/* Takes one record apart: its members laid out by number, in one walk over its bytes. Private to
 * this floor.
 *
 * With declared columns the members asked for are the first steps of their pointers. With
 * automatic ones an object below the top is opened too, and its members are named "outer.inner";
 * arrays, and objects without a member, stay whole. A record that is no object, or one without a
 * member, is one value of the name "value". Of members with the same name (also by flattening)
 * the last one counts.
 */
#ifndef DATA_SHRED_H
#define DATA_SHRED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "data/cell.h"
#include "data/colset.h"
#include "data/names.h"

struct shred {
	const struct names *keys;
	struct cell *cells; /* one a key, and one more for the caller's use; the writer of a row
			       sets them back to CELL_NONE */
	struct cell record; /* the whole of it */
	bool flatten;
	bool unknown;    /* flattening: a name that is not among the keys was met */
	struct buf name; /* of nested members, and of keys with escapes */
	size_t expected; /* records look alike: the key after the last one is tried first */
	const char *end; /* nothing is read from here on */
	/* NULL, or called for each unknown member; the name is valid during the call only. */
	void (*found)(struct slice name, const struct cell *value, void *arg);
	void *arg;
};

/* `keys` must outlive the shred. `end`: of the last record, so of the readable bytes. */
void shred_init(struct shred *shred, const struct names *keys, bool flatten, const char *end);
void shred_done(struct shred *shred);
/* Fills `cells` from one proven JSON value; `unknown` adds up. 0, or -EINVAL for a flattened name
 * of more than COLSET_NAME_MAX bytes. */
int shred_record(struct shred *shred, struct slice record, struct err *err);

#endif
