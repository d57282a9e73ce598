/* fetchd --recover: a ledger made from what the files themselves prove.
 *
 * Every closed file and every snapshot has a manifest that says what is in it, and so the files
 * need no database to be believed. When the database is damaged, missing or older than the files,
 * it is set aside and a new one is made: with every file that is as its manifest says. What is not
 * is put aside under a name that nobody takes for data; live files are cut to their last whole row
 * and closed. What only the database knew is lost: the history, and how far unfinished runs had
 * come.
 *
 * May be killed at any point and run again: files are renamed one by one, each by a step that finds
 * itself done, and the new database takes its name last. Blocks for as long as reading all files
 * takes; nothing else may run on these directories, which the lock of state_dir sees to.
 */
#ifndef RUN_RECOVER_H
#define RUN_RECOVER_H

#include <stdbool.h>
#include <stdio.h>

#include "base/err.h"
#include "spec/config.h"
#include "spec/jobset.h"

struct recover_order {
	const struct config *config;
	const struct jobset *jobs; /* whose paths are looked at, with a manifest or without */
	FILE *report;              /* a line for every file, and a sentence at the end */
};

/* *whole: nothing is missing, differs or was put aside. A database that is in order and knows the
 * files is left as it is, and so are they. -EWOULDBLOCK: fetchd is running; -EPERM: state_dir is
 * another user's; -ENOTSUP: the database
 * is a newer fetchd's, or another program's; other errors with a sentence. */
int recover_run(const struct recover_order *order, bool *whole, struct err *err);

#endif
