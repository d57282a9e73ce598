/* The files: the live one of each output (a job's path), and every closed one with the runs in it.
 */
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
	uint64_t manifest_bytes; /* committed length of its manifest */
	struct json *policy;     /* what its closing and its closed files go by, also without a run:
				    {"compress": "gzip", "keep": {"files", "age_ms", "bytes"},
				    "csv": {...}}; NULL: nothing special */
	struct json *columns;    /* names, in order */
	struct json *recent;     /* run -> rows of the live file: {"17": 100} */
};
void output_record_done(struct output_record *record);

/* A closed file on its way: each step is committed before the disk is changed for the next. */
enum file_state {
	FILE_CLOSED,   /* waits to be summed, and packed if its policy says so */
	FILE_NAMING,   /* packed: its temporary is being renamed to `name` */
	FILE_SWEEPING, /* final and in the manifest; `source` is still to be unlinked */
	FILE_LISTED,   /* final and in the manifest */
	FILE_DROPPING, /* retention: to be unlinked and forgotten */
	FILE__COUNT
};

struct file_record { /* a closed file */
	uint64_t id; /* given by files_insert */
	enum file_state state;
	char *name;          /* relative to data_dir, with extension */
	char *source;        /* the uncompressed original while it is there; NULL: none */
	uint64_t raw_bytes;  /* of the original; `bytes` when it was never compressed */
	char *sha256;        /* of the file as it stands; NULL: not known yet */
	struct json *policy; /* as the output's when it was closed */
	char *path;          /* of its output */
	char *job;
	uint64_t rows, bytes, sequence;
	int64_t opened_ms, closed_ms;
	struct json *columns;
	struct json *runs; /* {"17": 100}: run -> rows */
	char *note;        /* NULL, or why it was closed out of turn ("damaged: ...") */
};

/* Writers: inside a transaction. */
void outputs_put(struct db *db, const struct output_record *record); /* insert or replace */
/* The same in two halves, for a commit that must not cost what the file has seen: all but `recent`;
 * and the rows of one run in the live file, the others staying as they are. */
void outputs_put_state(struct db *db, const struct output_record *record);
void outputs_put_rows(struct db *db, const char *path, uint64_t run, uint64_t rows);
void files_insert(struct db *db, const struct file_record *record);
void file_record_done(struct file_record *record);
/* state, name, source, bytes, sha256, note of the file `record->id`. */
void files_update(struct db *db, const struct file_record *record);
void files_forget(struct db *db, uint64_t id);
/* All files of one output, oldest first, with their runs; those whose state is in `states` (bits 1
 * << enum file_state). `path` NULL: of all outputs. `fn` may write; what it is given is borrowed. */
int files_each(struct db *db, const char *path, unsigned states,
	       void (*fn)(const struct file_record *record, void *arg), void *arg, struct err *err);
/* The same, of one file. -ENOENT. */
int files_get(struct db *db, uint64_t id, struct file_record *record, struct err *err);
/* True when a run that has not ended has rows in the file. */
bool files_in_use(struct db *db, uint64_t id);

/* Readers. */
int outputs_get(struct db *db, const char *path, struct output_record *record,
		struct err *err); /* -ENOENT */
int outputs_each(struct db *db, void (*fn)(const struct output_record *record, void *arg),
		 void *arg, struct err *err);
#define FILES_OF_RUN_MAX 1000
/* Names with rows and bytes, of the files a run landed in, the live one last:
 * [{"name", "rows", "bytes", "live"}], rows being the run's own, bytes the
 * whole file's. The newest FILES_OF_RUN_MAX closed ones, and at most as many live ones. */
struct json *files_of_run(struct db *db, uint64_t run, struct err *err);
/* Closed files of an output, newest first, at most `limit`: [{"name", "rows", "bytes", "closed"}].
 */
struct json *files_of_output(struct db *db, const char *path, unsigned limit, struct err *err);
/* Rows of all closed files of an output. 0 when they cannot be counted. */
uint64_t files_rows(struct db *db, const char *path);
/* Outputs whose live file the clock closes at or before `now_ms`: their paths, by `fn`. */
int outputs_due(struct db *db, int64_t now_ms, void (*fn)(const char *path, void *arg), void *arg,
		struct err *err);
/* The next such moment after all; INT64_MAX: none. */
int64_t outputs_next_due(struct db *db);
/* The output of a job in which rows landed last; -ENOENT. For jobs whose path is not one. */
int outputs_newest(struct db *db, const char *job, struct output_record *record, struct err *err);

#endif
