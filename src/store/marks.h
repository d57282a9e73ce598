/* High-water marks of `incremental:`: how far each part of a job has got.
 *
 * A part is what has a mark of its own: the parameters of a point as JSON, or "" for the whole job.
 * A run writes candidates, in the transaction of the rows they are of. A candidate stands, and is
 * then the current mark, once it was made to (its part is finished), or once its run is recorded as
 * complete: so what a run leaves undone never moves a mark. What stands may be several rows, of
 * which the highest rank counts; spec/mark.h says what ranks and keys are.
 */
#ifndef STORE_MARKS_H
#define STORE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

struct mark_record {
	uint64_t run; /* 0: set by hand */
	bool stands;  /* whatever becomes of the run */
	char *value;  /* as the API gave it */
	void *rank;   /* compares as bytes */
	void *keys;   /* of the records at the mark, or NULL */
	size_t rank_len, keys_len;
};
void mark_record_done(struct mark_record *record);

/* What the marks of a job are taken from; a job whose settings say otherwise must not use them. */
struct mark_kind {
	char *cursor, *type; /* as in the job's file */
	uint64_t since;      /* candidates of this run and of earlier ones never stand: the marks
				were set by hand or reset after it */
};
void mark_kind_done(struct mark_kind *kind);

/* Writers: inside a transaction; errors are remembered for db_commit. */
void marks_put(struct db *db, const char *job, const char *part, const struct mark_record *record);
void marks_put_kind(struct db *db, const char *job, const struct mark_kind *kind);
/* Removes the rows of runs before `run`, whether they stand or not. */
void marks_drop_before(struct db *db, const char *job, const char *part, uint64_t run);
void marks_drop_all(struct db *db, const char *job); /* with their kind */

/* Readers. What `fn` is given is borrowed; it may write, but not ask the same reader again. */
typedef void marks_fn(const char *part, const struct mark_record *record, void *arg);
/* The rows of a part that stand, in no order. */
int marks_standing(struct db *db, const char *job, const char *part, marks_fn *fn, void *arg,
		   struct err *err);
/* The candidate of a run; -ENOENT. */
int marks_candidate(struct db *db, const char *job, const char *part, uint64_t run,
		    struct mark_record *record, struct err *err);
int marks_kind(struct db *db, const char *job, struct mark_kind *kind, struct err *err);
int marks_any(struct db *db, const char *job, struct err *err); /* 1: some row; 0: none */

/* {"items": [{"params": {...} or null, "value", "run"}...], "next"}: what stands, by part; `after`
 * a part (NULL: from the first). At most `limit`. */
struct json *marks_json(struct db *db, const char *job, unsigned limit, const char *after,
			struct err *err);

#endif
