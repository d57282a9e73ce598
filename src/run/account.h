/* The lander's side of a run: its progress as committed, its counts, where its rows go. */
#ifndef RUN_ACCOUNT_H
#define RUN_ACCOUNT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rangeset.h"
#include "run/landing.h"
#include "store/db.h"

struct increment;

/* Whether the run may move its job's marks. */
enum marking { MARKING_UNKNOWN, MARKING, MARKING_NOT };

struct account {
	uint64_t run;
	struct job *job;
	struct job *rejects; /* what it rejects lands as this one's rows; NULL: nothing is */
	int64_t slot_ms;
	char *path;            /* where all its rows land; NULL: each point's own */
	char *made;            /* what account_path answered last */
	struct rangeset *done; /* as committed, or as the open transaction will leave it */
	struct run_counts counts;
	struct run_counts committed;
	uint64_t *finished; /* points of the batch, gathered for one ledger_finish */
	size_t nfinished, room;
	unsigned ailing;        /* of its outputs cannot be written now: ailing.h */
	bool withdrawn;         /* the run was stopped: what would have to wait is given up */
	void *owner;            /* the sender's, of the landing that began it */
	char *told;             /* why it waits, as its owner knows it; NULL: it does not */
	enum marking marking;   /* marks_landed.c */
	struct increment *mark; /* of the whole job, when it has one mark: as the open transaction
				   will leave it; NULL: not read yet */
	bool mark_grew;         /* and is to be written */
	bool narrowed;          /* the run is of a part of the matrix */
	bool broken;          /* a landing was refused for good: nothing after it may be written */
	bool breaking;        /* the same, within the batch at hand */
	struct account *next; /* of the lander's list */
};

/* Of a seed whose record has its id; `done` is taken over. */
struct account *account_new(const struct seed *seed, struct rangeset *done);
void account_free(struct account *account);
/* Where the rows of a point land; borrowed until the next call. NULL with a sentence. */
const char *account_path(struct account *account, uint64_t index, struct err *err);

/* Inside the transaction: what one PAGE or FAILURE changes. */
void account_write(struct account *account, struct db *db, struct landing *landing);
/* Inside the transaction, after the last landing of the batch. */
void account_finish(struct account *account, struct db *db);
void account_committed(struct account *account);
/* The transaction was rolled back: progress and counts as the ledger has them. */
int account_abandon(struct account *account, struct db *db, struct err *err);

#endif
