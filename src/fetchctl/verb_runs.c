/* fetchctl runs, info, failed, cancel: the history of runs, and one of them. */
#include "fetchctl/verb.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/human.h"
#include "base/xalloc.h"
#include "control/runtext.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/runview.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

static void run_row(struct table *table, const struct json *run)
{
	struct run_sum sum = { 0 };
	int64_t took = runtext_took_ms(run);
	char human[HUMAN_TEXT_MAX] = "";

	run_sum_add(&sum, run);
	if (took >= 0)
		human_duration(took, human);
	table_row(table);
	table_scalar(table, json_get(run, "id"));
	table_scalar(table, json_get(run, "job"));
	table_scalar(table, json_get(run, "trigger"));
	table_scalar(table, json_get(run, json_get(run, "result") ? "result" : "state"));
	table_cellf(table, "%" PRIu64 "/%" PRIu64, sum.done, sum.total);
	table_cellf(table, "%" PRIu64, sum.rows);
	table_cellf(table, "%" PRIu64, sum.failed);
	table_time(table, json_get(run, "started"));
	table_cell(table, human);
}

static void show_runs(const struct ctl *ctl, const struct json *runs)
{
	struct table *table = table_new(ctl);

	table_column(table, "RUN", TABLE_NUMBER);
	table_column(table, "JOB", TABLE_LONG);
	table_column(table, "TRIGGER", TABLE_TEXT);
	table_column(table, "RESULT", TABLE_STATE);
	table_column(table, "REQUESTS", TABLE_NUMBER);
	table_column(table, "ROWS", TABLE_NUMBER);
	table_column(table, "FAILED", TABLE_NUMBER);
	table_column(table, "STARTED", TABLE_TEXT);
	table_column(table, "TOOK", TABLE_NUMBER);
	for (size_t i = 0; i < json_len(runs); i++)
		run_row(table, json_at(runs, i));
	table_print(table);
	if (json_len(runs) == 0 && ctl->legend)
		puts("no runs yet; 'fetchctl run JOB' starts one");
}

int verb_runs(struct ctl *ctl)
{
	char *path =
		ctl->nwords ? ask_path("/v1/runs?job=", ctl->words[0], "") : xstrdup("/v1/runs");

	return ask_show_list(ctl, path, "before", show_runs);
}

static void show_timings(const struct json *run)
{
	const struct json *timing = json_get(run, "timing_ms");
	char *p50 = say_scalar(json_get(timing, "p50"));
	char *p95 = say_scalar(json_get(timing, "p95"));
	char *p99 = say_scalar(json_get(timing, "p99"));

	if (*p50)
		say_fieldf("response times",
			   "half within %s ms, 95 %% within %s ms, 99 %% within %s ms", p50, p95,
			   p99);
	free(p50);
	free(p95);
	free(p99);
}

static void show_times(const struct json *run)
{
	char text[SAY_TIME_MAX];

	say_time(json_get(run, "started"), text);
	say_field("started", *text ? text : "not yet");
	say_time(json_get(run, "ended"), text);
	say_field("ended", *text ? text : "not yet");
}

static void show_info(const struct ctl *ctl, const struct json *run)
{
	const struct json *requests = json_get(run, "requests");
	char *summary = runview_summary(run);
	char size[HUMAN_TEXT_MAX];

	say_text(stdout, summary, false);
	putchar('\n');
	free(summary);
	human_size((uint64_t)json_int(json_get(run, "bytes"), 0), size);
	say_field("trigger", json_str(json_get(run, "trigger")));
	say_fieldf("engine", "%s, %lld workers", json_str(json_get(run, "engine")),
		   (long long)json_int(json_get(run, "workers"), 0));
	show_times(run);
	say_fieldf("requests",
		   "%lld: %lld landed, %lld empty, %lld unchanged, %lld failed, %lld retries",
		   (long long)json_int(json_get(requests, "total"), 0),
		   (long long)json_int(json_get(requests, "landed"), 0),
		   (long long)json_int(json_get(requests, "empty"), 0),
		   (long long)json_int(json_get(requests, "unchanged"), 0),
		   (long long)json_int(json_get(requests, "failed"), 0),
		   (long long)json_int(json_get(requests, "retried"), 0));
	say_field("received", size);
	show_timings(run);
	runview_workers(ctl, run);
	runview_files(ctl, run);
}

int verb_info(struct ctl *ctl)
{
	if (!ask_run_number(ctl->words[0]))
		return CTL_USAGE;
	return ask_show(ctl, "GET", ask_path("/v1/runs/", ctl->words[0], ""), show_info);
}

static void show_failed(const struct ctl *ctl, const struct json *requests)
{
	struct table *table = table_new(ctl);

	table_column(table, "PARAMETERS", TABLE_LONG);
	table_column(table, "PAGE", TABLE_NUMBER);
	table_column(table, "STATUS", TABLE_NUMBER);
	table_column(table, "TRIES", TABLE_NUMBER);
	table_column(table, "ERROR", TABLE_LONG);
	table_column(table, "URL", TABLE_LONG);
	for (size_t i = 0; i < json_len(requests); i++) {
		const struct json *request = json_at(requests, i);
		char *params = say_pairs(json_get(request, "params"));

		table_row(table);
		table_cell(table, params);
		table_scalar(table, json_get(request, "page"));
		table_scalar(table, json_get(request, "status"));
		table_scalar(table, json_get(request, "tries"));
		table_scalar(table, json_get(request, "error"));
		table_scalar(table, json_get(request, "url"));
		free(params);
	}
	table_print(table);
	if (json_len(requests) == 0 && ctl->legend)
		puts("no request of that run failed");
}

int verb_failed(struct ctl *ctl)
{
	if (!ask_run_number(ctl->words[0]))
		return CTL_USAGE;
	return ask_show_list(ctl, ask_path("/v1/runs/", ctl->words[0], "/requests?state=failed"),
			     "after", show_failed);
}

static void show_cancelled(const struct ctl *ctl, const struct json *run)
{
	printf("run %s is being cancelled; what it has landed stays\n", ctl->words[0]);
}

int verb_cancel(struct ctl *ctl)
{
	if (!ask_run_number(ctl->words[0]))
		return CTL_USAGE;
	return ask_show(ctl, "POST", ask_path("/v1/runs/", ctl->words[0], "/cancel"),
			show_cancelled);
}
