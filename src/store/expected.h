/* What the expectations of a run are held against (`expect`), beside the counts that stand in
 * struct run_counts. The keys of rows are kept as hashes: they survive a restart and take no
 * memory. */
#ifndef STORE_EXPECTED_H
#define STORE_EXPECTED_H

#include <stddef.h>
#include <stdint.h>

#include "store/db.h"

/* Writers: inside a transaction. */

/* Returns how many of the keys the run has already; two that are equal here count once. */
uint64_t expected_add_keys(struct db *db, uint64_t run, const uint64_t *keys, size_t n);
/* Those of all runs of the job that have ended, but for `but` when it is not 0: what a retry of an
 * older run would be held against is given up. */
void expected_drop_keys(struct db *db, const char *job, uint64_t but);

/* The newest run of the job before `before` (0: of all) that ended complete with a row; its rows.
 * 0: there is none. */
uint64_t expected_rows(struct db *db, const char *job, uint64_t before, uint64_t *rows);

#endif
