/* Jobs as they are: list, one of them, and the switch that wins over the file. */
#include "fetchd/handlers_jobs.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/reply.h"

/* The first job whose name comes after `name`. */
static size_t index_after(const struct jobset *jobs, const char *name)
{
	size_t low = 0, high = jobs->len;

	while (name && low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(jobs->jobs[middle]->name, name) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void handle_jobs(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	const struct jobset *jobs = daemon->jobs;
	size_t i = index_after(jobs, call_query(call, "after"));
	struct json *reply, *items;
	unsigned limit;

	if (!reply_limit(call, &limit))
		return;
	reply = json_new_object();
	items = json_put(reply, "items", json_new_array());
	for (; i < jobs->len && limit > 0; i++, limit--)
		json_push(items, reply_job(daemon, jobs->jobs[i]));
	json_put_str(reply, "next", i > 0 && i < jobs->len ? jobs->jobs[i - 1]->name : NULL);
	call_reply(call, 200, reply);
}

void handle_job(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);
	struct json *reply;

	if (!job)
		return;
	reply = reply_job(daemon, job);
	json_put(reply, "definition", job_show(job));
	call_reply(call, 200, reply);
}

struct switching {
	struct reply_wait *wait;
	char *job;
	bool enabled;
};

static void switched(int code, const struct err *err, void *arg)
{
	struct switching *switching = arg;
	struct call *call = switching->wait->call;
	struct daemon *daemon = switching->wait->daemon;
	struct job *job = jobset_find(daemon->jobs, switching->job);

	if (code < 0)
		reply_error(call, code, err);
	else if (!job)
		reply_no_job(call, switching->job);
	else
		call_reply(call, 200, reply_job(daemon, job));
	if (code == 0)
		events_job_changed(daemon->events, switching->job,
				   switching->enabled ? "enabled" : "disabled");
	free(switching->job);
	free(switching->wait);
	free(switching);
}

static void switch_job(struct call *call, struct daemon *daemon, bool enabled)
{
	struct job *job = reply_job_of(call, daemon);
	struct switching *switching;

	if (!job)
		return;
	switching = xcalloc(1, sizeof(*switching));
	switching->wait = reply_wait_new(daemon, call);
	switching->job = xstrdup(job->name);
	switching->enabled = enabled;
	dispatcher_switch(daemon->dispatcher, job->name, enabled, switched, switching);
}

void handle_job_enable(struct call *call, void *daemon)
{
	switch_job(call, daemon, true);
}

void handle_job_disable(struct call *call, void *daemon)
{
	switch_job(call, daemon, false);
}
