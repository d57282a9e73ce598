/* What several handlers answer with, see reply.h. */
#include "fetchd/reply.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchd/daemon.h"

/* Which HTTP status an error of the floors below is. */
static const struct {
	int code, status;
} error_statuses[] = {
	{ -EINVAL, 422 }, { -ERANGE, 422 },   { -ENOENT, 404 }, { -EBUSY, 409 },
	{ -EEXIST, 409 }, { -EALREADY, 409 }, { -EAGAIN, 503 }, { -EACCES, 403 },
	{ -EPERM, 403 },  { -E2BIG, 413 },    { -ENOSPC, 507 },
};

static int status_of(int code)
{
	for (size_t i = 0; i < sizeof(error_statuses) / sizeof(error_statuses[0]); i++)
		if (error_statuses[i].code == code)
			return error_statuses[i].status;
	return 500;
}

struct reply_wait *reply_wait_new(struct daemon *daemon, struct call *call)
{
	struct reply_wait *wait = xcalloc(1, sizeof(*wait));

	wait->daemon = daemon;
	wait->call = call;
	return wait;
}

void reply_error(struct call *call, int code, const struct err *err)
{
	call_problem(call, status_of(code), NULL, "%s",
		     err->text[0] ? err->text : strerror(code < 0 ? -code : EIO));
}

void reply_no_job(struct call *call, const char *name)
{
	call_problem(call, 404, NULL,
		     "there is no job \"%s\"; 'fetchctl list' shows those there are", name);
}

void reply_problems(struct call *call, const struct problems *problems)
{
	const struct problem *first = &problems->items[0];
	size_t more = problems->len - 1 + problems->dropped;
	struct json *extra = problems_json(problems);

	json_put_str(extra, "pointer", first->pointer);
	if (first->place.line) {
		json_put_int(extra, "line", first->place.line);
		json_put_int(extra, "column", first->place.column);
	}
	if (more == 0)
		call_problem(call, 422, extra, "%s", first->sentence);
	else
		call_problem(call, 422, extra, "%s (and %zu more)", first->sentence, more);
}

struct job *reply_job_of(struct call *call, const struct daemon *daemon)
{
	const char *name = call_path_param(call, "job");
	struct job *job = jobset_find(daemon->jobs, name);

	if (!job)
		reply_no_job(call, name);
	return job;
}

uint64_t reply_run_of(struct call *call)
{
	const char *text = call_path_param(call, "id");
	unsigned long long id = 0;
	char *end = NULL;

	errno = 0;
	if (text[0] >= '1' && text[0] <= '9')
		id = strtoull(text, &end, 10);
	if (end && *end == '\0' && errno == 0 && id <= INT64_MAX)
		return id;
	call_problem(call, 404, NULL,
		     "there is no run \"%s\"; 'fetchctl runs' shows those there are", text);
	return 0;
}

bool reply_limit(struct call *call, unsigned *limit)
{
	uint64_t value;

	if (!call_query_number(call, "limit",
			       (struct call_bounds) { REPLY_LIMIT_DEFAULT, 1, REPLY_LIMIT_MAX },
			       &value))
		return false;
	*limit = (unsigned)value;
	return true;
}

/* Without its workers, of which there may be a thousand: who wants them asks for the run. */
static struct json *last_run(const struct dispatcher *dispatcher, const char *job)
{
	const struct json *last = dispatcher_last(dispatcher, job);
	struct json *run = last ? json_new_object() : NULL;

	for (struct json_member m = json_first(last); m.key; m = json_next(m))
		if (strcmp(m.key, "crew") != 0)
			json_put(run, m.key, json_ref(m.value));
	return run;
}

struct json *reply_job(const struct daemon *daemon, const struct job *job)
{
	struct run *run = dispatcher_running(daemon->dispatcher, job->name);
	struct json *doc = json_new_object();

	json_put_str(doc, "name", job->name);
	json_put_str(doc, "description", job->description);
	json_put_bool(doc, "enabled", dispatcher_enabled(daemon->dispatcher, job));
	json_put_str(doc, "engine", job->engine);
	json_put_int(doc, "workers", job->workers);
	json_put(doc, "schedule", NULL);
	json_put(doc, "next", NULL);
	json_put(doc, "last", last_run(daemon->dispatcher, job->name));
	json_put(doc, "running", run && run_id(run) ? json_new_int((int64_t)run_id(run)) : NULL);
	json_put_str(doc, "source", job->source);
	return doc;
}
