/* What a run would do: see plan.h. */
#include "run/plan.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/format.h"
#include "data/pack.h"
#include "fetch/page.h"
#include "fetch/request.h"
#include "run/inputs.h"
#include "run/marks_frozen.h"
#include "run/plan_matrix.h"
#include "spec/problem.h"
#include "spec/units.h"

/* {"url", "params"} of a point; NULL with a sentence when it cannot be built. */
static struct json *point_plan(const struct request_scope *scope, uint64_t index, struct err *err)
{
	struct request *request;
	struct json *doc;
	char *url;

	if (request_build(scope, index, 0, NULL, &request, err) < 0)
		return NULL;
	url = request_url_shown(request, request->url);
	doc = json_new_object();
	json_put_str(doc, "url", url);
	json_put(doc, "params", matrix_point_json(&scope->job->matrix, index));
	free(url);
	request_free(request);
	return doc;
}

static struct json *column_names(const struct job *job)
{
	struct json *names;

	if (job->columns_auto)
		return json_new_string("auto");
	names = json_new_array();
	for (size_t i = 0; i < job->ncolumns; i++)
		json_push(names, json_new_string(job->columns[i].name));
	return names;
}

struct json *plan_types(const struct job *job)
{
	struct json *types;

	if (job->columns_auto)
		return NULL;
	types = json_new_array();
	for (size_t i = 0; i < job->ncolumns; i++)
		json_push(types, json_new_string(job_type_name(job->columns[i].type)));
	return types;
}

static void put_rejects(struct json *plan, const struct job *job, const char *path)
{
	char *name = job_can_reject(job) ? xasprintf("%s%s%s", path, JOB_REJECTS_SUFFIX,
						     format_of(JOB_FORMAT_REJECTS)->extension)
					 : NULL;

	json_put_str(plan, "rejects", name);
	free(name);
}

/* The words of a job file for what was chosen. */
static void put_choices(struct json *plan, const struct job *job)
{
	static const char *const choices[] = { "format", "mode", "compress", "order" };
	struct json *shown = job_show(job);
	const struct json *output = json_get(shown, "output");

	for (size_t i = 0; i < sizeof(choices) / sizeof(choices[0]); i++)
		json_put(plan, choices[i], json_ref(json_get(output, choices[i])));
	json_unref(shown);
}

static void put_rotation(struct json *plan, const struct job *job)
{
	struct json *rotate = json_put(plan, "rotate", json_new_object());
	char every[UNITS_TEXT_MAX];

	duration_format(job->rotate_every_ms, every);
	json_put(rotate, "size",
		 job->rotate_bytes ? json_new_int((int64_t)job->rotate_bytes) : NULL);
	json_put(rotate, "rows", job->rotate_rows ? json_new_int((int64_t)job->rotate_rows) : NULL);
	json_put_str(rotate, "every", job->rotate_every_ms ? every : NULL);
}

/* The first file, of a run of this moment; how the others differ is in `path`. */
static void put_output(struct json *plan, const struct job *job, const char *path)
{
	const struct format *format = format_of(job->format);
	struct json *files = json_put(plan, "files", json_new_array());
	const char *where = path ? path : "";
	char *name = job->mode == JOB_MODE_SNAPSHOT
			     ? xasprintf("%s/RUN/part-00001%s%s", where, format->extension,
					 pack_extension(job->compress))
			     : xasprintf("%s%s", where, format->extension);

	if (path)
		json_push(files, json_new_string(name));
	free(name);
	json_put_bool(plan, "varies", job_output_varies(job));
	put_choices(plan, job);
	put_rotation(plan, job);
}

static char *first_output(const struct job *job, int64_t slot_ms, struct err *err)
{
	struct point point;

	matrix_point(&job->matrix, 0, &point);
	return job_output(job, slot_ms, &point, err);
}

/* What is asked for, by the mark of the first request. */
static void put_increment(struct json *plan, const struct request_scope *scope)
{
	const struct job_incremental *incremental = &scope->job->incremental;
	const char *frozen = request_mark(scope, 0);
	struct slice mark = mark_thaw(frozen).value;
	struct buf sent;
	struct json *doc;

	json_put_bool(plan, "conditional", scope->job->conditional);
	if (!incremental->cursor) {
		json_put(plan, "incremental", NULL);
		return;
	}
	buf_init(&sent, MARK_MAX);
	doc = json_put(plan, "incremental", json_new_object());
	json_put_str(doc, "cursor", pointer_text(incremental->cursor));
	json_put_str(doc, "type", marks_type(scope->job));
	json_put_str(doc, "per", incremental->per == JOB_MARK_PER_JOB ? "job" : "request");
	json_put(doc, "mark", mark.ptr ? json_new_string_len(mark.ptr, mark.len) : NULL);
	if (job_mark_sent(scope->job, frozen, &sent, NULL) == 0 && sent.len > 0)
		json_put_str(doc, "since", buf_text(&sent));
	else
		json_put(doc, "since", NULL);
	buf_done(&sent);
}

/* What is told of the first and the last point, and where the rows of the first one land. */
struct ends {
	struct json *first, *last;
	char *path; /* NULL: not known */
};

/* False with a sentence when a request cannot be built. */
static bool find_ends(const struct request_scope *scope, struct ends *ends, struct err *err)
{
	const struct job *job = scope->job;

	ends->first = point_plan(scope, 0, err);
	if (ends->first)
		ends->path = first_output(job, scope->scheduled_ms, err);
	if (ends->path)
		ends->last = point_plan(scope, job->matrix.points - 1, err);
	if (ends->last)
		return true;
	json_unref(ends->first);
	free(ends->path);
	return false;
}

static struct json *make(const struct job *job, const struct spool *marks, struct err *err)
{
	/* Secrets are not needed to show a URL, so they are not read: a stand-in takes their place.
	 */
	struct request_scope scope = {
		.job = job,
		.scheduled_ms = clock_unix_ms() / 1000 * 1000, /* as a run by hand has it */
		.secrets = { [JOB_SECRET_AUTH] = job->auth == JOB_AUTH_NONE ? NULL : "***" },
		.marks = marks,
	};
	uint64_t points = job->matrix.points; /* 0: a first request must be made to know them */
	struct ends ends = { 0 };
	struct json *plan;

	if (points && !find_ends(&scope, &ends, err))
		return NULL;
	if (!points && !job_output_varies(job))
		ends.path = job_output(job, scope.scheduled_ms, NULL, err);
	plan = json_new_object();
	json_put_str(plan, "job", job->name);
	json_put_str(plan, "after", job->after);
	json_put_str(plan, "engine", job->engine);
	json_put_int(plan, "workers", job->workers);
	json_put(plan, "requests", points ? json_new_int((int64_t)points) : NULL);
	plan_put_matrix(plan, job);
	json_put(plan, "first", ends.first);
	json_put(plan, "last", ends.last);
	json_put_str(plan, "pages",
		     job->paging.by == JOB_PAGES_NONE ? NULL : paginator_of(job->paging.by)->name);
	json_put(plan, "auth", job_auth_shown(job));
	put_increment(plan, &scope);
	json_put(plan, "columns", column_names(job));
	json_put(plan, "types", plan_types(job));
	put_output(plan, job, ends.path);
	put_rejects(plan, job, ends.path);
	free(ends.path);
	return plan;
}

struct json *plan_of(const struct job *job, struct err *err)
{
	return make(job, NULL, err);
}

bool plan_looks_up(const struct job *job)
{
	return job_has_inputs(job) || job->incremental.cursor;
}

/* As a run that begins now would have them. */
static int freeze(struct db *db, struct job *job, struct json *definition, struct inputs *inputs,
		  struct err *err)
{
	int rc = job_has_inputs(job) ? inputs_freeze(db, job, definition, inputs, err) : 0;

	if (rc == 0 && job->incremental.cursor && job->matrix.points)
		rc = marks_freeze(db, job, definition, &inputs->marks, err);
	return rc;
}

struct json *plan_with_inputs(struct db *db, const char *data_dir, const struct job *job,
			      struct err *err)
{
	struct json *definition = json_copy(job->document), *plan = NULL;
	struct problems problems = { 0 };
	struct inputs inputs = { .data_dir = data_dir, .open = true };
	struct job *own = job_new(job->name, definition, NULL, "", &problems);

	if (!own)
		err_set(err, -EINVAL, "the job cannot be used: %s",
			problems.len ? problems.items[0].sentence : "no reason was given");
	else if (freeze(db, own, definition, &inputs, err) == 0)
		plan = make(own, inputs.marks, err);
	job_unref(own);
	inputs_done(&inputs);
	json_unref(definition);
	problems_done(&problems);
	return plan;
}
