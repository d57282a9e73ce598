/* JSON arrays as this program writes them; the rules stand in jsonarray.c. Private to this floor.
 */
#ifndef DATA_JSONARRAY_H
#define DATA_JSONARRAY_H

#include "data/format.h"

/* Behind the last row of a file. */
#define JSONARRAY_FOOTER "\n]\n"
/* The comma that parts a row from the one before. */
#define JSONARRAY_LEAD 1

int jsonarray_header(const struct job *job, const struct colset *set, struct buf *out);
int jsonarray_encode(const struct job *job, const struct colset *set, const struct extract *extract,
		     const struct row_meta *meta, struct rows *rows, struct err *err);

#endif
