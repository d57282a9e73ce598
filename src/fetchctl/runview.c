/* Showing runs: see runview.h. */
#include "fetchctl/runview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"
#include "spec/units.h"

#define CREW_SHOWN 50 /* workers: more than that no person reads */

static const struct {
	const char *result;
	int status;
} results[] = {
	{ "complete", CTL_DONE },       { "unchanged", CTL_DONE },
	{ "partial", CTL_RUN_PARTIAL }, { "failed", CTL_RUN_FAILED },
	{ "suspect", CTL_RUN_SUSPECT }, { "cancelled", CTL_RUN_CANCELLED },
};

static const char *text_of(const struct json *object, const char *key)
{
	const char *text = json_str(json_get(object, key));

	return text ? text : "";
}

static bool is_deferred(const struct json *run)
{
	return strcmp(text_of(run, "state"), "deferred") == 0;
}

bool runview_ended(const struct json *run)
{
	return json_str(json_get(run, "result")) || is_deferred(run) ||
	       strcmp(text_of(run, "state"), "ended") == 0;
}

int runview_status(const struct json *run)
{
	if (is_deferred(run))
		return CTL_RUN_DEFERRED;
	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		if (strcmp(text_of(run, "result"), results[i].result) == 0)
			return results[i].status;
	return CTL_FAILED;
}

int64_t runview_done(const struct json *requests)
{
	int64_t total = json_int(json_get(requests, "total"), 0);
	int64_t done = json_int(json_get(requests, "landed"), 0) +
		       json_int(json_get(requests, "failed"), 0) +
		       json_int(json_get(requests, "empty"), 0) +
		       json_int(json_get(requests, "unchanged"), 0);

	return done < total ? done : total;
}

/* ", 6.8 s (14.7 req/s)"; nothing while it runs. */
static void add_duration(struct buf *text, const struct json *run, int64_t requests)
{
	int64_t took = say_between(json_get(run, "started"), json_get(run, "ended"));
	char human[UNITS_TEXT_MAX];

	if (took < 0)
		return;
	duration_human(took, human);
	buf_addf(text, ", %s", human);
	if (took > 0)
		buf_addf(text, " (%.1f req/s)", (double)requests * 1000 / (double)took);
}

char *runview_summary(const struct json *run)
{
	const struct json *requests = json_get(run, "requests");
	const char *result = text_of(run, "result");
	int64_t failed = json_int(json_get(requests, "failed"), 0);
	int64_t done = runview_done(requests);
	struct buf text;

	buf_init(&text, 4096);
	buf_addf(&text, "run %lld of %s: %s, %lld of %lld requests, %lld rows, %lld failed",
		 (long long)json_int(json_get(run, "id"), 0), text_of(run, "job"),
		 *result ? result : text_of(run, "state"), (long long)(done - failed),
		 (long long)json_int(json_get(requests, "total"), 0),
		 (long long)json_int(json_get(run, "rows"), 0), (long long)failed);
	add_duration(&text, run, done);
	if (*text_of(run, "reason"))
		buf_addf(&text, ": %s", text_of(run, "reason"));
	return buf_take(&text);
}

void runview_workers(const struct ctl *ctl, const struct json *run)
{
	const struct json *crew = json_get(run, "crew");
	struct table *table = table_new(ctl);

	table_column(table, "WORKER", TABLE_NUMBER);
	table_column(table, "PID", TABLE_NUMBER);
	table_column(table, "TID", TABLE_NUMBER);
	table_column(table, "REQUESTS", TABLE_NUMBER);
	table_column(table, "CONNECTIONS", TABLE_NUMBER);
	for (size_t i = 0; i < json_len(crew) && i < CREW_SHOWN; i++) {
		const struct json *member = json_at(crew, i);

		table_row(table);
		table_scalar(table, json_get(member, "worker"));
		table_scalar(table, json_get(member, "pid"));
		table_scalar(table, json_get(member, "tid"));
		table_scalar(table, json_get(member, "requests"));
		table_scalar(table, json_get(member, "connections"));
	}
	table_print_below(table);
	if (json_len(crew) > CREW_SHOWN && ctl->legend)
		printf("and %zu more workers; --json lists them\n", json_len(crew) - CREW_SHOWN);
}

void runview_files(const struct ctl *ctl, const struct json *run)
{
	const struct json *files = json_get(run, "files");
	struct table *table = table_new(ctl);

	table_column(table, "FILE", TABLE_TEXT);
	table_column(table, "ROWS", TABLE_NUMBER);
	table_column(table, "SIZE", TABLE_NUMBER);
	table_column(table, "", TABLE_TEXT);
	for (size_t i = 0; i < json_len(files); i++) {
		const struct json *file = json_at(files, i);
		char size[UNITS_TEXT_MAX];

		size_human((uint64_t)json_int(json_get(file, "bytes"), 0), size);
		table_row(table);
		table_scalar(table, json_get(file, "name"));
		table_scalar(table, json_get(file, "rows"));
		table_cell(table, size);
		table_cell(table, json_bool(json_get(file, "live"), false) ? "live" : "closed");
	}
	table_print_below(table);
}
