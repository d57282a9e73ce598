/* An output: one live file that only grows, and the closed files it leaves behind (append mode).
 *
 * Works with the ledger: `struct outfile_state` is what a commit records, and after a crash the
 * file is brought back to exactly that. It never decides alone: opening, appending, syncing and
 * closing are separate steps, and the lander commits between them in this order:
 *
 *   outfile_recover
 *   new file: commit OPENING - outfile_create - (data) - commit LIVE - outfile_committed
 *   data:     outfile_append - outfile_sync - commit LIVE - outfile_committed
 *   closing:  outfile_close_name - commit CLOSING with it - outfile_close - commit NONE
 *   failure:  outfile_abandon, and when the sync had failed, closing
 *
 * What is committed is outfile_state with the phase (and `closing`) of the step. The essays on what
 * a crash leaves behind stand in outfile.c and outfile_recover.c. Lander thread; blocks.
 */
#ifndef DATA_OUTFILE_H
#define DATA_OUTFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/* Bytes of `path` and of its last component, so that every name made of them fits: an output's path
 * has at most OUTFILE_LEAF_MAX, and "/.1234567890.staging/rows" more in snapshot mode. */
#define OUTFILE_LEAF_MAX 190
#define OUTFILE_PATH_MAX 215

enum outfile_phase {
	OUTFILE_NONE,    /* no live file */
	OUTFILE_OPENING, /* intent committed: the live file may or may not have been created */
	OUTFILE_LIVE,    /* ino, offset are true */
	OUTFILE_CLOSING, /* intent committed: the live file may or may not bear `closing` as its
			    name already */
};

struct outfile_state {
	enum outfile_phase phase;
	uint64_t dev, ino; /* dev is for people: device numbers change between boots */
	uint64_t offset;   /* bytes up to the end of the last row, header included; with what was
			    appended but not committed. The footer stands behind it */
	uint64_t rows;     /* in this file, header not counted; likewise */
	uint64_t sequence; /* of the next closed file, from 1 */
	char closing[256]; /* relative to data_dir; "" unless CLOSING */
	int64_t opened_ms;
};

struct outfile;

struct outfile_place {
	int root;              /* descriptor of data_dir, borrowed */
	const char *path;      /* relative, without extension */
	const char *extension; /* of the live file: ".csv", ".csv.live" */
	const char *footer; /* stands behind the last row whenever nobody is just writing, also in
				  the live file; at most 64 bytes; static; NULL: none */
	mode_t mode;        /* of files; directories get it with the matching search bits */
};

/* Texts but `footer` are copied. Never NULL: a path that is not clean or longer than
 * OUTFILE_PATH_MAX is refused by outfile_recover and outfile_create. Begins in phase NONE with
 * sequence 1. */
struct outfile *outfile_new(const struct outfile_place *place);
void outfile_free(struct outfile *out); /* closes; changes no file; NULL is fine */

/* Makes the disk agree with the recorded state: truncates what was not committed, finishes a
 * rename, removes a file that was created but never committed, puts aside (".quarantine" name,
 * never a data extension) what it cannot vouch for. Afterwards the phase is NONE or LIVE; *closed
 * (always set) tells that a rename was finished and the file recorded->closing, of
 * outfile_closed_bytes(recorded, footer) bytes, must be recorded as closed.
 *
 * 0, and *err is untouched, or a sentence for the user: the live file has hard links; -EUCLEAN with
 * a sentence naming the file when it was shorter, replaced, a link or missing: its place was
 * cleared (phase NONE), the run may go on into a new file, and the sentence must reach the user;
 * any other error: nothing is known, the phase is as before, try again later. */
int outfile_recover(struct outfile *out, const struct outfile_state *recorded, bool *closed,
		    struct err *err);
void outfile_state(const struct outfile *out, struct outfile_state *state);

/* In phase NONE, after the intent OPENING is committed: makes the directories and the live file,
 * writes the header, syncs the directory. Phase LIVE after. On failure nothing is left, phase NONE.
 * A foreign file in its place is put aside; *err then holds a sentence about it though 0 is
 * returned, and is "" otherwise. */
int outfile_create(struct outfile *out, const void *header, size_t len, int64_t now_ms,
		   struct err *err);
/* Phase LIVE: appends at the end of what was appended before. -EUCLEAN when the file is not as
 * long as we left it: somebody else writes to it. On any failure nothing more may be appended:
 * outfile_abandon. */
int outfile_append(struct outfile *out, const void *bytes, size_t len, uint64_t rows,
		   struct err *err);
/* fdatasync(2), and a look whether the name still leads to our file (-EUCLEAN: it was moved or
 * removed). After a failure: outfile_abandon. */
int outfile_sync(struct outfile *out, struct err *err);
/* The state was committed: what was appended counts from now on. */
void outfile_committed(struct outfile *out);
/* Gives up what is not committed. A file of which nothing was ever committed is removed: phase
 * NONE. Otherwise it is opened anew and truncated to what is committed: phase LIVE, and 0; but
 * after a failed sync it takes no more data and must be closed (outfile_close_name, ...). -EUCLEAN
 * as outfile_recover. Any other error: phase LIVE, but unusable until a later outfile_abandon or
 * outfile_close succeeds. Does nothing in phase NONE. */
int outfile_abandon(struct outfile *out, struct err *err);

/* `name` is what the caller would call the file when it is closed: replaced by the name it bears
 * already, after an outfile_close that failed half way. */
void outfile_close_name(const struct outfile *out, char name[static 256]);
/* Phase LIVE with nothing uncommitted, after the intent CLOSING is committed: rename (no replace; a
 * foreign file of that name is put aside), sync of the directory. Phase NONE and the next sequence
 * after. -EUCLEAN when the live file is gone or replaced: phase NONE too. After any other failure
 * the phase is LIVE: ask for the name, commit and call again. So after -EAGAIN: somebody else has
 * appended to the file, and the next call cuts that off. */
int outfile_close(struct outfile *out, const char *name, struct err *err);

/* The length of a closed file: its rows end at state->offset, and the footer stands behind. */
uint64_t outfile_closed_bytes(const struct outfile_state *state, const char *footer);
uint64_t outfile_bytes(const struct outfile *out); /* of the live file, with uncommitted rows and
						      the footer */
uint64_t outfile_rows(const struct outfile *out);
/* Phase LIVE, and it may not be appended to: after a failure that outfile_abandon has not made good
 * yet, or to be closed. */
bool outfile_is_unwell(const struct outfile *out);
bool outfile_is_sealed(const struct outfile *out); /* a sync failed: to be closed */

#endif
