/* Jobs that came over the socket, see stored.h. */
#include "fetchd/stored.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/reply.h"
#include "io/file.h"
#include "spec/lineage.h"

struct stored {
	struct change change;
	char *name;
	char *path; /* <state_dir>/jobs.d/NAME.json */
	char *secrets_dir;
	enum doc_syntax syntax; /* of the body */
	bool deletes;
	struct buf body;    /* of a put */
	struct jobset *set; /* after a put: the job as a start would read it */
};

struct fence {
	const char *dir;
	const struct doc *doc;
	struct problems *problems;
};

static void check_secret(const char *pointer, struct secret_ref *ref, void *arg)
{
	const struct fence *fence = arg;
	size_t len = strlen(fence->dir);
	char *place;

	if (ref->kind != SECRET_FILE ||
	    (strncmp(ref->name, fence->dir, len) == 0 && ref->name[len] == '/' &&
	     file_path_clean(ref->name + len + 1)))
		return;
	place = xasprintf("%s/file", pointer);
	problems_add(fence->problems, fence->doc, place,
		     "a job from the socket takes its secrets from secrets_dir, which is %s",
		     fence->dir);
	free(place);
}

void stored_check_secrets(const struct job *job, const char *secrets_dir, const struct doc *doc,
			  struct problems *problems)
{
	struct fence fence = { secrets_dir, doc, problems };

	if (secrets_dir)
		fields_each_secret(job_fields, job, check_secret, &fence);
}

static bool is_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return strncmp(path, dir, len) == 0 && path[len] == '/' && file_path_clean(path + len + 1);
}

/* Why a client may not have this source: the values of a parameter are in addresses, which
 * everybody may see, so it must not read what is kept from others: fetchd's environment, and where
 * secrets are fenced in, any file. NULL: it may. */
static const char *source_fault(const struct source *source, const struct config *config)
{
	if (source->kind == SOURCE_ENV)
		return "a job from the socket does not read the environment of fetchd; its job "
		       "files do";
	if (source->kind == SOURCE_FILE && config->secrets_dir &&
	    !is_below(source->name, config->data_dir))
		return "a job from the socket takes the values of its parameters from data_dir";
	return NULL;
}

static void check_inputs(const struct job *job, const struct config *config, const struct doc *doc,
			 struct problems *problems)
{
	for (size_t i = 0; i < job->matrix.nparams; i++) {
		const struct matrix_param *param = &job->matrix.params[i];
		const char *fault = source_fault(&param->source, config);
		const char *key = param->source.kind == SOURCE_ENV ? "env" : "file";
		char *pointer;

		if (!fault)
			continue;
		pointer = xasprintf("/params/%s/%s", param->name, key);
		problems_add(problems, doc, pointer, "params.%s.%s: %s%s%s", param->name, key,
			     fault, param->source.kind == SOURCE_FILE ? ", which is " : "",
			     param->source.kind == SOURCE_FILE ? config->data_dir : "");
		free(pointer);
	}
}

/* Whether the two are in each other's way. */
static void check_pair(const struct job *job, const char *path, const struct job *other,
		       struct problems *problems, const struct doc *doc)
{
	char *taken = job_output_sample(other);
	const char *how = NULL;

	if (taken && strcmp(taken, path) == 0)
		how = "lands there too";
	else if (taken && job_output_holds(other, taken, path))
		how = "keeps its snapshots above it";
	else if (taken && job_output_holds(job, path, taken))
		how = "lands among what would be its snapshots";
	if (how)
		problems_add(problems, doc, "/output/path",
			     "output.path: \"%s\" cannot be taken, the job \"%s\" (%s) %s", path,
			     other->name, other->source, how);
	free(taken);
}

/* Two jobs in one file would be refused by every later start. */
static void check_output(const struct job *job, const struct jobset *jobs, const struct doc *doc,
			 struct problems *problems)
{
	char *path = job_output_sample(job);

	for (size_t i = 0; path && i < jobs->len; i++)
		if (strcmp(jobs->jobs[i]->name, job->name) != 0)
			check_pair(job, path, jobs->jobs[i], problems, doc);
	free(path);
}

struct lookup {
	const struct jobset *jobs;
	const struct job *job; /* stands in for the one of its name */
};

static const struct job *find_job(const char *name, void *arg)
{
	const struct lookup *lookup = arg;

	return strcmp(name, lookup->job->name) == 0 ? lookup->job : jobset_find(lookup->jobs, name);
}

static void check_lineage(const struct job *job, const struct jobset *jobs, const struct doc *doc,
			  struct problems *problems)
{
	struct lookup lookup = { jobs, job };
	char *fault = lineage_fault(job, find_job, &lookup, true);

	if (fault)
		problems_add(problems, doc, "/after", "after: %s", fault);
	free(fault);
}

/* The first job that runs after the one of that name; NULL: none. */
static const struct job *follower_of(const struct jobset *jobs, const char *name)
{
	for (size_t i = 0; i < jobs->len; i++)
		if (jobs->jobs[i]->after && strcmp(jobs->jobs[i]->after, name) == 0)
			return jobs->jobs[i];
	return NULL;
}

/* Only what a put left behind may be put again or deleted. */
static bool admit(struct change *change)
{
	struct stored *stored = (struct stored *)change;
	const struct job *job = jobset_find(change->daemon->jobs, stored->name);
	const struct job *follower =
		stored->deletes ? follower_of(change->daemon->jobs, stored->name) : NULL;

	if (job && strcmp(job->source, stored->path) != 0)
		call_problem(change->call, 409, NULL,
			     "the job \"%s\" is defined by %s; %s it there", stored->name,
			     job->source, stored->deletes ? "remove" : "change");
	else if (!job && stored->deletes)
		reply_no_job(change->call, stored->name);
	else if (follower)
		call_problem(change->call, 409, NULL,
			     "the job \"%s\" runs after \"%s\"; change or remove it first",
			     follower->name, stored->name);
	else
		return true;
	return false;
}

/* The user's text, checked with its own places; NULL when it is no job. The set of jobs does not
 * change while a change is under way, so that this thread may read it. */
static struct job *read_body(struct stored *stored)
{
	struct problems *problems = &stored->change.problems;
	struct doc *doc;
	struct job *job;

	if (doc_parse_checked("<request>", stored->syntax, buf_slice(&stored->body), problems,
			      &doc) < 0)
		return NULL;
	job = job_new(stored->name, doc_root(doc), doc, "", problems);
	if (job) {
		stored_check_secrets(job, stored->secrets_dir, doc, problems);
		check_inputs(job, stored->change.daemon->config, doc, problems);
		check_output(job, stored->change.daemon->jobs, doc, problems);
		check_lineage(job, stored->change.daemon->jobs, doc, problems);
	}
	doc_free(doc);
	return job;
}

/* {"jobs": {NAME: definition}}, as any job file. */
static char *file_text(const struct job *job)
{
	struct json *doc = json_new_object();
	struct json *jobs = json_put(doc, "jobs", json_new_object());
	char *text;

	json_put(jobs, job->name, json_ref(job->document));
	text = json_text(doc, true);
	json_unref(doc);
	return text;
}

static char *directory_of(const char *path)
{
	return xstrndup(path, (size_t)(strrchr(path, '/') - path));
}

static int write_file(struct stored *stored, const char *text)
{
	struct change *change = &stored->change;
	char *dir = directory_of(stored->path);
	int code = file_mkdir_p(dir, 0750, &change->err);

	if (code == 0)
		code = file_replace(stored->path, text, strlen(text), 0640, &change->err);
	free(dir);
	return code;
}

/* The text that will be stored is read as a start would read it before it is written. */
static void put_work(struct change *change)
{
	struct stored *stored = (struct stored *)change;
	struct job *job = read_body(stored);
	char *text = NULL;

	if (job && change->problems.len == 0) {
		text = file_text(job);
		stored->set = jobset_parse(stored->path, DOC_JSON, slice_of(text), true,
					   &change->problems);
	}
	if (text && change->problems.len == 0)
		change->code = write_file(stored, text);
	free(text);
	job_unref(job);
}

static void put_apply(struct change *change)
{
	struct stored *stored = (struct stored *)change;
	struct daemon *daemon = change->daemon;
	bool known = jobset_find(daemon->jobs, stored->name) != NULL;
	struct job *job;

	if (change->problems.len > 0) {
		reply_problems(change->call, &change->problems);
		return;
	}
	if (change->code < 0) {
		reply_error(change->call, change->code, &change->err);
		return;
	}
	job = stored->set->jobs[0];
	jobset_put(daemon->jobs, job);
	log_run(LOG_LEVEL_INFO, job->name, 0, "%s over the socket", known ? "changed" : "added");
	events_job_changed(daemon->events, job->name, known ? "changed" : "added");
	call_reply(change->call, known ? 200 : 201, reply_job(daemon, job));
}

static void delete_work(struct change *change)
{
	struct stored *stored = (struct stored *)change;
	char *dir = directory_of(stored->path);
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		change->code = err_sys(&change->err, -errno, "cannot open %s", dir);
	else if (unlink(stored->path) < 0 && errno != ENOENT)
		change->code = err_sys(&change->err, -errno, "cannot remove %s", stored->path);
	else
		change->code = file_sync_dir(fd, &change->err);
	if (fd >= 0)
		close(fd);
	free(dir);
}

static void delete_apply(struct change *change)
{
	struct stored *stored = (struct stored *)change;
	struct daemon *daemon = change->daemon;

	if (change->code < 0) {
		reply_error(change->call, change->code, &change->err);
		return;
	}
	jobset_drop(daemon->jobs, stored->name);
	log_run(LOG_LEVEL_INFO, stored->name, 0, "removed over the socket");
	events_job_changed(daemon->events, stored->name, "removed");
	call_reply_empty(change->call, 204);
}

static void release(struct change *change)
{
	struct stored *stored = (struct stored *)change;

	free(stored->name);
	free(stored->path);
	free(stored->secrets_dir);
	buf_done(&stored->body);
	jobset_free(stored->set);
	free(stored);
}

static const struct change_kind put_kind = { admit, put_work, put_apply, release };
static const struct change_kind delete_kind = { admit, delete_work, delete_apply, release };

static struct stored *new_change(const struct change_kind *kind, struct call *call,
				 const struct config *config)
{
	struct stored *stored = xcalloc(1, sizeof(*stored));

	stored->change.kind = kind;
	stored->change.call = call;
	stored->name = xstrdup(call_path_param(call, "job"));
	stored->path = xasprintf("%s/jobs.d/%s.json", config->state_dir, stored->name);
	if (config->secrets_dir)
		stored->secrets_dir = xstrdup(config->secrets_dir);
	return stored;
}

void handle_job_put(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct stored *stored;

	if (!job_name_valid(call_path_param(call, "job"))) { /* it becomes a file's name */
		call_problem(call, 422, NULL,
			     "a job's name is 1 to 64 letters, digits, dots, dashes and "
			     "underscores, and begins with a letter or digit");
		return;
	}
	stored = new_change(&put_kind, call, daemon->config);
	stored->syntax = strstr(call_content_type(call), "yaml") ? DOC_YAML : DOC_JSON;
	buf_init(&stored->body, DOC_BYTES_MAX);
	buf_add_slice(&stored->body, call_body(call));
	changes_queue(daemon, &stored->change);
}

void handle_job_delete(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct stored *stored;

	if (!reply_job_of(call, daemon))
		return;
	stored = new_change(&delete_kind, call, daemon->config);
	stored->deletes = true;
	changes_queue(daemon, &stored->change);
}
