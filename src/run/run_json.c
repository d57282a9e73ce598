/* How a run is told: the document of the control protocol, and its events. */
#include <stdio.h>

#include "run/dispatcher_internal.h"
#include "run/notice.h"

static void put_number(struct json *object, const char *key, double value)
{
	char text[40];

	snprintf(text, sizeof(text), "%.3f", value);
	json_put(object, key, json_new_number(text));
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

static const struct run_record *record_of(const struct run *run)
{
	return run->seed ? &run->seed->record : &run->order;
}

void run_measure(const struct run *run, struct run_record *record)
{
	record->ended_ms = run->ended_ms;
	record->p50_ms = latency_percentile(&run->latency, 0.50);
	record->p95_ms = latency_percentile(&run->latency, 0.95);
	record->p99_ms = latency_percentile(&run->latency, 0.99);
}

static const char *state_of(const struct run *run)
{
	bool is_on = run->state == RUN_RUNNING || run->state == RUN_ENDING;

	return is_on && run->hold ? "paused" : run_state_names[run->state];
}

struct json *run_json(const struct run *run)
{
	struct run_record record = *record_of(run); /* its texts stay where they are */
	struct json *json;

	record.counts = run->counts;
	run_measure(run, &record);
	json = run_record_json(&record);
	json_put_str(json, "state", state_of(run));
	json_put_str(json, "result",
		     run->state == RUN_ENDED ? run_result_names[run->result] : NULL);
	json_put_str(json, "reason", run->hold ? run->hold : run->reason);
	json_put(json, "crew", crew_json(&run->crew));
	put_live(json, run);
	return json;
}

struct json *run_event(const struct run *run, const char *event)
{
	return notice_new(event, record_of(run)->job, record_of(run)->id);
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
	json_put_int(event, "rejected", (int64_t)run->counts.rejected);
	json_put_int(event, "bytes", (int64_t)run->counts.bytes);
	put_live(event, run);
	dispatcher_tell(run->dispatcher, event);
}
