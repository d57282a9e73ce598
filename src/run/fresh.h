/* May the ledger begin anew? Not over files that an earlier one has written: their numbers would be
 * given a second time, and what a lost run had landed would land again in silence. */
#ifndef RUN_FRESH_H
#define RUN_FRESH_H

#include "base/err.h"

struct fresh_place {
	const char *database; /* <state_dir>/fetchd.db */
	const char *data_dir;
	int root; /* descriptor of data_dir, borrowed */
};

/* 0 when the database is there, or data_dir holds no manifest (a bounded look); else -EUCLEAN with
 * a sentence that names fetchd --recover. Blocks; changes nothing. */
int fresh_check(const struct fresh_place *place, struct err *err);

#endif
