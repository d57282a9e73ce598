/* A spool: the values of a parameter, frozen in a file of their own.
 *
 * When a run begins, what its parameters take from outside is read once and kept here, so that
 * resuming and retrying it mean the same requests whatever became of the source. The file is
 * mapped, and every 64th value is found by an index: a million values cost the pages that are
 * looked at.
 *
 * A spool is named after what is in it, so runs with the same values share one. It is complete and
 * on the disk before it has its name. Whoever opened it holds a lock on it until spool_release or
 * the last spool_unref; one that nobody holds and no run needs is removed by spool_sweep. Making,
 * opening and sweeping block; reading may from any thread.
 */
#ifndef SPEC_SPOOL_H
#define SPEC_SPOOL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"

#define SPOOL_NAME_MAX 64

struct spool;
struct spool_writer;

/* `dir` is made when it is not there. */
int spool_begin(const char *dir, struct spool_writer **writer, struct err *err);
/* Without NUL bytes. After a failure, -ENOSPC for example, only spool_abort. */
int spool_add(struct spool_writer *writer, struct slice value, struct err *err);
/* The same, unless it has been added: *added says so. For one writer always this or always the
 * other.
 */
int spool_add_once(struct spool_writer *writer, struct slice value, bool *added, struct err *err);
/* Synced, named and opened. The writer is freed in any case. */
int spool_finish(struct spool_writer *writer, struct spool **spool, struct err *err);
void spool_abort(struct spool_writer *writer); /* nothing is left; NULL is fine */

/* -EUCLEAN with a sentence when it is missing or damaged. */
int spool_open(const char *dir, const char *name, struct spool **spool, struct err *err);
struct spool *spool_ref(struct spool *spool);
void spool_unref(struct spool *spool); /* NULL is fine */
/* Gives up the lock, and the reference of who opened it: others may go on reading, but the file may
 * be removed. Once; NULL is fine. */
void spool_release(struct spool *spool);

const char *spool_name(const struct spool *spool);
uint64_t spool_count(const struct spool *spool);
const char *spool_value(const struct spool *spool, uint64_t index); /* index < count; borrowed */
/* The index of the first value equal to `text` from `from` on; the count when there is none. */
uint64_t spool_find(const struct spool *spool, const char *text, uint64_t from);

/* Whether a run may still need the spool of this name. */
typedef bool spool_needed_fn(const char *name, void *arg);
/* Removes what is not locked and not needed, and what was never finished. */
void spool_sweep(const char *dir, spool_needed_fn *needed, void *arg);

#endif
