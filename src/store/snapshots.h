/* The snapshots of runs: where each stands on its way from staging to published, kept or removed.
 */
#ifndef STORE_SNAPSHOTS_H
#define STORE_SNAPSHOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "store/db.h"

enum snapshot_state {
	SNAPSHOT_STAGING,    /* its run lands in it, or has not ended */
	SNAPSHOT_PUBLISHING, /* intent: may or may not bear its published name already */
	SNAPSHOT_PUBLISHED,
	SNAPSHOT_KEEPING, /* intent: kept aside as `result` */
	SNAPSHOT_KEPT,
	SNAPSHOT_REOPENING, /* intent: from aside back to staging */
	SNAPSHOT_DROPPING,  /* intent: to be removed */
	SNAPSHOT__COUNT
};

struct snapshot_record {
	char *path; /* relative to data_dir; with `run` the key */
	uint64_t run;
	char *job;
	int64_t slot_ms;
	enum snapshot_state state;
	char *result; /* of the run, from PUBLISHING or KEEPING on; NULL before */
	uint64_t rows, bytes;
	int64_t published_ms; /* 0: never */
};
void snapshot_record_done(struct snapshot_record *record);
/* With texts of its own. */
struct snapshot_record snapshot_record_copy(const struct snapshot_record *record);

/* The key in `outputs` and `files` of a snapshot's parts: "<path>//<run>". The caller frees. */
char *snapshot_key(const char *path, uint64_t run);

/* Writers: inside a transaction. */
void snapshots_put(struct db *db, const struct snapshot_record *record); /* insert or replace */
void snapshots_drop(struct db *db, const char *path, uint64_t run); /* with its outputs and files */

/* Readers. */
int snapshots_get(struct db *db, const char *path, uint64_t run, struct snapshot_record *record,
		  struct err *err); /* -ENOENT */
/* Those of a run (0: of all runs), by path. `fn` may write and ask. */
int snapshots_each(struct db *db, uint64_t run,
		   void (*fn)(const struct snapshot_record *record, void *arg), void *arg,
		   struct err *err);
/* The published one with the latest slot, of equal slots the highest run; -ENOENT. */
int snapshots_latest(struct db *db, const char *path, struct snapshot_record *record,
		     struct err *err);
/* What retention looks at: published and kept ones of a path whose run has ended, newest first (as
 * above). */
int snapshots_of_path(struct db *db, const char *path,
		      void (*fn)(const struct snapshot_record *record, void *arg), void *arg,
		      struct err *err);

#endif
