/* An output as the lander keeps it: the file that grows, its columns, and what the ledger knows of
 * it.
 *
 * It puts outfile's steps and the ledger's transactions in the one order that survives every crash:
 * an intent is committed before a file is created or renamed, data is synced before it is
 * committed. Lander thread only.
 */
#ifndef RUN_OUTPUT_H
#define RUN_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "data/colset.h"
#include "run/parcel.h"
#include "run/seed.h"
#include "store/db.h"

struct output;

struct output_place {
	int root;         /* descriptor of data_dir, borrowed */
	mode_t data_mode; /* of files */
};

/* The output of a run: recovered to what the ledger has, or new. A recorded file that is not what
 * it should be is put aside and logged; the output then goes on in a new file. */
int output_open(const struct output_place *place, struct db *db, const struct seed *seed,
		struct output **output, struct err *err);
void output_free(struct output *output); /* closes; changes nothing */

const char *output_path(const struct output *output);
const struct colset *output_colset(const struct output *output);
/* A run of this job lands here from now on: its format, columns and limits hold. Closes the live
 * file when they do not fit what is in it. */
int output_adopt(struct output *output, struct db *db, const struct seed *seed, struct err *err);

/* The live file must be closed before these rows may be added. */
bool output_is_full(const struct output *output, const struct parcel *parcel);
/* Commits the intent, renames, commits the closed file. Nothing may be gathered. */
int output_rotate(struct output *output, struct db *db, struct err *err);
/* New columns: closes the live file when it holds rows, and widens the set. Nothing may be
 * gathered. */
int output_widen(struct output *output, struct db *db, struct colset *wider, struct err *err);

/* Gathers the rows of a parcel that is encoded against output_colset. */
void output_gather(struct output *output, const struct parcel *parcel);
bool output_has_gathered(const struct output *output);
/* Creates the live file if there is none, appends what was gathered, fdatasync. */
int output_sync(struct output *output, struct db *db, struct err *err);
/* Inside the transaction: the state to be committed. Then, when it is committed: */
void output_record(const struct output *output, struct db *db);
void output_committed(struct output *output);
/* The commit failed: back to what is committed. After a failed sync the file is not used again. */
int output_abandon(struct output *output, struct db *db, struct err *err);

#endif
