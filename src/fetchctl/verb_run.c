/* fetchctl run, retry: start a run, or reopen one, and wait for it when asked to. */
#include "fetchctl/verb.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchctl/ask.h"
#include "fetchctl/await.h"
#include "fetchctl/ctl.h"
#include "fetchctl/params.h"
#include "fetchctl/say.h"
#include "spec/job.h"

/* The job's own when not given. */
static int add_workers(const struct ctl *ctl, struct json *order)
{
	const char *text = ctl->given[OPTION_WORKERS];
	unsigned long workers;
	char *end;

	if (!text)
		return 0;
	workers = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || workers < 1 || workers > JOB_WORKERS_MAX)
		return say_usage("--workers takes a number from 1 to %d, not \"%s\"",
				 JOB_WORKERS_MAX, text);
	json_put_int(order, "workers", (int64_t)workers);
	return 0;
}

/* The started run is shown or waited for. */
static int started(struct ctl *ctl, struct json *run)
{
	unsigned long long id = (unsigned long long)json_int(json_get(run, "id"), 0);

	if (ctl->given[OPTION_WAIT] || ctl->given[OPTION_FOLLOW])
		return await_run(ctl, run);
	if (ctl->json)
		say_json(run, true);
	else
		printf("run %llu started; 'fetchctl info %llu' shows how far it is\n", id, id);
	json_unref(run);
	return CTL_DONE;
}

int verb_run(struct ctl *ctl)
{
	struct json *order = json_new_object(), *run = NULL;
	char *path = ask_path("/v1/jobs/", ctl->words[0], "/run");
	int r = params_read(ctl, order);

	if (r == 0)
		r = add_workers(ctl, order);
	if (r == 0) {
		if (ctl->given[OPTION_ENGINE])
			json_put_str(order, "engine", ctl->given[OPTION_ENGINE]);
		r = ask(ctl, "POST", path, order, &run);
	}
	json_unref(order);
	free(path);
	return r ? r : started(ctl, run);
}

int verb_retry(struct ctl *ctl)
{
	struct json *run = NULL;
	char *path;
	int r;

	if (!ask_run_number(ctl->words[0]))
		return CTL_USAGE;
	path = ask_path("/v1/runs/", ctl->words[0], "/retry");
	r = ask(ctl, "POST", path, NULL, &run);
	free(path);
	return r ? r : started(ctl, run);
}
