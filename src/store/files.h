/* The closed files of every output: where each is on its way, and the runs whose rows are in it. */
#ifndef STORE_FILES_H
#define STORE_FILES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

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
	uint64_t id; /* given by files_insert, never again to another */
	enum file_state state;
	char *name;          /* relative to data_dir, with extension */
	char *source;        /* the uncompressed original while it is there; NULL: none */
	uint64_t raw_bytes;  /* of the original; `bytes` when it was never compressed (0 says so) */
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
void file_record_done(struct file_record *record);

/* Writers: inside a transaction. */
uint64_t files_insert(struct db *db, const struct file_record *record); /* its id; 0 on failure */
/* state, name, source, bytes, sha256, note of the file `record->id`; -ENOENT is remembered. */
void files_update(struct db *db, const struct file_record *record);
void files_forget(struct db *db, uint64_t id); /* with whose rows were in it */

/* Readers. */
#define FILES_ALL ((1u << FILE__COUNT) - 1) /* all states */
/* All files of one output, oldest first, with their runs; those whose state is in `states` (bits 1
 * << enum file_state). `path` NULL: of all outputs. `fn` may write and ask; what it is given is
 * borrowed. A file that `fn` brings into one of the states is not visited for that. */
int files_each(struct db *db, const char *path, unsigned states,
	       void (*fn)(const struct file_record *record, void *arg), void *arg, struct err *err);
/* The same, of one file. -ENOENT. */
int files_get(struct db *db, uint64_t id, struct file_record *record, struct err *err);
/* The oldest file of all outputs that is in this state and was closed after `id`; its cost does not
 * depend on how many there are, unless the state is FILE_LISTED. -ENOENT. */
int files_next(struct db *db, enum file_state state, uint64_t id, struct file_record *record,
	       struct err *err);
/* True when a file of the output that was closed after `id` is in the manifest already, or that
 * cannot be told. */
bool files_younger_listed(struct db *db, const char *path, uint64_t id);
/* True when a run that has not ended has rows in the file, or that cannot be told. */
bool files_in_use(struct db *db, uint64_t id);

/* What people are shown: files that are being dropped are left out. */
#define FILES_OF_RUN_MAX 1000
/* Names with rows and bytes, of the files a run landed in, the live one last:
 * [{"name", "rows", "bytes", "live"}], rows being the run's own, bytes the
 * whole file's. The newest FILES_OF_RUN_MAX closed ones, and at most as many live ones. */
struct json *files_of_run(struct db *db, uint64_t run, struct err *err);
/* Closed files of an output, newest first, at most `limit`:
 * [{"id", "name", "rows", "bytes", "closed"}]. */
struct json *files_of_output(struct db *db, const char *path, unsigned limit, struct err *err);
/* Rows of all closed files of an output. 0 when they cannot be counted. */
uint64_t files_rows(struct db *db, const char *path);

#endif
