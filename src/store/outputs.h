/* The live file of each output (a job's path), and what its closing goes by. Closed files are in
 * files.h. */
#ifndef STORE_OUTPUTS_H
#define STORE_OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

/* The live side of an output. `path` is relative to data_dir, without extension; it is the key. */
struct output_record {
	char *path, *extension, *job;
	uint32_t phase; /* enum outfile_phase of data/outfile.h, stored as its number */
	uint64_t dev, ino, offset, rows, sequence;
	int64_t opened_ms;
	char *closing;     /* NULL: none */
	int64_t period_ms; /* begin of the period (rotate.every) its rows belong to; 0: none */
	int64_t closes_ms; /* when the clock closes the live file; 0: never */
	uint64_t snapshot; /* the run whose snapshot it is part of; 0: append mode */
	uint64_t manifest_bytes; /* committed length of its manifest: outputs_put_manifest; the
				    other writers leave it alone */
	struct json *policy;     /* what its closing and its closed files go by, also without a run:
				    {"compress": "gzip", "keep": {"files", "age_ms", "bytes"},
				    "csv": {...}}; NULL: nothing special */
	struct json *columns;    /* names, in order */
	struct json *recent;     /* run -> rows of the live file: {"17": 100} */
};
void output_record_done(struct output_record *record);

/* Writers: inside a transaction. */
void outputs_put(struct db *db, const struct output_record *record); /* insert or replace */
/* The same in two halves, for a commit that must not cost what the file has seen: all but `recent`;
 * and the rows of one run in the live file, the others staying as they are. */
void outputs_put_state(struct db *db, const struct output_record *record);
void outputs_put_manifest(struct db *db, const char *path, uint64_t bytes);
void outputs_put_rows(struct db *db, const char *path, uint64_t run, uint64_t rows);
/* Forgets the output with its closed files and whose rows were in them. */
void outputs_drop(struct db *db, const char *path);

/* Readers. */
int outputs_get(struct db *db, const char *path, struct output_record *record,
		struct err *err); /* -ENOENT */
int outputs_each(struct db *db, void (*fn)(const struct output_record *record, void *arg),
		 void *arg, struct err *err);
/* Outputs whose live file the clock closes at or before `now_ms`: their paths, by `fn`, which may
 * write and ask. */
int outputs_due(struct db *db, int64_t now_ms, void (*fn)(const char *path, void *arg), void *arg,
		struct err *err);
/* The earliest moment at which the clock closes one; INT64_MAX: none. */
int64_t outputs_next_due(struct db *db);
/* The output of a job in which rows landed last: that of its newest run; where a run has several,
 * the one whose live file is newest. For jobs whose path is not one. -ENOENT. */
int outputs_newest(struct db *db, const char *job, struct output_record *record, struct err *err);

#endif
