/* An output as the lander keeps it: the file that grows, its columns, and what the ledger knows of
 * it.
 *
 * It puts outfile's steps and the ledger's transactions in the one order that survives every crash:
 * an intent is committed before a file is created or renamed, data is synced before it is
 * committed. In append mode an output is a path and outlives its runs; in snapshot mode it is what
 * one run stages under one path. What becomes of closed files is not its business (closed.h).
 * Lander thread only.
 */
#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "data/colset.h"
#include "store/db.h"
#include "store/outputs.h"

struct output;

struct output_place {
	int root;         /* descriptor of data_dir, borrowed */
	mode_t data_mode; /* of files */
	uint64_t *closed; /* NULL, or counted up with every file that is closed */
};

/* What a run wants of an output. Borrowed. */
struct output_use {
	const struct job *job;
	const char *path; /* relative to data_dir, without extension */
	uint64_t run;     /* 0: not numbered yet; in append mode only */
	int64_t slot_ms;  /* UNIX */
};

/* Its key in the ledger: the path, or in snapshot mode snapshot_key. The caller frees. */
char *output_key_of(const struct output_use *use);

/* Recovered to what the ledger has, or new. A recorded file that is not what it should be is put
 * aside and logged; the output then goes on in a new file. Nobody uses it yet: output_adopt. */
int output_open(const struct output_place *place, struct db *db, const struct output_use *use,
		struct output **output, struct err *err);
/* The same without a run: only to be closed. The record's format must be known (-ENOTSUP). */
int output_open_recorded(const struct output_place *place, struct db *db,
			 const struct output_record *record, struct output **output,
			 struct err *err);
void output_free(struct output *output); /* closes; changes nothing */

const char *output_key(const struct output *output);
uint64_t output_run(const struct output *output); /* that lands here; 0: none */
/* Whose rows are in the live file: {"17": 100}. Borrowed. */
const struct json *output_runs(const struct output *output);
bool output_is_live(const struct output *output);
/* What rows are encoded against; NULL before the first output_adopt. */
const struct colset *output_colset(const struct output *output);

/* A run lands here from now on: its format, columns and limits hold. Closes the live file when they
 * do not fit what is in it, or when it is of another period. */
int output_adopt(struct output *output, struct db *db, const struct output_use *use,
		 struct err *err);
void output_numbered(struct output *output, uint64_t run); /* its run has its number now */
void output_release(struct output *output);                /* its run has ended */

/* Commits the intent, renames, commits the closed file; nothing to do without a live file. Nothing
 * may be gathered. */
int output_rotate(struct output *output, struct db *db, struct err *err);
/* New columns: closes the live file when it holds rows, and widens the set. Nothing may be
 * gathered. */
int output_widen(struct output *output, struct db *db, struct colset *wider, struct err *err);
/* What rows of this job are encoded against in an output that has these names so far (NULL: none).
 * Declared columns replace what was there, automatic ones go on from it. */
struct colset *output_columns_for(const struct job *job, const struct json *names);
/* True when rows encoded against `set` fit as they are. */
bool output_fits(const struct output *output, const struct colset *set);

#endif
