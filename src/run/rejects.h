/* Where the rejected records of a run go: an output beside that of its rows, always in append mode,
 * in the same commit.
 *
 * The two are a pair: what belongs to them waits for both (ailing.h), under the key of the rows'.
 * Lander thread only.
 */
#ifndef RUN_REJECTS_H
#define RUN_REJECTS_H

#include "run/account.h"
#include "run/output.h"

/* The path of the rejects of rows that land at `path`; the caller frees. */
char *rejects_path(const char *path);
/* The path of the rows whose rejects are at `path`; NULL when it is no such path. The caller
 * frees. */
char *rejects_rows_path(const char *path);

/* The key under which this output of the run waits: its own, or that of the rows it stands beside.
 * The caller frees. */
char *rejects_pair_key(const struct account *account, const struct output *output);

#endif
