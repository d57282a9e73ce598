/* fetchctl status: the daemon at a glance. */
#include "fetchctl/verb.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/human.h"
#include "base/xalloc.h"
#include "control/runtext.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

static void show_daemon(const struct json *status)
{
	char up[HUMAN_TEXT_MAX], memory[HUMAN_TEXT_MAX];

	human_duration(json_int(json_get(status, "uptime_ms"), 0), up);
	human_size((uint64_t)json_int(json_get(status, "memory_bytes"), 0), memory);
	say_fieldf("fetchd", "%s, PID %lld, up %s", json_str(json_get(status, "version")),
		   (long long)json_int(json_get(status, "pid"), 0), up);
	say_field("configuration", json_str(json_get(status, "config")));
	say_field("state", json_str(json_get(status, "state_dir")));
	say_field("data", json_str(json_get(status, "data_dir")));
	say_field("memory", memory);
	say_fieldf("requests", "%lld in flight, %lld waiting to land",
		   (long long)json_int(json_get(status, "in_flight"), 0),
		   (long long)json_int(json_get(status, "unlanded"), 0));
	say_fieldf("open", "%lld files, %lld connections",
		   (long long)json_int(json_get(status, "files_open"), 0),
		   (long long)json_int(json_get(status, "connections"), 0));
}

static void show_engines(const struct ctl *ctl, const struct json *engines)
{
	struct table *table = table_new(ctl);

	table_column(table, "ENGINE", TABLE_TEXT);
	table_column(table, "IN FLIGHT", TABLE_NUMBER);
	table_column(table, "LANES", TABLE_NUMBER);
	for (size_t i = 0; i < json_len(engines); i++) {
		const struct json *engine = json_at(engines, i);

		table_row(table);
		table_scalar(table, json_get(engine, "name"));
		table_scalar(table, json_get(engine, "in_flight"));
		table_scalar(table, json_get(engine, "lanes"));
	}
	table_print_below(table);
}

static void live_row(struct table *table, const struct json *run)
{
	struct run_sum sum = { 0 };
	char eta[HUMAN_TEXT_MAX] = "";

	run_sum_add(&sum, run);
	if (sum.eta_ms >= 0)
		human_duration(sum.eta_ms, eta);
	table_row(table);
	table_scalar(table, json_get(run, "id"));
	table_scalar(table, json_get(run, "job"));
	table_scalar(table, json_get(run, "state"));
	table_cellf(table, "%" PRIu64 "/%" PRIu64, sum.done, sum.total);
	table_cellf(table, "%" PRIu64, sum.rows);
	table_cellf(table, "%" PRIu64, sum.failed);
	table_cellf(table, "%.1f", sum.rate);
	table_cell(table, eta);
}

static void show_live(const struct ctl *ctl, const struct json *runs)
{
	struct table *table = table_new(ctl);

	table_column(table, "RUN", TABLE_NUMBER);
	table_column(table, "JOB", TABLE_LONG);
	table_column(table, "STATE", TABLE_STATE);
	table_column(table, "REQUESTS", TABLE_NUMBER);
	table_column(table, "ROWS", TABLE_NUMBER);
	table_column(table, "FAILED", TABLE_NUMBER);
	table_column(table, "REQ/S", TABLE_NUMBER);
	table_column(table, "ETA", TABLE_NUMBER);
	for (size_t i = 0; i < json_len(runs); i++)
		live_row(table, json_at(runs, i));
	table_print_below(table);
}

static void show_jobs(const struct ctl *ctl, const struct json *jobs)
{
	struct table *table = table_new(ctl);

	table_column(table, "JOB", TABLE_LONG);
	table_column(table, "STATE", TABLE_STATE);
	table_column(table, "LAST RESULT", TABLE_STATE);
	table_column(table, "ENDED", TABLE_TEXT);
	for (size_t i = 0; i < json_len(jobs); i++) {
		const struct json *job = json_at(jobs, i);

		table_row(table);
		table_scalar(table, json_get(job, "name"));
		table_scalar(table, json_get(job, "state"));
		table_scalar(table, json_get(job, "last_result"));
		table_time(table, json_get(job, "last_ended"));
	}
	table_print_below(table);
}

static void show_status(const struct ctl *ctl, const struct json *status)
{
	show_daemon(status);
	show_engines(ctl, json_get(status, "engines"));
	show_live(ctl, json_get(status, "live_runs"));
	show_jobs(ctl, json_get(status, "jobs"));
}

int verb_status(struct ctl *ctl)
{
	return ask_show(ctl, "GET", xstrdup("/v1/status"), show_status);
}
