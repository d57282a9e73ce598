/* What `expect` asks of every row: values that are required, keys that are unique. Private to this
 * floor; what is found stands in struct rows. */
#ifndef DATA_CHECKS_H
#define DATA_CHECKS_H

#include "base/buf.h"
#include "data/cell.h"
#include "data/format.h"

struct checks {
	size_t *columns; /* those required and then those of the key; SIZE_MAX: not in the set */
	size_t nrequired, nkey;
	struct buf text;
};

bool checks_asked(const struct job *job);
void checks_init(struct checks *checks, const struct job *job, const struct colset *set);
void checks_done(struct checks *checks);
/* A row that is to land. */
void checks_row(struct checks *checks, const struct cell *cells, struct rows *rows);
/* Every record, where rows are not taken apart: members by name, flattened. 0 or -EINVAL. */
int checks_records(const struct job *job, const struct extract *extract, struct rows *rows,
		   struct err *err);

#endif
