/* An output: one live file that only grows, and the closed files it leaves behind (append mode).
 *
 * Works with the ledger: `struct outfile_state` is what a commit records, and after a crash the
 * file is brought back to exactly that. It never decides alone: opening, appending, syncing and
 * closing are separate steps, and the lander commits between them in the order DESIGN names. Lander
 * thread; blocks.
 *
 *   outfile_recover -> [outfile_plan -> commit intent -> outfile_create] -> outfile_append* ->
 * outfile_sync -> commit -> ... -> outfile_close_name -> commit intent -> outfile_close -> commit
 */
#ifndef DATA_OUTFILE_H
#define DATA_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

enum outfile_phase {
	OUTFILE_NONE,    /* no live file */
	OUTFILE_OPENING, /* intent committed: the live file may or may not have been created */
	OUTFILE_LIVE,    /* dev, ino, offset are true */
	OUTFILE_CLOSING, /* intent committed: the live file may or may not bear `closing` as its
			    name already */
};

struct outfile_state {
	enum outfile_phase phase;
	uint64_t dev, ino;
	uint64_t offset;   /* bytes committed */
	uint64_t rows;     /* committed in this file, header not counted */
	uint64_t sequence; /* of the next closed file, from 1 */
	char closing[256]; /* relative to data_dir; "" unless CLOSING */
	int64_t opened_ms;
};

struct outfile;

/* `root`: descriptor of data_dir, borrowed. `path`: relative, without extension; `extension`:
 * ".csv". */
struct outfile *outfile_new(int root, const char *path, const char *extension, mode_t mode);
void outfile_free(struct outfile *out); /* closes; changes no file */

/* Makes the disk agree with the recorded state: truncates what was not committed, finishes a
 * rename, puts aside (".quarantine" name, never a data extension) what it cannot vouch for.
 * Afterwards the phase is NONE or LIVE; `closed` tells that a rename was finished and the closed
 * file must be recorded. 0, or -EUCLEAN with a sentence naming the file when it was shorter,
 * replaced, a symlink or missing: its place was cleared (phase NONE), the run may go on into a new
 * file, and the sentence must reach the user. */
int outfile_recover(struct outfile *out, const struct outfile_state *recorded, bool *closed,
		    struct err *err);
void outfile_state(const struct outfile *out, struct outfile_state *state);

/* After the intent OPENING is committed: creates the live file (O_EXCL; a foreign file in its place
 * is put aside), writes the header, syncs the directory. */
int outfile_create(struct outfile *out, const void *header, size_t len, int64_t now_ms,
		   struct err *err);
/* Appends at the end of what was appended before. On failure nothing more may be appended:
 * outfile_abandon. */
int outfile_append(struct outfile *out, const void *bytes, size_t len, uint64_t rows,
		   struct err *err);
/* fdatasync(2). After a failure the descriptor is never used again: outfile_abandon. */
int outfile_sync(struct outfile *out, struct err *err);
/* The state was committed: what was appended counts from now on. */
void outfile_committed(struct outfile *out);
/* Gives up what is not committed: reopens the file at the committed offset (truncated), or, when
 * that fails or after a failed sync, leaves the file at its committed length under a closed name
 * and continues without a live file. */
int outfile_abandon(struct outfile *out, struct err *err);

/* The name the live file gets when closed, "<path>-<20261123T060000Z>-<sequence><extension>". */
void outfile_close_name(const struct outfile *out, int64_t now_ms, char name[static 256]);
/* After the intent CLOSING is committed: rename (no replace), sync of the directory. Phase NONE
 * after. */
int outfile_close(struct outfile *out, const char *name, struct err *err);

uint64_t outfile_bytes(const struct outfile *out); /* of the live file, uncommitted ones included */
uint64_t outfile_rows(const struct outfile *out);

#endif
