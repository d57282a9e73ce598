/* The witness: a small file beside the database that says how many commits there have been.
 *
 * A write-ahead log that was lost, cut short or damaged is no error to SQLite: it drops the commits
 * it cannot read, and the ledger goes back in time without a word. What had landed since would land
 * again. So every commit counts itself in the database, and the count is then written here, without
 * a sync: after a death of the process it is exact, after a power loss it may be behind, and it is
 * never ahead. A database that knows of fewer commits than its witness has gone back.
 *
 * Nobody needs it: a witness that is missing or unreadable only says nothing.
 */
#ifndef STORE_WITNESS_H
#define STORE_WITNESS_H

#include <stdint.h>

#define WITNESS_SUFFIX "-commits" /* behind the database's path */

struct witness;

/* Never NULL; makes no file. `path` is that of the database. */
struct witness *witness_new(const char *path);
void witness_free(struct witness *witness);     /* NULL is fine; the file stays */
uint64_t witness_read(struct witness *witness); /* 0: it says nothing */
/* Makes the file if there is none. What cannot be written is not: the next commit tries again. */
void witness_write(struct witness *witness, uint64_t commits);

#endif
