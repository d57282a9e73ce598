/* The history of runs: one row each, from its start to its end and after. */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

struct run_counts {
	uint64_t
		total; /* points of the matrix; 0: not known yet, its inputs are still to be read */
	uint64_t
		landed; /* points finished well, with their rows in the files (chains: all pages) */
	uint64_t failed;      /* points given up; listed in failures */
	uint64_t unchanged;   /* 304 */
	uint64_t empty;       /* finished well without a row */
	uint64_t retried;     /* tries beyond the first */
	uint64_t rows, bytes; /* landed rows; bytes received as transferred */
	uint64_t rejected;    /* records that went to the rejects */
	/* What `expect` is held against: */
	uint64_t records;  /* that came and landed or were rejected, before they were exploded */
	uint64_t expected; /* records that the API counted, of all points */
	uint64_t untold;   /* points of which it did not say how many */
	uint64_t lacking;  /* rows without a value that is required */
	uint64_t doubled;  /* rows with a key that an earlier row of the run has */
};

/* A run as the ledger has it. Texts are owned by the record: run_record_done. */
struct run_record {
	uint64_t id; /* from 1, ascending */
	char *job, *trigger, *engine;
	char *state;  /* "running" or "ended" (others live only in memory) */
	char *result; /* NULL until ended */
	char *reason; /* NULL: none */
	int64_t slot_ms, started_ms, ended_ms; /* UNIX; ended 0: not yet */
	uint32_t workers;
	uint64_t after; /* the run of the job it runs after; 0: of none */
	struct run_counts counts;
	double p50_ms, p95_ms, p99_ms;
	struct json *crew;       /* array as in SPEC section 5 */
	struct json *definition; /* the job's document as it was, secrets by reference */
	struct json *overrides;  /* {"id": "7"}; NULL: none */
};
void run_record_done(struct run_record *record);

/* The document of SPEC section 5, "run", without `crew` and `files`; a percentile that is not known
 * is null. `overrides` is shared with the record: same thread. */
struct json *run_record_json(const struct run_record *record);
struct json *run_counts_json(const struct run_counts *counts); /* its "requests" */

/* Writers: inside a transaction. Errors are remembered for db_commit; a run that does not exist is
 * one (-ENOENT). */
uint64_t runs_insert(struct db *db,
		     const struct run_record *record); /* id is given; 0 on failure */
void runs_update_counts(struct db *db, uint64_t id, const struct run_counts *counts);
void runs_end(
	struct db *db,
	const struct run_record *record); /* state, result, reason, ended, counts, timing, crew */
/* What an enrolled run begins with: its definition, start and total. */
void runs_prepare(struct db *db, const struct run_record *record);
void runs_reopen(struct db *db, uint64_t id); /* state running, result and ended cleared */

/* Readers: either connection. */
int runs_get(struct db *db, uint64_t id, struct run_record *record, struct err *err); /* -ENOENT */
/* The document of SPEC section 5, "run", with its files and "overrides", all of one moment; NULL:
 * no such run or an error in *err. A percentile that is not known is null. */
struct json *runs_json(struct db *db, uint64_t id, struct err *err);
/* {"items": [run...], "next": cursor or null}, newest first; the cursor is the next page's
 * `before`. job NULL: all; before 0: from the newest. A page ends early, with a cursor, at 1,000
 * runs or when it has grown to about a megabyte. */
struct json *runs_list(struct db *db, const char *job, unsigned limit, uint64_t before,
		       struct err *err);
/* Ids of runs that are not ended, ascending. `ids` is the caller's to free. */
int runs_unfinished(struct db *db, uint64_t **ids, size_t *n, struct err *err);
/* Whether a run that has not ended, or ended so that it may be retried, has this text in its
 * definition. True also when that cannot be told. */
bool runs_need(struct db *db, const char *text);
/* The newest run of each job that has one: {"job": run...}, without crew and files. */
struct json *runs_last(struct db *db, struct err *err);
/* The newest run of the job that ended complete, unchanged or partial; 0: none. */
uint64_t runs_last_id(struct db *db, const char *job);

#endif
