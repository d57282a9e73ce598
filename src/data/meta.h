/* The cells of metadata columns, the same for all rows of one response. Private to this floor. */
#ifndef DATA_META_H
#define DATA_META_H

#include "base/clock.h"
#include "data/cell.h"
#include "data/format.h"

/* Where their texts live. */
struct meta_texts {
	char fetched_at[CLOCK_TEXT_MAX], scheduled[CLOCK_TEXT_MAX];
	char run[24], request[24], page[24], status[24];
};

/* Fills the cells of the job's metadata columns and leaves the others alone. `meta` may be NULL
 * when there are none. */
void meta_cells(const struct job *job, const struct row_meta *meta, struct meta_texts *texts,
		struct cell *cells);

#endif
