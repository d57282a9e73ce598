/* The state database, <state_dir>/fetchd.db: SQLite in WAL mode, synchronous=FULL.
 *
 * One writing and checkpointing connection (the lander's), one read-only connection (the query
 * thread's). Tables are STRICT; application_id and user_version say whose file it is and which
 * schema. The client never opens it. SQLite is included only in this folder.
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct db; /* one connection with its prepared statements; one thread at a time */

/* Opens or creates. -EUCLEAN: damaged (quick_check, after a proper stop of small files only; a very
 * small one is read whole, as db_check does; not a database), or there are fewer commits in it than
 * there have been (witness.h); -ENOTSUP: a newer schema, or another program's. Nothing is changed
 * then, and the sentence names the file and what to do. */
int db_open(const char *path, struct db **db, struct err *err);
int db_open_readonly(const char *path, struct db **db, struct err *err); /* after db_open made it */
/* Reads all of it, indexes and documents too, whatever the last stop was like. -EUCLEAN: damaged.
 */
int db_check(struct db *db, struct err *err);
const char *db_path(const struct db *db); /* as it was opened; borrowed */
char *db_dir(const struct db *db);        /* the directory it is in; the caller frees */
/* Checkpoints and marks the stop as clean when it was the writing one. NULL is fine. */
void db_close(struct db *db);

/* One transaction (BEGIN IMMEDIATE ... COMMIT) at a time. All writers below need one to be open. A
 * failed writer makes db_commit fail and roll back: callers may check once, at the commit. -ENOSPC,
 * -EIO, -EUCLEAN. */
int db_begin(struct db *db, struct err *err);
int db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db);
/* A commit that failed may stand in the log all the same, and be found by the next start after a
 * crash. So nothing it speaks of may be undone on the disk before db_settle has succeeded, which
 * commits something else in its place. 0 at once when no commit has failed. */
int db_settle(struct db *db, struct err *err);

#endif
