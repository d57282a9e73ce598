/* The files: the live one of each output (a job's path), and every closed one with the runs in it.
 */
#ifndef STORE_OUTPUTS_H
#define STORE_OUTPUTS_H

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
	char *closing;        /* NULL: none */
	struct json *columns; /* names, in order */
	struct json *recent;  /* run -> rows of the live file: {"17": 100} */
};
void output_record_done(struct output_record *record);

struct file_record { /* a closed file */
	char *name;  /* relative to data_dir, with extension */
	char *path;  /* of its output */
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

#endif
