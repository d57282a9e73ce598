/* Showing runs: see runview.h. */
#include "fetchctl/runview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/human.h"
#include "base/xalloc.h"
#include "control/runtext.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

#define CREW_SHOWN 50 /* workers: more than that no person reads */

static bool is_deferred(const struct json *run)
{
	return strcmp(say_member(run, "state"), "deferred") == 0;
}

bool runview_ended(const struct json *run)
{
	return json_str(json_get(run, "result")) || is_deferred(run) ||
	       strcmp(say_member(run, "state"), "ended") == 0;
}

char *runview_summary(const struct json *run)
{
	struct buf text;

	buf_init(&text, 4096);
	runtext_summary(run, &text);
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
		char size[HUMAN_TEXT_MAX];

		human_size((uint64_t)json_int(json_get(file, "bytes"), 0), size);
		table_row(table);
		table_scalar(table, json_get(file, "name"));
		table_scalar(table, json_get(file, "rows"));
		table_cell(table, size);
		table_cell(table, json_bool(json_get(file, "live"), false) ? "live" : "closed");
	}
	table_print_below(table);
}
