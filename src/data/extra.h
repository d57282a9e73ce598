/* The members of a record that are not among the columns, gathered into one JSON object. Private to
 * this floor. */
#ifndef DATA_EXTRA_H
#define DATA_EXTRA_H

#include "base/buf.h"
#include "data/cell.h"
#include "data/names.h"

struct extra {
	struct names names;
	struct cell *cells; /* one a name */
	size_t room;
	struct buf text;
};

void extra_init(struct extra *extra, size_t ceiling); /* `ceiling`: of the object's bytes */
void extra_done(struct extra *extra);

/* A member; of equal names the last one counts. `arg` is the extra: what shred.found takes. */
void extra_add(struct slice name, const struct cell *value, void *arg);
/* Makes one cell of what was added: an object, names flattened, in order of first sight; a null
 * when nothing was. It lives until the next call. 0 or -E2BIG. */
int extra_cell(struct extra *extra, struct cell *cell);
void extra_forget(struct extra *extra); /* what was added, for the next record */

#endif
