/* How a run is told: the document of the control protocol, and its events. */
#include <stdio.h>

#include "base/clock.h"
#include "run/dispatcher_internal.h"

struct json *run_counts_json(const struct run_counts *counts)
{
	struct json *json = json_new_object();

	json_put_int(json, "total", (int64_t)counts->total);
	json_put_int(json, "landed", (int64_t)counts->landed);
	json_put_int(json, "failed", (int64_t)counts->failed);
	json_put_int(json, "unchanged", (int64_t)counts->unchanged);
	json_put_int(json, "empty", (int64_t)counts->empty);
	json_put_int(json, "retried", (int64_t)counts->retried);
	return json;
}

static void put_number(struct json *object, const char *key, double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.3f", value);
	json_put(object, key, json_new_number(text));
}

static void put_timing(struct json *json, const struct latency *latency)
{
	struct json *timing = json_put(json, "timing_ms", json_new_object());

	put_number(timing, "p50", latency_percentile(latency, 0.50));
	put_number(timing, "p95", latency_percentile(latency, 0.95));
	put_number(timing, "p99", latency_percentile(latency, 0.99));
}

/* Milliseconds until the run is done at the present rate; null when nothing is known. */
static struct json *eta_json(const struct run *run)
{
	uint64_t left = run->counts.total - run_finished(run);

	if (run->rate <= 0)
		return NULL;
	return json_new_int((int64_t)((double)left / run->rate * 1000));
}

static void put_live(struct json *json, const struct run *run)
{
	put_number(json, "rate", run->rate);
	json_put(json, "eta_ms", eta_json(run));
	json_put_int(json, "in_flight", run->in_flight);
}

struct json *run_json(const struct run *run, int64_t now_ms)
{
	const struct run_record *record = run->seed ? &run->seed->record : &run->order;
	struct json *json = json_new_object();

	json_put_int(json, "id", (int64_t)record->id);
	json_put_str(json, "job", record->job);
	json_put_str(json, "trigger", record->trigger);
	json_put_time(json, "slot", record->slot_ms);
	json_put_str(json, "engine", record->engine);
	json_put_int(json, "workers", record->workers);
	json_put_str(json, "state", run_state_names[run->state]);
	json_put_str(json, "result",
		     run->state == RUN_ENDED ? run_result_names[run->result] : NULL);
	json_put_str(json, "reason", run->reason);
	json_put_time(json, "started", record->started_ms);
	json_put_time(json, "ended", run->ended_ms);
	json_put(json, "requests", run_counts_json(&run->counts));
	json_put_int(json, "rows", (int64_t)run->counts.rows);
	json_put_int(json, "bytes", (int64_t)run->counts.bytes);
	put_timing(json, &run->latency);
	json_put(json, "crew", crew_json(&run->crew));
	json_put(json, "overrides",
		 json_len(record->overrides) ? json_copy(record->overrides) : NULL);
	put_live(json, run);
	return json;
}

struct json *run_event(const struct run *run, const char *event)
{
	const struct run_record *record = run->seed ? &run->seed->record : &run->order;
	struct json *json = json_new_object();

	json_put_time(json, "time", clock_unix_ms());
	json_put_str(json, "event", event);
	json_put_str(json, "job", record->job);
	json_put_int(json, "run", (int64_t)record->id);
	return json;
}

void run_tick(struct run *run)
{
	uint64_t finished = run_finished(run);
	struct json *event;

	if (run->state != RUN_RUNNING)
		return;
	if (run->rate <= 0)
		run->rate = (double)(finished - run->finished_at_tick);
	else
		run->rate += 0.3 * ((double)(finished - run->finished_at_tick) - run->rate);
	run->finished_at_tick = finished;
	event = run_event(run, "run.progress");
	json_put(event, "requests", run_counts_json(&run->counts));
	json_put_int(event, "rows", (int64_t)run->counts.rows);
	json_put_int(event, "bytes", (int64_t)run->counts.bytes);
	put_live(event, run);
	dispatcher_tell(run->dispatcher, event);
}
