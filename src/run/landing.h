/* What the main loop sends to the lander, and gets back when it is committed.
 *
 * One landing is one step of one run: its begin, a page that came well, a point given up, its end.
 * The lander sets `code` and `error` and sends the same object back; until then it is the lander's
 * alone.
 */
#ifndef RUN_LANDING_H
#define RUN_LANDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "run/parcel.h"
#include "run/seed.h"
#include "store/ledger.h"
#include "store/runs.h"

struct account; /* the lander's side of a run: run/account.h */
struct output;
struct marks_order;
struct publication;
struct chore;

enum landing_kind {
	LANDING_ENROL,    /* runs whose inputs are to be read: insert, or reopen them (id not 0) */
	LANDING_BEGIN,    /* a run: insert it (seed->record.id 0) or take it up again */
	LANDING_REFUSE,   /* a run that was enrolled ends without having begun */
	LANDING_REOPEN,   /* an ended run `id`: its failures are open again; gives the seed */
	LANDING_PAGE,     /* a parcel whose outcome counts as landed, empty or unchanged */
	LANDING_FAILURE,  /* a point given up */
	LANDING_END,      /* the run has its result */
	LANDING_SWITCH,   /* a job enabled or disabled by hand */
	LANDING_STATE,    /* marks of a job set or reset by hand */
	LANDING_WITHDRAW, /* the run is stopped: what waits for an output comes back, not landed */
	LANDING_CHORE,    /* the housekeeper has done one; only told of when it comes back */
	LANDING_HOLD,     /* only told: the run waits (`error` says why), or does no longer */
	LANDING__COUNT,
};

struct landing {
	enum landing_kind kind;
	struct account *account; /* BEGIN and REOPEN set it; the others name it */
	void *owner;             /* the sender's */
	struct landing *next;    /* the sender's, while it waits */
	size_t memory;           /* the sender's: what back-pressure counts for it */

	struct parcel *parcel; /* PAGE */
	struct chain_record
		chain;    /* PAGE with a next page: where the chain goes on; owns token, visited */
	uint64_t doubled; /* PAGE: the lander's, rows with a key that was there */
	uint64_t chain_rows;           /* PAGE: rows its chain had landed before this page */
	bool failing;                  /* PAGE: the last of a chain that then ends in a FAILURE */
	bool chain_changed;            /* PAGE: some page of its chain before it had changed */
	struct failure_record failure; /* FAILURE; owns its texts */

	struct seed *seed;     /* BEGIN in, REOPEN out; the main loop's again when it is back */
	uint64_t id;           /* REOPEN in; BEGIN out */
	struct run_record end; /* END, REFUSE: result, reason, ended, counts, timing, crew */
	/* ENROL: to be inserted; END: likewise, if it ends complete. id is set when they were */
	struct run_record *enrolled;
	size_t nenrolled;
	struct publication *publication; /* END: the lander's: run/publish.h */
	char *job;                       /* SWITCH */
	bool enabled;                    /* SWITCH */
	struct marks_order *marks;       /* STATE: run/marks_order.h */
	struct chore *chore;             /* CHORE: run/housekeeper.h */
	struct output *output;           /* PAGE: the lander's, where its rows go */
	struct output *rejects;          /* PAGE: the lander's, where its rejects go */
	int64_t due_ms, pause_ms;        /* the lander's, while it waits by itself */

	struct {
		uint64_t sequence, offset;
	} placed; /* PAGE: the lander's, where its rows stand in that output's file */

	struct colset *colset; /* out: the output's columns now, when the parcel's or none were
				  known; a reference */
	int code;              /* out: 0 committed, else a negative errno */
	char *error;           /* out: the sentence when code < 0; NULL otherwise */
};

struct landing *landing_new(enum landing_kind kind, void *owner);
void landing_free(struct landing *landing); /* with all it owns; NULL is fine */
/* Only what concerns one run goes on waiting for others to share its commit. */
bool landing_is_urgent(const struct landing *landing);
/* True when it only tells something: nobody submitted it. */
bool landing_is_notice(const struct landing *landing);
/* Bytes it holds: what back-pressure and the size of a batch count. */
size_t landing_memory(const struct landing *landing);
/* PAGE and FAILURE: of which point it is, and whether nothing of that point comes after it. */
uint64_t landing_point(const struct landing *landing);
bool landing_finishes(const struct landing *landing);
/* Adds what this landing, once committed, changes in its run's counts. Both sides count with it. */
void landing_count(const struct landing *landing, struct run_counts *counts);
void landing_fail(struct landing *landing, int code, const struct err *err);
/* What is recorded of a parcel whose point is given up, all but its parameters: by its outcome and
 * error. The texts are the caller's. */
struct failure_record landing_failure_of(const struct parcel *parcel);
/* A page whose rows cannot be encoded (`code`: -EINVAL or -E2BIG) becomes the failure of its point.
 * False, and nothing has changed, when the point has other pages: they would be recorded over the
 * gap. */
bool landing_refuse(struct landing *landing, int code, const struct err *err);

#endif
