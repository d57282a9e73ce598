/* Making a job from its definition: see job.h. */
#include "spec/job.h"

#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "spec/job_parts.h"

bool job_name_valid(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789";
	size_t len = strlen(name);

	if (len == 0 || len > JOB_NAME_MAX || !strchr(letters, *name))
		return false;
	for (; *name; name++)
		if (!strchr(letters, *name) && !strchr("._-", *name))
			return false;
	return true;
}

/* Which of the alternatives was written; the rows only fill what they share. */
static void settle(struct job *job)
{
	job_auth_settle(job);
	if (job->body_kind == JOB_BODY_GRAPHQL && !job_written(job->document, "/request/method")) {
		free(job->method);
		job->method = xstrdup("POST");
	}
	paging_settle(&job->paging, json_get(job->document, "pages"));
}

static void close_matrix(struct job *job, const struct walk *walk)
{
	struct err err = ERR_INIT;

	if (matrix_close(&job->matrix, job->matrix.combine, &err) < 0)
		walk_problem_at(walk, "/params", AT_VALUE, "%s", err.text);
}

static void check_name(const struct job *job, const struct walk *walk)
{
	if (!job_name_valid(job->name))
		walk_problem_at(walk, "", AT_KEY,
				"\"%.80s\" cannot be a job's name: 1 to 64 letters, digits, "
				"\".\", \"_\" and \"-\", beginning with a letter or digit",
				job->name);
}

static void hash_document(struct job *job)
{
	char *text = json_text(job->document, false);
	char *whole = xasprintf("%s\n%s", job->name, text);

	job->hash = hash_bytes(whole, strlen(whole));
	free(whole);
	free(text);
}

static void free_job(struct job *job)
{
	fields_done(job_fields, job);
	free(job->name);
	free(job->source);
	json_unref(job->document);
	free(job);
}

static struct job *begin_job(const struct job_source *source)
{
	struct job *job = xcalloc(1, sizeof(*job));
	const char *file = source->doc ? doc_file(source->doc) : NULL;

	job->refs = 1;
	job->name = xstrdup(source->name);
	job->document = source->definition ? json_copy(source->definition) : json_new_object();
	if (file && !source->strict_paths) {
		job->source = file_absolute(file, NULL);
		fields_absolute(job_fields, job->document, job->source);
	} else {
		job->source = xstrdup(file ? file : "");
	}
	return job;
}

struct job *job_read(const struct job_source *source, struct problems *problems)
{
	size_t before = problems->raised;
	struct job *job = begin_job(source);
	struct walk walk = { .doc = source->doc,
			     .base = source->base,
			     .fallback = source->fallback,
			     .problems = problems };

	check_name(job, &walk);
	fields_read(job_fields, job->document, job, &walk, NULL);
	settle(job);
	close_matrix(job, &walk);
	job_check_rules(job, job->document, &walk);
	job_check_incremental(job, &walk);
	job_check_templates(job, &walk);
	job_check_path(job, &walk);
	if (problems->raised != before) {
		free_job(job);
		return NULL;
	}
	hash_document(job);
	return job;
}

struct job *job_new(const char *name, const struct json *definition, const struct doc *doc,
		    const char *base, struct problems *problems)
{
	bool no_file = !doc || doc_file(doc)[0] == '<';
	struct job_source source = { .name = name,
				     .definition = definition,
				     .doc = doc,
				     .base = base ? base : "",
				     .strict_paths = no_file };

	return job_read(&source, problems);
}

void job_check_defaults(const struct doc *doc, const char *pointer, bool strict_paths,
			struct problems *problems)
{
	struct job_source source = { .name = "",
				     .definition = json_find(doc_root(doc), pointer),
				     .doc = doc,
				     .strict_paths = strict_paths };
	struct walk walk = { .doc = doc, .base = pointer, .problems = problems, .partial = true };
	struct job *job = begin_job(&source);

	fields_read(job_fields, job->document, job, &walk, NULL);
	free_job(job);
}

struct job *job_ref(const struct job *job)
{
	struct job *counted = (struct job *)job;

	__atomic_fetch_add(&counted->refs, 1, __ATOMIC_RELAXED);
	return counted;
}

void job_unref(struct job *job)
{
	if (job && __atomic_fetch_sub(&job->refs, 1, __ATOMIC_ACQ_REL) == 1)
		free_job(job);
}

struct json *job_show(const struct job *job)
{
	return fields_show(job_fields, job);
}
