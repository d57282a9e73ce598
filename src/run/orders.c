/* What the dispatcher is asked to do: run a job, retry a run, switch a job; and what it can tell.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "run/dispatcher_internal.h"
#include "run/enrol.h"
#include "spec/job_first.h"

static const char *job_of(const struct run *run)
{
	return run->seed ? run->seed->record.job : run->order.job;
}

struct run *dispatcher_find(const struct dispatcher *dispatcher, uint64_t id)
{
	for (struct run *run = dispatcher->runs; run; run = run->next)
		if (id != 0 && run_id(run) == id)
			return run;
	return NULL;
}

struct run *dispatcher_running(const struct dispatcher *dispatcher, const char *job)
{
	for (struct run *run = dispatcher->runs; run; run = run->next)
		if (strcmp(job_of(run), job) == 0)
			return run;
	return NULL;
}

unsigned orders_live_runs(const struct dispatcher *dispatcher)
{
	unsigned n = 0;

	for (const struct run *run = dispatcher->runs; run; run = run->next)
		n += !enrol_waits(run);
	return n;
}

static int may_start(const struct dispatcher *dispatcher, const char *job, struct err *err)
{
	if (dispatcher->stopping)
		return query_refuse(err);
	if (job && dispatcher_running(dispatcher, job))
		return err_set(err, -EBUSY, "job \"%s\" is running already, as run %llu", job,
			       (unsigned long long)run_id(dispatcher_running(dispatcher, job)));
	if (job && orders_change_state(dispatcher, job))
		return err_set(err, -EBUSY, "the marks of job \"%s\" are being changed", job);
	if (orders_live_runs(dispatcher) >= dispatcher->options.config->max_runs)
		return err_set(err, -EAGAIN, "%u runs are live already, which is max_runs",
			       dispatcher->options.config->max_runs);
	return 0;
}

struct run_record orders_record(const struct run_order *order)
{
	const struct job *job = order->job;

	return (struct run_record) {
		.job = xstrdup(job->name),
		.trigger = xstrdup(order->trigger),
		.engine = xstrdup(order->engine ? order->engine : job->engine),
		.state = xstrdup(run_state_names[RUN_RUNNING]),
		.slot_ms = order->slot_ms,
		.started_ms = clock_unix_ms(),
		.workers = order->workers ? order->workers : job->workers,
		.definition = json_copy(job->document),
		.overrides = order->params ? json_copy(order->params) : NULL,
	};
}

/* A question to the query thread: make a seed. Its answer goes to the run, or to a trial. */
struct preparing {
	struct dispatcher *dispatcher;
	struct run *run;
	struct run_record record;
	struct seed *seed;
	int code;
	struct err err;
};

static void prepare(struct db *db, void *arg)
{
	struct preparing *preparing = arg;
	const struct inputs_place place = {
		.data_dir = preparing->dispatcher->options.config->data_dir,
	};

	preparing->seed =
		seed_new(db, &place, &preparing->record, &preparing->code, &preparing->err);
}

static void prepared(void *arg)
{
	struct preparing *preparing = arg;
	struct run *run = preparing->run;

	preparing->dispatcher->asked--;
	if (preparing->seed)
		run_prepared(run, preparing->seed, &preparing->err);
	else
		run_refuse(run, preparing->code, &preparing->err);
	dispatcher_pump_soon(preparing->dispatcher);
	run_record_done(&preparing->record);
	free(preparing);
}

static struct run *add_run(struct dispatcher *dispatcher, struct run_record *record,
			   dispatcher_run_fn *done, void *arg)
{
	struct run *run = run_add(dispatcher, record);

	run->begun = done;
	run->begun_arg = arg;
	return run;
}

/* A refusal that is known at once is told later all the same: whoever asks is not called back from
 * inside of asking. */
struct refusal {
	struct dispatcher *dispatcher;
	int code;
	struct err err;
	dispatcher_run_fn *done;
	void *arg;
};

static void look_nothing_up(struct db *db, void *arg)
{
}

static void tell_refusal(void *arg)
{
	struct refusal *refusal = arg;

	refusal->dispatcher->asked--;
	refusal->done(NULL, refusal->code, &refusal->err, refusal->arg);
	dispatcher_pump_soon(refusal->dispatcher);
	free(refusal);
}

void dispatcher_run(struct dispatcher *dispatcher, const struct run_order *order,
		    dispatcher_run_fn *done, void *arg)
{
	struct preparing *preparing;
	struct run_record record;
	struct err err = ERR_INIT;
	int rc = may_start(dispatcher, order->job->name, &err);

	if (rc == 0 && order->engine && !engine_find(order->engine))
		rc = err_set(&err, -EINVAL, "there is no engine \"%s\"", order->engine);
	if (rc < 0) {
		struct refusal *refusal = xcalloc(1, sizeof(*refusal));

		*refusal = (struct refusal) { dispatcher, rc, err, done, arg };
		dispatcher->asked++;
		query_ask(dispatcher->query, look_nothing_up, tell_refusal, refusal);
		return;
	}
	record = orders_record(order);
	if (job_asks_first(record.definition)) { /* which takes its time: it is a run by then */
		enrol_order(add_run(dispatcher, &record, done, arg));
		return;
	}
	preparing = xcalloc(1, sizeof(*preparing));
	preparing->dispatcher = dispatcher;
	preparing->run = add_run(dispatcher, &record, done, arg);
	preparing->record = orders_record(order); /* the query thread's own */
	dispatcher->asked++;
	query_ask(dispatcher->query, prepare, prepared, preparing);
}

/* A question to the query thread: whose run is it that is to be reopened. */
struct reopening {
	struct dispatcher *dispatcher;
	uint64_t id;
	struct run_record record;
	int code;
	struct err err;
	dispatcher_run_fn *done;
	void *arg;
};

static void look_up(struct db *db, void *arg)
{
	struct reopening *reopening = arg;

	reopening->code = db ? runs_get(db, reopening->id, &reopening->record, &reopening->err)
			     : query_refuse(&reopening->err);
}

static void looked_up(void *arg)
{
	struct reopening *reopening = arg;
	struct dispatcher *dispatcher = reopening->dispatcher;
	struct landing *landing;
	int rc = reopening->code;

	dispatcher->asked--;
	if (rc == 0)
		rc = may_start(dispatcher, reopening->record.job, &reopening->err);
	if (rc < 0) {
		reopening->done(NULL, rc, &reopening->err, reopening->arg);
		run_record_done(&reopening->record);
	} else if (reopening->record.counts.total == 0 &&
		   strcmp(reopening->record.state, "ended") == 0) {
		enrol_order(
			add_run(dispatcher, &reopening->record, reopening->done, reopening->arg));
	} else {
		landing = landing_new(LANDING_REOPEN, add_run(dispatcher, &reopening->record,
							      reopening->done, reopening->arg));
		landing->id = reopening->id;
		dispatcher_land(dispatcher, landing);
	}
	dispatcher_pump_soon(dispatcher);
	free(reopening);
}

void dispatcher_retry(struct dispatcher *dispatcher, uint64_t id, dispatcher_run_fn *done,
		      void *arg)
{
	struct reopening *reopening = xcalloc(1, sizeof(*reopening));

	*reopening =
		(struct reopening) { .dispatcher = dispatcher, .id = id, .done = done, .arg = arg };
	dispatcher->asked++;
	query_ask(dispatcher->query, look_up, looked_up, reopening);
}

struct switching {
	dispatcher_done_fn *done;
	void *arg;
};

void dispatcher_switch(struct dispatcher *dispatcher, const char *job, bool enabled,
		       dispatcher_done_fn *done, void *arg)
{
	struct switching *switching = xcalloc(1, sizeof(*switching));
	struct landing *landing = landing_new(LANDING_SWITCH, switching);

	*switching = (struct switching) { done, arg };
	landing->job = xstrdup(job);
	landing->enabled = enabled;
	dispatcher_land(dispatcher, landing);
}

void orders_switched(struct dispatcher *dispatcher, struct landing *landing)
{
	struct switching *switching = landing->owner;
	struct err err = ERR_INIT;

	if (landing->code == 0)
		json_put_bool(dispatcher->switches, landing->job, landing->enabled);
	else
		err_set(&err, 0, "%s", landing->error);
	switching->done(landing->code, &err, switching->arg);
	free(switching);
}

int dispatcher_switched(const struct dispatcher *dispatcher, const char *job)
{
	if (!json_has(dispatcher->switches, job))
		return -1;
	return json_bool(json_get(dispatcher->switches, job), true);
}

bool dispatcher_enabled(const struct dispatcher *dispatcher, const struct job *job)
{
	int switched = dispatcher_switched(dispatcher, job->name);

	return switched < 0 ? job->enabled : switched > 0;
}

struct json *dispatcher_live_runs(const struct dispatcher *dispatcher)
{
	struct json *list = json_new_array();

	for (const struct run *run = dispatcher->runs; run; run = run->next)
		if (run_id(run) != 0 && (run->seed || run->enrolled))
			json_push(list, run_json(run));
	return list;
}

struct json *dispatcher_last(const struct dispatcher *dispatcher, const char *job)
{
	return json_get(dispatcher->last, job);
}

struct json *dispatcher_status(const struct dispatcher *dispatcher)
{
	struct json *status = json_new_object();

	json_put(status, "engines", fleet_json(dispatcher->fleet));
	json_put_int(status, "in_flight", fleet_out(dispatcher->fleet));
	json_put_int(status, "unlanded", (int64_t)dispatcher->unlanded.n);
	json_put(status, "hosts", pace_json(dispatcher->pace, clock_monotonic_ms()));
	json_put_int(status, "files_open", lander_files_open(dispatcher->lander));
	return status;
}

struct query *dispatcher_query(const struct dispatcher *dispatcher)
{
	return dispatcher->query;
}
