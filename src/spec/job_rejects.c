/* The job whose rows are what another one rejects: job_rejects of job.h. */
#include <assert.h>

#include "spec/job_parts.h"

/* Their files close, are packed and go as those of the rows do; but there is no snapshot of
 * rejects, and what is kept of snapshots says nothing about them. */
static void put_output(struct json *definition, const struct job *job)
{
	static const char *const names[] = { "rotate", "compress", "keep" };
	size_t n = job->mode == JOB_MODE_APPEND ? 3 : 2;
	const struct json *written = json_get(job->document, "output");
	struct json *output = json_put(definition, "output", json_new_object());

	for (size_t i = 0; i < n; i++)
		if (json_has(written, names[i]))
			json_put(output, names[i], json_copy(json_get(written, names[i])));
	json_put_str(output, "format", "jsonl");
}

struct job *job_rejects(const struct job *job)
{
	struct json *definition = json_new_object();
	struct json *request = json_put(definition, "request", json_new_object());
	struct problems problems = { 0 };
	struct job *rejects;

	json_put_str(request, "url", "http://rejects/");
	put_output(definition, job);
	rejects = job_new(job->name, definition, NULL, "", &problems);
	assert(rejects); /* made of settings that were accepted before */
	rejects->format = JOB_FORMAT_REJECTS;
	problems_done(&problems);
	json_unref(definition);
	return rejects;
}

bool job_can_reject(const struct job *job)
{
	for (size_t i = 0; i < job->ncolumns; i++) {
		enum job_on_error own = job->columns[i].on_error;

		if ((own == JOB_ERROR_INHERIT ? job->on_error : own) == JOB_ERROR_REJECT &&
		    job->columns[i].type != JOB_TYPE_ANY)
			return true;
	}
	return false;
}
