/* A row of the table `runs` as a struct run_record. Private to src/store: runs.c writes and reads
 * records, runs_json.c makes documents of them. */
#ifndef STORE_RUN_ROW_H
#define STORE_RUN_ROW_H

#include "store/runs.h"
#include "store/sql.h"

/* What run_row_take expects a SELECT to answer, in this order. */
#define RUN_ROW_COLUMNS                                                                            \
	"runs.id, job, trigger, engine, state, result, reason, slot_ms, started_ms, ended_ms, "    \
	"workers, after, total, landed, failed, unchanged, empty, retried, rows, bytes, "          \
	"rejected, records, expected, untold, lacking, doubled, "                                  \
	"p50_ms, p95_ms, p99_ms, crew, overrides"

/* Fills all but `definition`. 0 or -EUCLEAN; the record is the caller's to be done with either way.
 */
int run_row_take(struct stmt *st, struct run_record *record, struct err *err);

#endif
