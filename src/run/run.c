/* The life of a run: asked for, prepared, begun, done, ended.
 *
 *   WAITING  its inputs are being read (query thread) and its start committed (lander)
 *   RUNNING  requests go out and come back: run_next.c, run_back.c
 *   ENDING   nothing is left to do; its result is being committed
 *   ENDED    told to everybody; the dispatcher lets it go
 */
#include "run/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "fetch/cookies.h"
#include "run/dispatcher_internal.h"
#include "run/enrol.h"
#include "run/expect.h"
#include "run/inquiry.h"
#include "run/notice.h"

const char *const run_state_names[RUN__COUNT] = { "waiting", "running", "running", "ended" };
const char *const run_result_names[RESULT__COUNT] = {
	NULL, "complete", "unchanged", "partial", "suspect", "failed", "cancelled",
};

struct run *run_add(struct dispatcher *dispatcher, struct run_record *order)
{
	struct run *run = xcalloc(1, sizeof(*run));

	run->dispatcher = dispatcher;
	run->order = *order;
	*order = (struct run_record) { 0 };
	run->next = dispatcher->runs;
	dispatcher->runs = run;
	return run;
}

static void return_lanes(struct run *run)
{
	for (uint32_t i = 0; i < run->crew.len; i++)
		if (run->crew.members[i].lane != CREW_NO_LANE)
			fleet_return_lane(run->engine, run->crew.members[i].lane);
}

void run_free(struct run *run)
{
	if (!run)
		return;
	run_drop_work(run);
	grant_put(run->grant);
	inquiry_free(run->inquiry);
	cookies_free(run->cookies);
	window_free(run->window);
	recall_done(&run->recall);
	return_lanes(run);
	heap_done(&run->due);
	heap_done(&run->ready);
	crew_done(&run->crew);
	context_unref(run->context);
	seed_free(run->seed);
	run_record_done(&run->order);
	free(run->built);
	free(run->reason);
	free(run->hold);
	free(run);
}

uint64_t run_id(const struct run *run)
{
	return run->seed ? run->seed->record.id : run->order.id;
}

uint64_t run_finished(const struct run *run)
{
	const struct run_counts *counts = &run->counts;

	return counts->landed + counts->failed + counts->unchanged + counts->empty;
}

static void answer_begun(struct run *run, int code, const struct err *err)
{
	dispatcher_run_fn *begun = run->begun;

	run->begun = NULL;
	if (begun)
		begun(code == 0 ? run : NULL, code, err, run->begun_arg);
}

/* It never began: whoever asked is told why, and nobody else ever hears of it. */
void run_refuse(struct run *run, int code, const struct err *err)
{
	if (run->enrolled) {
		enrol_refused(run, code, err);
		return;
	}
	if (!run->begun)
		log_run(LOG_LEVEL_ERROR, run->order.job, run_id(run), "%s", err->text);
	answer_begun(run, code, err);
	dispatcher_remove(run->dispatcher, run);
}

static uint32_t workers_of(const struct run *run)
{
	uint64_t points = run->seed->job->matrix.points;
	uint32_t workers = run->seed->record.workers;

	return points < workers ? (points ? (uint32_t)points : 1) : workers;
}

void run_prepared(struct run *run, struct seed *seed, struct err *err)
{
	struct landing *landing;

	run->engine = fleet_engine(run->dispatcher->fleet, seed->record.engine, err);
	if (!run->engine || run->dispatcher->stopping) {
		if (run->engine)
			query_refuse(err);
		seed_free(seed);
		run_refuse(run, -EAGAIN, err);
		return;
	}
	if (seed->enrolled)
		seed->record.started_ms = clock_unix_ms();
	landing = landing_new(LANDING_BEGIN, run);
	landing->seed = seed;
	dispatcher_land(run->dispatcher, landing);
}

/* A chain that was open goes on at its own page: its point is taken, also once the chain is gone.
 */
static void wake_chain(struct chain *chain, void *arg)
{
	struct run *run = arg;

	rangeset_add(run->seed->done, chain->index);
	run_go_on(run, chain->index, clock_monotonic_ms());
}

static void tell_started(struct run *run)
{
	struct json *event = run_event(run, "run.started");

	json_put_int(event, "total", (int64_t)run->counts.total);
	json_put_str(event, "engine", run->seed->record.engine);
	json_put_int(event, "workers", run->seed->record.workers);
	json_put_str(event, "trigger", run->seed->record.trigger);
	dispatcher_tell(run->dispatcher, event);
}

void run_begun(struct run *run, struct landing *landing)
{
	struct err err = ERR_INIT;
	struct seed *seed = landing->seed;

	if (landing->code < 0) {
		err_set(&err, 0, "%s", landing->error);
		run_refuse(run, landing->code, &err);
		return;
	}
	run->seed = seed;
	run->enrolled = false;
	landing->seed = NULL;
	run->account = landing->account;
	run->counts = seed->record.counts;
	run->started_ms = seed->record.started_ms;
	run->finished_at_tick = run_finished(run);
	seed_scope(seed, &run->scope);
	run->grant = grant_get(run->dispatcher, seed);
	run->cookies = seed->job->cookies ? cookies_new() : NULL;
	run->context = context_new(&run->scope, landing->colset);
	run->context->owner = run;
	if (!run->engine)
		run->engine = fleet_engine(run->dispatcher->fleet, seed->record.engine, &err);
	crew_init(&run->crew, workers_of(run));
	if (seed->job->order == JOB_ORDER_REQUESTED) /* before open chains count as taken */
		run->window = window_new(run->counts.total, seed->done, WINDOW_BYTES);
	run_held(run, NULL);
	run->state = RUN_RUNNING;
	chains_each(&seed->chains, wake_chain, run);
	tell_started(run);
	answer_begun(run, 0, &err);
	if (!run->engine)
		run_stop_early(run, RESULT_FAILED, err.text);
}

static void send_to_lander(struct run *run, struct landing *landing)
{
	landing->account = run->account;
	run->unlanded++;
	dispatcher_land(run->dispatcher, landing);
	run->unlanded_bytes += landing->memory;
	if (run->hold) {
		run->dispatcher->held.n++;
		run->dispatcher->held.bytes += landing->memory;
	}
}

void run_count_back(struct run *run, const struct landing *landing)
{
	run->unlanded--;
	run->unlanded_bytes -= landing->memory;
	if (run->hold) {
		run->dispatcher->held.n--;
		run->dispatcher->held.bytes -= landing->memory;
	}
}

static void tell_held(struct run *run)
{
	struct json *event = run_event(run, run->hold ? "run.paused" : "run.resumed");

	if (run->hold)
		json_put_str(event, "reason", run->hold);
	dispatcher_tell(run->dispatcher, event);
}

/* The runs of other jobs have the room that it takes at the lander. */
void run_held(struct run *run, const char *why)
{
	struct backlog *held = &run->dispatcher->held;

	if (run->hold) {
		held->n -= run->unlanded;
		held->bytes -= run->unlanded_bytes;
	}
	free(run->hold);
	run->hold = why ? xstrdup(why) : NULL;
	if (run->hold) {
		held->n += run->unlanded;
		held->bytes += run->unlanded_bytes;
	}
	if (run->state != RUN_WAITING && !run->cancelling)
		tell_held(run);
}

void run_submit(struct run *run, struct landing *landing)
{
	if (!run->window) {
		send_to_lander(run, landing);
		return;
	}
	window_put(run->window, landing);
	while ((landing = window_take(run->window)))
		send_to_lander(run, landing);
}

/* What cannot be landed now is not waited for. */
static void withdraw(struct run *run)
{
	struct landing *landing = landing_new(LANDING_WITHDRAW, NULL);

	landing->account = run->account;
	dispatcher_land(run->dispatcher, landing);
}

void run_stop_early(struct run *run, enum run_result result, const char *reason)
{
	if (run->state == RUN_ENDING || run->state == RUN_ENDED || run->cancelling)
		return;
	run->cancelling = true;
	run->result = result;
	free(run->reason);
	run->reason = reason ? xstrdup(reason) : NULL;
	if (run->state == RUN_RUNNING) {
		run_drop_work(run);
		withdraw(run);
		fleet_cancel(run->dispatcher->fleet, run_id(run));
	}
	dispatcher_pump_soon(run->dispatcher);
}

void run_cancel(struct run *run)
{
	run_stop_early(run, RESULT_CANCELLED, NULL);
}

static enum run_result result_of(const struct run_counts *counts)
{
	if (counts->total > 0 && counts->failed == counts->total)
		return RESULT_FAILED;
	if (counts->failed > 0)
		return RESULT_PARTIAL;
	if (counts->total > 0 && counts->unchanged == counts->total)
		return RESULT_UNCHANGED;
	return RESULT_COMPLETE;
}

/* Without a failure a run is held against what is expected of it. */
static void judge(struct run *run)
{
	run->result = result_of(&run->counts);
	if (run->result != RESULT_COMPLETE)
		return;
	free(run->reason);
	run->reason = expect_verdict(run->scope.job, &run->counts, &run->seed->before);
	if (run->reason)
		run->result = RESULT_SUSPECT;
}

static bool work_is_left(const struct run *run)
{
	if (run->in_flight > 0 || run->unlanded > 0 || run->recall.asked > 0)
		return true;
	return !run->cancelling && run_finished(run) < run->counts.total;
}

void run_settle(struct run *run)
{
	struct landing *landing;

	if (run->state != RUN_RUNNING || work_is_left(run))
		return;
	run->state = RUN_ENDING;
	run->ended_ms = clock_unix_ms();
	if (run->result == RESULT_NONE)
		judge(run);
	landing = landing_new(LANDING_END, run);
	if (run->result == RESULT_COMPLETE)
		enrol_followers(run, landing);
	landing->end = (struct run_record) {
		.id = run_id(run),
		.state = xstrdup(run_state_names[RUN_ENDED]),
		.result = xstrdup(run_result_names[run->result]),
		.reason = run->reason ? xstrdup(run->reason) : NULL,
		.started_ms = run->started_ms,
		.crew = crew_json(&run->crew),
	};
	run_measure(run, &landing->end);
	send_to_lander(run, landing);
}

static enum run_result result_named(const char *name)
{
	for (int result = RESULT_NONE + 1; result < RESULT__COUNT; result++)
		if (strcmp(run_result_names[result], name) == 0)
			return (enum run_result)result;
	return RESULT_NONE;
}

/* The lander has the last word: a snapshot that cannot be published makes its run fail. */
static void take_end(struct run *run, const struct run_record *end)
{
	run->result = result_named(end->result);
	free(run->reason);
	run->reason = end->reason ? xstrdup(end->reason) : NULL;
	if (run->result == RESULT_UNCHANGED)
		run->counts.rows = 0;
}

void run_ended(struct run *run, struct landing *landing)
{
	struct json *document;

	if (!run->enrolled)
		run_count_back(run, landing);
	if (landing->code < 0) { /* only when stopping: it will end at the next start */
		run->state = run->enrolled ? RUN_WAITING : RUN_RUNNING;
		return;
	}
	run->state = RUN_ENDED;
	take_end(run, &landing->end);
	enrol_take(run->dispatcher, landing);
	document = run_json(run);
	dispatcher_tell(run->dispatcher, notice_of_end(document));
	json_unref(document);
	dispatcher_remove(run->dispatcher, run);
}
