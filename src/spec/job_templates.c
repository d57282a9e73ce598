/* Names in a job's templates: each must be a declared parameter, or one that fetchd gives. And the
 * one template that is filled before there is a request: where the rows land. */
#include <string.h>

#include "spec/job_parts.h"

#define OUTPUT_MAX_BYTES 4096

struct scope {
	const struct job *job;
	const struct walk *walk;
	bool path; /* an output path: only ${job} */
};

static bool declared(const struct matrix *matrix, struct slice name)
{
	for (size_t i = 0; i < matrix->nparams; i++)
		if (slice_is(name, matrix->params[i].name))
			return true;
	return false;
}

static bool known(const struct scope *scope, struct slice name)
{
	if (slice_is(name, "job"))
		return true;
	return !scope->path && (slice_is(name, "scheduled") || declared(&scope->job->matrix, name));
}

static void known_names(const struct scope *scope, struct buf *out)
{
	for (size_t i = 0; i < scope->job->matrix.nparams && !scope->path; i++)
		buf_addf(out, "%s, ", scope->job->matrix.params[i].name);
	buf_add_text(out, scope->path ? "job" : "job, scheduled");
}

static void refuse(const struct scope *scope, struct slice name, const struct trail *at)
{
	bool later = slice_is(name, "scheduled") || declared(&scope->job->matrix, name);
	struct buf names;

	buf_init(&names, 512);
	known_names(scope, &names);
	if (scope->path && later)
		walk_problem(scope->walk, at, AT_VALUE,
			     "this version does not support ${%.*s} in the path yet, only ${job}",
			     (int)name.len, name.ptr);
	else
		walk_problem(scope->walk, at, AT_VALUE, "unknown name ${%.*s}; known are %s",
			     (int)(name.len > 100 ? 100 : name.len), name.ptr, buf_text(&names));
	buf_done(&names);
}

static bool seen_before(const struct template *template, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (slice_equal(template_hole_name(template, i),
				template_hole_name(template, index)))
			return true;
	return false;
}

static void check(const struct scope *scope, const struct template *template,
		  const struct trail *at)
{
	size_t holes = template ? template_holes(template) : 0;

	for (size_t i = 0; i < holes && i < 100; i++) {
		struct slice name = template_hole_name(template, i);

		if (!known(scope, name) && !seen_before(template, i))
			refuse(scope, name, at);
	}
}

static void check_pairs(const struct scope *scope, const struct job_pair *pairs, size_t len,
			const struct trail *at)
{
	for (size_t i = 0; i < len; i++) {
		struct trail pair = { .up = at, .key = pairs[i].name };

		check(scope, pairs[i].value, &pair);
	}
}

void job_check_templates(const struct job *job, const struct walk *walk)
{
	struct scope scope = { job, walk, false }, path = { job, walk, true };
	struct trail request = { .key = "request" };
	struct trail url = { .up = &request, .key = "url" };
	struct trail headers = { .up = &request, .key = "headers" };
	struct trail query = { .up = &request, .key = "query" };
	struct trail form = { .up = &request, .key = "form" };
	struct trail body = { .up = &request,
			      .key = job->body_kind == JOB_BODY_JSON ? "json" : "text" };
	struct trail output = { .key = "output" };
	struct trail output_path = { .up = &output, .key = "path" };

	check(&scope, job->url, &url);
	check_pairs(&scope, job->headers, job->nheaders, &headers);
	check_pairs(&scope, job->query, job->nquery, &query);
	check_pairs(&scope, job->form, job->nform, &form);
	check(&scope, job->body, &body);
	check(&path, job->path, &output_path);
}

static struct slice job_value(struct slice name, void *arg)
{
	const struct job *const *job = arg;

	return slice_is(name, "job") ? slice_of((*job)->name) : (struct slice) { 0 };
}

bool job_output_varies(const struct job *job)
{
	return false;
}

bool job_output_moves(const struct job *job)
{
	return false;
}

char *job_output(const struct job *job, int64_t slot_ms, const struct point *point, struct err *err)
{
	char *output = NULL;
	struct buf text;

	buf_init(&text, OUTPUT_MAX_BYTES);
	if (template_expand(job->path, job_value, &job, &text, err) == 0)
		output = buf_take(&text);
	else
		err_within(err, "output.path");
	buf_done(&text);
	return output;
}
