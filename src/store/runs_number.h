/* The numbers of runs, when a ledger begins anew. */
#ifndef STORE_RUNS_NUMBER_H
#define STORE_RUNS_NUMBER_H

#include <stdint.h>

#include "store/db.h"

/* Inside a transaction: the next run gets an id above this one, if that is more than it would get
 * anyway. */
void runs_number_above(struct db *db, uint64_t id);
uint64_t runs_highest(struct db *db); /* the highest id ever given; 0: none, or it cannot be read */
/* runs_highest of a database that may be damaged; the file is only read. */
uint64_t runs_salvage(const char *path);

#endif
