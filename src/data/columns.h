/* Declared columns: the cells of one row, from a record taken apart. Private to this floor. */
#ifndef DATA_COLUMNS_H
#define DATA_COLUMNS_H

#include "data/cast.h"
#include "data/meta.h"
#include "data/rows.h"
#include "data/shred.h"

struct columns {
	const struct job *job;
	const struct colset *set;
	struct cell *cells; /* one a column; NULL with automatic ones */
	struct cell *fallbacks;
	char (*made)[CAST_MADE_MAX]; /* what had to be written anew, one a column */
	struct meta_texts texts;
};

/* Why a record is no row. */
struct refusal {
	const struct job_column *column; /* NULL: nothing was refused */
	struct err reason;
};

/* Cells that are the same in every row are filled already. Refers to its own members: stays where
 * it is. */
void columns_init(struct columns *columns, const struct encoding *encoding);
void columns_done(struct columns *columns);
/* 0; the record may have been refused (`on_error: reject`). -EINVAL with a sentence that names the
 * column. */
int columns_fill(struct columns *columns, const struct shred *shred, struct refusal *refusal,
		 struct err *err);

#endif
