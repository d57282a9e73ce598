/* The dispatcher: all live runs, the engines they use, and the politeness they share.
 *
 * Owns pace, engines, lander and query thread. Every decision is made here on the main loop: which
 * request next, retry, redirect, next page, when a run has ended. The programs talk to it; it tells
 * them by events.
 */
#ifndef RUN_DISPATCHER_H
#define RUN_DISPATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "io/loop.h"
#include "run/query.h"
#include "run/run.h"
#include "spec/config.h"
#include "spec/job.h"

struct dispatcher;

/* {"time", "event", "job", "run", ...}; borrowed. Called on the main loop, never from inside a
 * dispatcher call that the listener made. */
typedef void dispatcher_event_fn(const struct json *event, void *arg);

struct dispatcher_options {
	const struct config *config; /* outlives the dispatcher */
	dispatcher_event_fn *event;
	void *event_arg;
	/* The jobs that run after the one of that name: calls `take` for each, of which those that
	 * are enabled run. NULL: none do. */
	void (*followers)(const char *job, void (*take)(const struct job *job, void *taker),
			  void *taker, void *arg);
	void *followers_arg;
};

/* Locks state_dir, opens the ledger, brings the output files back to what is recorded, and takes up
 * every run that had not ended (they go on when the loop runs). -EWOULDBLOCK: another process has
 * the state directory. */
int dispatcher_start(struct loop *loop, const struct dispatcher_options *options,
		     struct dispatcher **dispatcher, struct err *err);

/* Takes no new work, lets what is in flight end within grace_ms, lands it, commits; then calls
 * `stopped` once. Runs that are not finished stay unfinished: they resume at the next start. A
 * second call cuts the wait short. */
void dispatcher_stop(struct dispatcher *dispatcher, int64_t grace_ms, loop_fn *stopped, void *arg);
void dispatcher_free(struct dispatcher *dispatcher); /* after `stopped` */

struct run_order {
	const struct job *job; /* read during the call */
	const struct json
		*params;     /* {"id": "7"}: narrows declared parameters; NULL: none; copied */
	const char *engine;  /* NULL: the job's */
	unsigned workers;    /* 0: the job's */
	const char *trigger; /* "manual", ... */
	int64_t slot_ms;     /* UNIX */
};
/* `run` NULL: err says why not: -EINVAL (the order), -EBUSY (the job already runs: overlap),
 * -EAGAIN (max_runs, stopping), -EIO ... (not committed, secret not readable). */
typedef void dispatcher_run_fn(struct run *run, int code, const struct err *err, void *arg);
/* `done` is called later, when the start is committed or refused. */
void dispatcher_run(struct dispatcher *dispatcher, const struct run_order *order,
		    dispatcher_run_fn *done, void *arg);
/* Reopens an ended run under the definition it had; -ENOENT, -EBUSY, -EALREADY (nothing failed in
 * it). */
void dispatcher_retry(struct dispatcher *dispatcher, uint64_t id, dispatcher_run_fn *done,
		      void *arg);

/* One request of a job, nothing lands: {"request": {method, url, index, params, auth
 * (its settings), headers (secrets as "***")}, "status",
 * "outcome", "error", "timing_ms", "content_type", "body" (capped at 64 KiB, UTF-8), "body_bytes",
 * "records" (first 20), "columns", "rows" (text: the bytes that would land, capped), "row_count",
 * "format", "csv" (its dialect: format_policy), "record_count", "next_page"}. `reply` is the
 * listener's; NULL with err when it could not be tried at all. */
typedef void dispatcher_try_fn(struct json *reply, int code, const struct err *err, void *arg);
void dispatcher_try(struct dispatcher *dispatcher, const struct run_order *order,
		    dispatcher_try_fn *done, void *arg);

/* Persistently; `done` after the commit (code 0 or why not). */
typedef void dispatcher_done_fn(int code, const struct err *err, void *arg);
void dispatcher_switch(struct dispatcher *dispatcher, const char *job, bool enabled,
		       dispatcher_done_fn *done, void *arg);
/* 1 enabled by hand, 0 disabled by hand, -1 as the file says. */
int dispatcher_switched(const struct dispatcher *dispatcher, const char *job);
/* What was said by hand wins over the job's file. */
bool dispatcher_enabled(const struct dispatcher *dispatcher, const struct job *job);

/* Sets marks of a job, or resets all it keeps of earlier runs. -EBUSY: a run of it is live. */
struct state_order {
	const struct job *job;
	const char *mark;          /* NULL: reset */
	const struct json *params; /* {"id": "7"}: only the marks of these; NULL: all */
};
void dispatcher_set_state(struct dispatcher *dispatcher, const struct state_order *order,
			  dispatcher_done_fn *done, void *arg);

struct run *dispatcher_find(const struct dispatcher *dispatcher,
			    uint64_t id); /* live ones only; NULL */
struct run *dispatcher_running(const struct dispatcher *dispatcher,
			       const char *job); /* the job's live run; NULL */
struct json *dispatcher_live_runs(const struct dispatcher *dispatcher); /* [run...], newest first */
struct json *dispatcher_last(const struct dispatcher *dispatcher,
			     const char *job); /* borrowed; the last ended run, or NULL */
/* {"engines": [{"name", "in_flight", "lanes"}], "in_flight", "unlanded", "hosts", "files_open"}
 */
struct json *dispatcher_status(const struct dispatcher *dispatcher);
struct query *
dispatcher_query(const struct dispatcher *dispatcher); /* for handlers that look up history */

#endif
