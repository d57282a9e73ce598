/* A run from the inside, for the files that make it live: run.c (its life), run_next.c (what goes
 * out next), run_back.c (what came back), run_json.c (how it is told), and the dispatcher that
 * holds it. Main loop only.
 */
#ifndef RUN_RUN_INTERNAL_H
#define RUN_RUN_INTERNAL_H

#include "base/heap.h"
#include "run/context.h"
#include "run/crew.h"
#include "run/dispatcher.h"
#include "run/fleet.h"
#include "run/grants.h"
#include "run/landing.h"
#include "run/latency.h"
#include "run/recall.h"
#include "run/run.h"
#include "run/seed.h"
#include "run/window.h"

/* Beyond this many requests waiting for another try no new points are taken. */
#define RUN_WAITING_MAX 65536

struct run {
	struct run *next; /* of the dispatcher's list */
	struct dispatcher *dispatcher;
	enum run_state state;
	enum run_result result;
	char *reason; /* NULL: none */

	struct run_record order; /* as asked, until the seed takes it over */
	struct seed *seed;       /* from when it is prepared */
	struct request_scope scope;
	struct digest_context *context;
	struct account *account; /* the lander's; only handed back */
	struct fleet_engine *engine;
	struct cookies *cookies;  /* `request.cookies`; NULL: none are kept */
	struct grant *grant;      /* what its requests need first; NULL: nothing */
	dispatcher_run_fn *begun; /* whom to tell of the start; NULL once told */
	void *begun_arg;

	/* what is to be done */
	uint64_t next_point;    /* the first point never taken */
	struct heap due;        /* further tries and further pages, by time */
	struct heap ready;      /* those whose time has come, by point; only with a window */
	struct request *held;   /* built, and told to wait by pace */
	int64_t held_until_ms;  /* monotonic; 0: until some request comes back */
	struct request **built; /* to go out as they are: redirected, or overtaken by the head */
	size_t nbuilt;
	struct recall recall;  /* of a conditional job */
	struct window *window; /* NULL: rows land in the order in which answers come */
	uint32_t in_flight, unlanded;
	size_t unlanded_bytes;
	char *hold;          /* why its landings wait, and nothing goes out; NULL: they do not */
	bool blocked;        /* no worker, lane or room: only what comes back helps, not time */
	bool cancelling;     /* nothing more goes out */
	unsigned recognised; /* by: auto: kinds of pages told of, a bit each */

	/* WAITING, but recorded: enrol.h */
	bool enrolled;
	bool preparing;          /* its turn has come */
	struct inquiry *inquiry; /* it asks for the values of a parameter; NULL: it does not */

	/* what is told */
	struct crew crew;
	struct latency latency;
	struct run_counts counts;     /* committed */
	int64_t started_ms, ended_ms; /* UNIX */
	double rate;                  /* finished requests a second, smoothed */
	uint64_t finished_at_tick;
};

/* run.c */
void run_free(struct run *run);
void run_prepared(struct run *run, struct seed *seed, struct err *err); /* goes to the lander */
void run_refuse(struct run *run, int code, const struct err *err); /* it cannot begin; frees it */
void run_begun(struct run *run, struct landing *landing); /* its start is committed, or refused */
void run_ended(struct run *run, struct landing *landing);
void run_held(struct run *run, const char *why); /* its landings wait; NULL: no longer */
void run_stop_early(struct run *run, enum run_result result, const char *reason);
void run_settle(struct run *run); /* ends it when nothing is left to do */
uint64_t run_finished(const struct run *run);
/* It came back from the lander. */
void run_count_back(struct run *run, const struct landing *landing);
/* A page or a failure goes to the lander: at once, or when its turn comes. */
void run_submit(struct run *run, struct landing *landing);

struct run *run_add(struct dispatcher *dispatcher, struct run_record *order); /* moved from */

/* run_next.c */
void run_pump(struct run *run, int64_t now_ms);
int64_t run_wakes_at(const struct run *run); /* monotonic; INT64_MAX: nothing is timed */
void run_wait_for(struct run *run, const struct request *request, int64_t until_ms);
void run_go_on(struct run *run, uint64_t index, int64_t now_ms); /* the next page of a chain */
void run_put_back(struct run *run, struct request *request); /* it goes out as it is; takes it */
void run_drop_work(struct run *run);

/* run_back.c */
void run_take_parcel(struct run *run, struct parcel *parcel, int64_t now_ms);
void run_land(struct run *run, struct parcel *parcel, int64_t now_ms); /* takes it */
void run_give_up(struct run *run, struct failure_record *failure); /* owns and takes its texts */
void run_landed(struct run *run, struct landing *landing);

/* run_json.c */
void run_tick(struct run *run); /* once a second: the rate, and run.progress */
struct json *run_event(const struct run *run, const char *event);
void run_measure(const struct run *run, struct run_record *record); /* its end and its timing */

#endif
