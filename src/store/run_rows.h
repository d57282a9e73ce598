/* Whose rows are in a file: {"17": 100}, run -> rows. Private to src/store: live files and closed
 * ones keep it in a table each. */
#ifndef STORE_RUN_ROWS_H
#define STORE_RUN_ROWS_H

#include "base/json.h"
#include "store/sql.h"

/* Reads a SELECT of (run, rows) to its end. *runs is the caller's to unref, also after a failure.
 */
int run_rows_take(struct stmt *st, struct json **runs, struct err *err);

#endif
