/* The dispatcher from the inside: what its files and the runs in it share. Main loop only. */
#ifndef RUN_DISPATCHER_INTERNAL_H
#define RUN_DISPATCHER_INTERNAL_H

#include "base/random.h"
#include "fetch/pace.h"
#include "io/mailbox.h"
#include "run/dispatcher.h"
#include "run/fleet.h"
#include "run/grants.h"
#include "run/lander.h"
#include "run/marks_order.h"
#include "run/run_internal.h"

/* Landings that may wait for their commit before no more requests go out. */
#define UNLANDED_MAX       8192
#define UNLANDED_BYTES_MAX ((size_t)16 << 20)

/* Landings that are at the lander. */
struct backlog {
	size_t n, bytes;
};

struct dispatcher {
	struct loop *loop;
	struct dispatcher_options options;
	int lock, root; /* descriptors: of state_dir's lock, of data_dir */
	struct pace *pace;
	struct fleet *fleet;
	struct lander *lander;
	struct query *query;
	struct mailbox *done, *landed;
	struct loop_watch *done_watch, *landed_watch;
	struct loop_timer *pump_timer, *tick_timer, *grace_timer, *stopped_timer;
	struct random random;
	struct run *runs;             /* live, newest first */
	size_t turn;                  /* counts pumps: whose turn it is to choose first */
	struct state_change *changes; /* of marks, on their way: orders_state.c */
	struct grant *grants;         /* tokens and sessions */
	struct json *switches;
	struct json *last; /* job -> its last ended run */
	struct backlog unlanded;
	struct backlog held;       /* those of them whose runs wait for an output */
	unsigned trials;           /* out */
	unsigned asked;            /* questions of ours at the query thread */
	struct inquiry *inquiries; /* first requests under way */
	bool stopping, abandoning, told;
	loop_fn *stopped;
	void *stopped_arg;
};

bool dispatcher_has_room(const struct dispatcher *dispatcher);
void dispatcher_land(struct dispatcher *dispatcher, struct landing *landing);
void dispatcher_tell(struct dispatcher *dispatcher, struct json *event); /* takes it */
void dispatcher_pump_soon(struct dispatcher *dispatcher);
void dispatcher_check_stopped(struct dispatcher *dispatcher);
void dispatcher_grace_over(void *dispatcher);
void dispatcher_remove(struct dispatcher *dispatcher, struct run *run); /* and frees it */

/* Of trial.c: a parcel of a `try` came back. */
void trial_take_parcel(struct trial *trial, struct parcel *parcel);
/* Of orders.c: a record for seed_new; runs that are not waiting for their turn; the lander answered
 * a switch. */
unsigned orders_live_runs(const struct dispatcher *dispatcher);
struct run_record orders_record(const struct run_order *order);
void orders_switched(struct dispatcher *dispatcher, struct landing *landing);
/* Of orders_state.c: the marks of the job are being changed; the lander has done so. */
bool orders_change_state(const struct dispatcher *dispatcher, const char *job);
void orders_state_changed(struct landing *landing);

#endif
