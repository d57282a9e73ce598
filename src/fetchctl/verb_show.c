/* fetchctl show: one job as fetchd understood it, written so that it can be put into a job file. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>

#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/runview.h"
#include "fetchctl/say.h"
#include "fetchctl/yamltext.h"

static void comment(const char *text)
{
	fputs("# ", stdout);
	say_text(stdout, text, false);
	putchar('\n');
}

static void show_job(const struct ctl *ctl, const struct json *job)
{
	const struct json *last = json_get(job, "last");
	const char *source = json_str(json_get(job, "source"));
	struct json *named = json_new_object(), *jobs = json_new_object();

	printf("# %s", json_bool(json_get(job, "enabled"), false) ? "enabled" : "disabled");
	if (json_get(job, "running"))
		printf(", run %lld is under way", (long long)json_int(json_get(job, "running"), 0));
	putchar('\n');
	if (source)
		comment(source);
	if (last) {
		char *summary = runview_summary(last);

		comment(summary);
		free(summary);
	}
	json_put(named, json_str(json_get(job, "name")), json_ref(json_get(job, "definition")));
	json_put(jobs, "jobs", named);
	yamltext_print(stdout, jobs, 0);
	json_unref(jobs);
}

int verb_show(struct ctl *ctl)
{
	return ask_show(ctl, "GET", ask_path("/v1/jobs/", ctl->words[0], ""), show_job);
}
