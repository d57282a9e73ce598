/* fetchctl list, delete, enable, disable: the jobs as a whole, and their switches. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/say.h"
#include "fetchctl/table.h"

static void job_row(struct table *table, const struct json *job)
{
	const struct json *last = json_get(job, "last");

	table_row(table);
	table_scalar(table, json_get(job, "name"));
	if (json_get(job, "running"))
		table_cell(table, "running");
	else
		table_cell(table,
			   json_bool(json_get(job, "enabled"), false) ? "enabled" : "disabled");
	table_scalar(table, json_get(job, "engine"));
	table_scalar(table, json_get(job, "workers"));
	table_scalar(table, json_get(job, "schedule"));
	table_time(table, json_get(job, "next"));
	table_scalar(table, json_get(last, "result"));
	table_time(table, json_get(last, "ended"));
	table_scalar(table, json_get(job, "description"));
}

static void show_jobs(const struct ctl *ctl, const struct json *jobs)
{
	struct table *table = table_new(ctl);

	table_column(table, "JOB", TABLE_TEXT);
	table_column(table, "STATE", TABLE_STATE);
	table_column(table, "ENGINE", TABLE_TEXT);
	table_column(table, "WORKERS", TABLE_NUMBER);
	table_column(table, "SCHEDULE", TABLE_SPARE);
	table_column(table, "NEXT", TABLE_SPARE);
	table_column(table, "LAST RESULT", TABLE_STATE);
	table_column(table, "ENDED", TABLE_TEXT);
	table_column(table, "DESCRIPTION", TABLE_LONG | TABLE_SPARE);
	for (size_t i = 0; i < json_len(jobs); i++)
		job_row(table, json_at(jobs, i));
	table_print(table);
	if (json_len(jobs) == 0 && ctl->legend)
		puts("no jobs yet; 'fetchctl apply FILE' adds those of a file");
}

int verb_list(struct ctl *ctl)
{
	return ask_show_list(ctl, xstrdup("/v1/jobs"), "after", show_jobs);
}

/* One call about one job whose reply, if any, is the job; `done` finishes the sentence. */
static int change(struct ctl *ctl, const char *method, const char *what, const char *done)
{
	char *path = ask_path("/v1/jobs/", ctl->words[0], what);
	struct json *job = NULL;
	int r = ask(ctl, method, path, NULL, &job);

	free(path);
	if (r)
		return r;
	if (!ctl->json)
		printf("%s is %s\n", ctl->words[0], done);
	else if (job)
		say_json(job, true);
	json_unref(job);
	return CTL_DONE;
}

int verb_delete(struct ctl *ctl)
{
	return change(ctl, "DELETE", "", "deleted; what it has landed stays");
}

int verb_enable(struct ctl *ctl)
{
	return change(ctl, "POST", "/enable", "enabled");
}

int verb_disable(struct ctl *ctl)
{
	return change(ctl, "POST", "/disable", "disabled");
}
