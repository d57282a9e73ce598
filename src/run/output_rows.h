/* The rows of an output: gathered, appended, synced, committed, or given up. How an output comes to
 * be, and how its live file is closed: output.h. Lander thread only.
 */
#ifndef RUN_OUTPUT_ROWS_H
#define RUN_OUTPUT_ROWS_H

#include "run/output.h"
#include "run/parcel.h"

/* What one response brings an output. */
struct output_load {
	struct slice bytes;
	uint64_t rows;
	uint64_t run; /* whose they are */
};

/* What a parcel has for the output of its rows, and for that of its rejects. */
struct output_load output_load_rows(const struct parcel *parcel);
struct output_load output_load_rejects(const struct parcel *parcel);

/* The live file must be closed before these rows may be added. */
bool output_is_full(const struct output *output, const struct output_load *load);
/* Where in the file that is then closed as `sequence` rows would stand that are gathered now,
 * without what parts them from the row before. */
void output_place(const struct output *output, uint64_t *sequence, uint64_t *offset);
/* Gathers rows that fit. */
void output_gather(struct output *output, const struct output_load *load);
bool output_has_gathered(const struct output *output);
/* Creates the live file if there is none, appends what was gathered, fdatasync. */
int output_sync(struct output *output, struct db *db, struct err *err);
/* Inside the transaction: the state to be committed. Then, when it is committed: */
void output_record(const struct output *output, struct db *db);
void output_committed(struct output *output);
/* The commit failed: back to what is committed. After a failed sync the file is not used again. */
int output_abandon(struct output *output, struct db *db, struct err *err);
/* What an earlier output_abandon could not make good, if anything: to be called before it is used
 * again. Nothing may be gathered. */
int output_mend(struct output *output, struct db *db, struct err *err);

/* A live file with a header and no row, for a snapshot without rows. -ENODATA: the format has no
 * such file, because no column is known. */
int output_create_empty(struct output *output, struct db *db, struct err *err);

#endif
