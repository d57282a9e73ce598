/* Runs that wait for their turn: see enrol.h. */
#include "run/enrol.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "run/dispatcher_internal.h"
#include "run/inquiry.h"
#include "spec/job_first.h"

/* Recording. */

static void add_record(struct landing *landing, struct run_record *record)
{
	landing->enrolled = xreallocarray(landing->enrolled, landing->nenrolled + 1,
					  sizeof(landing->enrolled[0]));
	landing->enrolled[landing->nenrolled++] = *record;
	*record = (struct run_record) { 0 };
}

void enrol_order(struct run *run)
{
	struct landing *landing = landing_new(LANDING_ENROL, run);

	add_record(landing, &run->order);
	run->order.job = xstrdup(landing->enrolled[0].job); /* is asked for meanwhile */
	dispatcher_land(run->dispatcher, landing);
}

static void tell_begun(struct run *run)
{
	static const struct err fine = ERR_INIT;
	dispatcher_run_fn *begun = run->begun;

	run->begun = NULL;
	if (begun)
		begun(run, 0, &fine, run->begun_arg);
}

void enrol_settled(struct run *run, struct landing *landing)
{
	struct err err = ERR_INIT;

	if (landing->code < 0) {
		err_set(&err, 0, "%s", landing->error);
		run_refuse(run, landing->code, &err);
		return;
	}
	run_record_done(&run->order);
	run->order = landing->enrolled[0];
	landing->enrolled[0] = (struct run_record) { 0 };
	run->enrolled = true;
	run->started_ms = run->order.started_ms;
	tell_begun(run);
}

void enrol_add(struct dispatcher *dispatcher, struct run_record *record)
{
	struct run *run = run_add(dispatcher, record);

	run->enrolled = true;
	run->started_ms = run->order.started_ms;
	dispatcher_pump_soon(dispatcher);
}

struct following {
	const struct run *run;
	struct landing *landing;
};

static void follow(const struct job *job, void *arg)
{
	struct following *following = arg;
	const struct run *run = following->run;
	struct run_order order = { .job = job,
				   .trigger = "after",
				   .slot_ms = run->seed->record.slot_ms };
	struct run_record record;

	if (!dispatcher_enabled(run->dispatcher, job))
		return;
	record = orders_record(&order);
	record.after = run_id(run);
	add_record(following->landing, &record);
}

void enrol_followers(const struct run *run, struct landing *landing)
{
	const struct dispatcher_options *options = &run->dispatcher->options;
	struct following following = { run, landing };

	if (options->followers)
		options->followers(run->seed->record.job, follow, &following,
				   options->followers_arg);
}

void enrol_take(struct dispatcher *dispatcher, struct landing *landing)
{
	for (size_t i = 0; i < landing->nenrolled; i++) {
		struct run_record *record = &landing->enrolled[i];

		if (!record->id)
			continue;
		log_run(LOG_LEVEL_INFO, record->job, record->id, "run %llu of %s follows run %llu",
			(unsigned long long)record->id, record->job,
			(unsigned long long)record->after);
		enrol_add(dispatcher, record);
	}
}

/* Ending without having begun. */

static void end(struct run *run, enum run_result result, const char *reason)
{
	struct landing *landing = landing_new(LANDING_REFUSE, run);

	run->state = RUN_ENDING;
	run->ended_ms = clock_unix_ms();
	landing->end = (struct run_record) {
		.id = run_id(run),
		.state = xstrdup(run_state_names[RUN_ENDED]),
		.result = xstrdup(run_result_names[result]),
		.reason = reason ? xstrdup(reason) : NULL,
	};
	run_measure(run, &landing->end);
	dispatcher_land(run->dispatcher, landing);
}

void enrol_refused(struct run *run, int code, const struct err *err)
{
	run->preparing = false;
	if (run->cancelling)
		end(run, run->result, run->reason);
	else if (!run->dispatcher->stopping && code != -ESHUTDOWN)
		end(run, RESULT_FAILED, err->text);
}

/* Taking turns. */

bool enrol_waits(const struct run *run)
{
	return run->enrolled && run->state == RUN_WAITING && !run->preparing;
}

/* No other run of the job goes on, or waits and was there before. */
static bool has_turn(const struct run *run)
{
	for (const struct run *other = run->dispatcher->runs; other; other = other->next) {
		const char *job = other->seed ? other->seed->record.job : other->order.job;

		if (other != run && strcmp(job, run->order.job) == 0 &&
		    (!enrol_waits(other) || run_id(other) < run_id(run)))
			return false;
	}
	return true;
}

struct preparing {
	struct run *run;
	uint64_t id;
	const char *data_dir;
	struct spool *asked[MATRIX_PARAMS_MAX];
	struct seed *seed;
	int code;
	struct err err;
};

static void prepare(struct db *db, void *arg)
{
	struct preparing *preparing = arg;
	const struct inputs_place place = { preparing->data_dir, preparing->asked };
	struct run_record record = { 0 };

	preparing->code = db ? runs_get(db, preparing->id, &record, &preparing->err)
			     : query_refuse(&preparing->err);
	if (preparing->code == 0)
		preparing->seed = seed_new(db, &place, &record, &preparing->code, &preparing->err);
}

static void free_preparing(struct preparing *preparing)
{
	for (size_t i = 0; i < MATRIX_PARAMS_MAX; i++)
		spool_release(preparing->asked[i]);
	free(preparing);
}

static void prepared(void *arg)
{
	struct preparing *preparing = arg;
	struct run *run = preparing->run;

	run->dispatcher->asked--;
	dispatcher_pump_soon(run->dispatcher);
	if (preparing->seed && !run->cancelling) {
		run_prepared(run, preparing->seed, &preparing->err);
	} else {
		seed_free(preparing->seed);
		enrol_refused(run, preparing->code, &preparing->err);
	}
	free_preparing(preparing);
}

static void ask_for_seed(struct run *run, struct spool **asked)
{
	struct preparing *preparing = xcalloc(1, sizeof(*preparing));

	preparing->run = run;
	preparing->id = run_id(run);
	preparing->data_dir = run->dispatcher->options.config->data_dir;
	if (asked)
		memcpy(preparing->asked, asked, sizeof(preparing->asked));
	run->dispatcher->asked++;
	query_ask(run->dispatcher->query, prepare, prepared, preparing);
}

static void inquired(struct spool **spools, int code, const struct err *err, void *arg)
{
	struct run *run = arg;

	run->inquiry = NULL;
	if (code < 0)
		enrol_refused(run, code, err);
	else
		ask_for_seed(run, spools);
}

static void begin(struct run *run)
{
	const struct inquiry_order order = { .record = &run->order };

	run->preparing = true;
	if (job_asks_first(run->order.definition))
		run->inquiry = inquiry_start(run->dispatcher, &order, inquired, run);
	else
		ask_for_seed(run, NULL);
}

static void look_at(struct run *run)
{
	if (run->cancelling && run->inquiry)
		inquiry_cancel(run->inquiry);
	else if (run->cancelling && enrol_waits(run))
		end(run, run->result, run->reason);
	else if (enrol_waits(run) && has_turn(run) &&
		 orders_live_runs(run->dispatcher) < run->dispatcher->options.config->max_runs)
		begin(run);
}

void enrol_admit(struct dispatcher *dispatcher)
{
	for (struct run *run = dispatcher->runs; run; run = run->next)
		if (run->enrolled && run->state == RUN_WAITING)
			look_at(run);
}
