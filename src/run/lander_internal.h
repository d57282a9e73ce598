/* What the lander's files share: the thread's state. */
#ifndef RUN_LANDER_INTERNAL_H
#define RUN_LANDER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "data/snapshot.h"
#include "run/account.h"
#include "run/ailing.h"
#include "run/housekeeper.h"
#include "run/lander.h"
#include "run/landing.h"
#include "run/output_cache.h"
#include "store/snapshots.h"

/* The snapshots of a run: publish.h. */
struct published {
	struct snapshot_record *at;
	size_t n;
};

struct lander {
	pthread_t thread;
	struct db *db;
	struct output_place place;
	struct mailbox *inbox, *landed;
	struct account *accounts;
	struct output_cache cache;
	struct ailing *ailing;    /* outputs that cannot be written now */
	struct complaint trouble; /* the ledger's */
	bool owed;                /* a batch that failed is not given up yet */
	atomic_bool give_up;

	/* closed files: closed.h */
	struct housekeeper *housekeeper;
	struct complaint chore_trouble;
	atomic_uint chores;  /* at the housekeeper */
	uint64_t closed;     /* counts files closed; outputs count it up */
	uint64_t handed_out; /* `closed` when all were handed out */
	uint64_t given;      /* the newest file given to the housekeeper */
	int64_t retry_ms;    /* monotonic; when closed_resume is due; 0: nothing failed */
	int64_t pause_ms;    /* before the try that is due; 0: all is well */

	/* acts that cannot be done now, or not at once: lander_wait.c */
	struct landing **waiting;
	size_t nwaiting;

	/* the clock: lander_clock.c */
	int64_t due_ms;    /* UNIX; the next live file to be closed; INT64_MAX: none */
	int64_t sweeps_ms; /* monotonic; when it is looked again at what must go */
	bool held_back;    /* a file would have gone, but for a run that goes on */
};

/* The landings that are neither page nor failure; each commits by itself. lander_acts.c */
int lander_begin(struct lander *lander, struct landing *landing, struct err *err);
int lander_reopen(struct lander *lander, struct landing *landing, struct err *err);
/* -EINPROGRESS: parts of its snapshot are being packed; to be asked again when chores came
 * back. 1: more is to be done, when others had their turn. */
int lander_end(struct lander *lander, struct landing *landing, struct err *err);
int lander_switch(struct lander *lander, struct landing *landing, struct err *err);
/* The run was stopped: lander_wait.c */
int lander_withdraw(struct lander *lander, struct landing *landing, struct err *err);
/* lander_enrol.c; the first one is for the transaction of another act. */
void lander_insert_enrolled(struct lander *lander, struct landing *landing);
void lander_forget_enrolled(struct landing *landing, bool known);
int lander_enrol(struct lander *lander, struct landing *landing, struct err *err);
int lander_refuse(struct lander *lander, struct landing *landing, struct err *err);
bool lander_is_live(const struct lander *lander, uint64_t run);
/* One of `runs` ({"17": 100}), another than `but`, goes on. */
bool lander_serves(const struct lander *lander, const struct json *runs, uint64_t but);

/* The output of a run, open and adopted. -EBUSY: another live run lands there; -EMFILE: this turn
 * uses as many outputs as can be open. lander_acts.c */
int lander_output(struct lander *lander, const struct output_use *use, struct output **output,
		  struct err *err);

/* Where a snapshot stands; borrows from both. publish_manifest.c */
struct snapshot lander_snapshot(const struct lander *lander, const struct snapshot_record *record);

struct lander_items {
	struct landing **at;
	size_t n;
};

/* Pages and failures. Each landing's code tells: 0 it is committed; -EINPROGRESS it is not: its
 * output ails, or the call failed, with the reason; anything else it never can be.
 * lander_batch.c */
int lander_batch(struct lander *lander, struct lander_items items, struct err *err);

/* Does it now and sends it back, unless it has to wait. lander.c */
void lander_act(struct lander *lander, struct landing *landing);

/* What has to wait: lander_wait.c. */
void lander_send_back(struct lander *lander, struct landing **items, size_t n);
/* Pages and failures, in the order they came: landed and sent back, or waiting for their output. */
void lander_land(struct lander *lander, struct lander_items items);
/* What belongs to that output of the run waits from now on. */
void lander_set_aside(struct lander *lander, struct account *account, const char *key,
		      const struct err *why);
/* Brings the ledger to say, durably, what it said at the last commit; undoing is owed until then.
 * lander_aside.c */
int lander_settle(struct lander *lander, struct err *err);
/* As lander_set_aside, once the ledger is settled; only its trouble is the caller's. And the same
 * for an output that is open: what it and the one beside it had gathered for its run is given
 * up. */
int lander_aside(struct lander *lander, struct account *account, const char *key,
		 const struct err *why, struct err *err);
int lander_output_aside(struct lander *lander, struct output *output, const struct err *why,
			struct err *err);
/* `rc`: how it failed, or that more is to be done. False: it is not one that is tried again. */
bool lander_put_off(struct lander *lander, struct landing *landing, int rc, const struct err *why);
/* Tries what is due; `chores`: some came back. */
void lander_try_waiting(struct lander *lander, bool chores);
int64_t lander_next_try_ms(const struct lander *lander); /* monotonic; INT64_MAX: nothing is due */
/* Everything that waits goes back, not done: for the next start. */
void lander_give_up(struct lander *lander);

/* After the start: every output that was left in the middle of a step, or longer than committed, is
 * brought back to its commit, and closed files go on their way. lander_clock.c */
void lander_recover(struct lander *lander);
/* What the clock asks for, if it is due. */
void lander_tick(struct lander *lander);
/* How long nothing will be due. */
int lander_patience_ms(const struct lander *lander);
void lander_look_at_clock(struct lander *lander); /* live files changed */
void lander_try_later(struct lander *lander, const struct err *why);

#endif
