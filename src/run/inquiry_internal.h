/* A first request from the inside, for the files that make it: inquiry.c (its life), inquiry_ask.c
 * (what goes out), inquiry_answer.c (what comes back). */
#ifndef RUN_INQUIRY_INTERNAL_H
#define RUN_INQUIRY_INTERNAL_H

#include "run/dispatcher_internal.h"
#include "run/inquiry.h"

struct inquiry {
	struct inquiry *next; /* of the dispatcher's list */
	struct dispatcher *dispatcher;
	struct loop_timer *timer; /* set: a request waits for its time */
	struct run_record record; /* a copy of what is needed */
	bool brief, cancelled;
	inquiry_done_fn *done;
	void *arg;

	/* of the parameter at hand */
	struct json_member member; /* of `params:` */
	size_t param;              /* its number */
	struct pointer *from;
	struct seed *seed;
	struct request_scope scope;
	struct digest_context *context;
	struct fleet_engine *engine;
	struct grant *grant; /* NULL: none is needed */
	struct chains chains;
	struct request *held; /* built, to go out when the timer says so */
	unsigned tries;
	int64_t first_ms; /* monotonic, of the first try of this page */
	uint32_t lane;

	/* the query thread's, while it is asked */
	struct spool_writer *writer;
	uint64_t count;
	struct parcel *parcel; /* what came back */
	struct spool *spools[MATRIX_PARAMS_MAX];
	int code;
	struct err err;
};

/* inquiry.c; after the first two it may be gone */
void inquiry_fail(struct inquiry *inquiry, int code); /* with the sentence in `err` */
bool inquiry_given_up(struct inquiry *inquiry);       /* it is over before its end */
void inquiry_next_param(struct inquiry *inquiry);
void inquiry_ask_query(struct inquiry *inquiry, query_work_fn *work, query_done_fn *done);

/* inquiry_ask.c; after these, too */
void inquiry_begin_page(struct inquiry *inquiry);             /* the one where the chain stands */
void inquiry_send(struct inquiry *inquiry);                   /* what is held */
void inquiry_wait(struct inquiry *inquiry, int64_t delay_ms); /* with what is held, or a new try */
void inquiry_time_has_come(void *inquiry);

#endif
