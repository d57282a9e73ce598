/* Names in a job's templates: each must be a declared parameter, or one that fetchd gives. What the
 * values make of a template is not looked at here. */
#include <string.h>

#include "spec/job_parts.h"

struct scope {
	const struct job *job;
	const struct walk *walk;
	bool sent; /* it is part of the request */
};

static bool declared(const struct matrix *matrix, struct slice name)
{
	for (size_t i = 0; i < matrix->nparams; i++)
		if (slice_is(name, matrix->params[i].name))
			return true;
	return false;
}

/* ${mark} is what an incremental job asks from: not yet known where a file is named. */
static bool has_mark(const struct scope *scope)
{
	return scope->sent && scope->job->incremental.cursor;
}

static bool known(const struct scope *scope, struct slice name)
{
	return slice_is(name, "job") || slice_is(name, "scheduled") ||
	       (has_mark(scope) && slice_is(name, "mark")) || declared(&scope->job->matrix, name);
}

static void known_names(const struct scope *scope, struct buf *out)
{
	for (size_t i = 0; i < scope->job->matrix.nparams; i++)
		buf_addf(out, "%s, ", scope->job->matrix.params[i].name);
	buf_add_text(out, has_mark(scope) ? "job, scheduled, mark" : "job, scheduled");
}

static void refuse(const struct scope *scope, struct slice name, const struct trail *at)
{
	struct buf names;

	buf_init(&names, 512);
	known_names(scope, &names);
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

static const char *body_key(enum job_body kind)
{
	static const char *const keys[] = { [JOB_BODY_NONE] = "text",
					    [JOB_BODY_TEXT] = "text",
					    [JOB_BODY_JSON] = "json",
					    [JOB_BODY_FORM] = "form",
					    [JOB_BODY_GRAPHQL] = "graphql" };

	return keys[kind];
}

void job_check_templates(const struct job *job, const struct walk *walk)
{
	struct scope scope = { job, walk, true };
	struct trail request = { .key = "request" };
	struct trail url = { .up = &request, .key = "url" };
	struct trail headers = { .up = &request, .key = "headers" };
	struct trail query = { .up = &request, .key = "query" };
	struct trail form = { .up = &request, .key = "form" };
	struct trail body = { .up = &request, .key = body_key(job->body_kind) };
	struct trail output = { .key = "output" };
	struct trail output_path = { .up = &output, .key = "path" };

	check(&scope, job->url, &url);
	check_pairs(&scope, job->headers, job->nheaders, &headers);
	check_pairs(&scope, job->query, job->nquery, &query);
	check_pairs(&scope, job->form, job->nform, &form);
	check(&scope, job->body, &body);
	scope.sent = false;
	check(&scope, job->path, &output_path);
}
