/* Where the rows of a job land: `output.path`, filled for a slot and a point, and what is checked
 * of it when the job is read, so that no run fails for a path that could have been refused before.
 *
 * Nothing here looks at the disk.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "spec/job_parts.h"

#define TRY_MAX_BYTES 65536

/* What the names in the path stand for. */
struct filling {
	const struct job *job;
	const struct point *point; /* NULL: there is none */
	char slot[CLOCK_TEXT_MAX];
};

static struct slice look_up(struct slice name, void *arg)
{
	const struct filling *filling = arg;

	if (slice_is(name, "job"))
		return slice_of(filling->job->name);
	if (slice_is(name, "scheduled"))
		return slice_of(filling->slot);
	return filling->point ? point_value(&filling->job->matrix, filling->point, name)
			      : (struct slice) { NULL, 0 };
}

static bool ends_as_rejects(const struct buf *path)
{
	size_t len = strlen(JOB_REJECTS_SUFFIX);

	return path->len >= len &&
	       memcmp(path->data + path->len - len, JOB_REJECTS_SUFFIX, len) == 0;
}

static int fill(const struct job *job, int64_t slot_ms, const struct point *point, struct buf *out,
		struct err *err)
{
	struct filling filling = { .job = job, .point = point };
	int ret;

	clock_format(slot_ms, filling.slot);
	ret = template_expand(job->path, look_up, &filling, out, err);
	return ret == 0 && ends_as_rejects(out)
		       ? err_set(err, -EINVAL, "rejected records stand where a path ends in \"%s\"",
				 JOB_REJECTS_SUFFIX)
		       : ret;
}

char *job_output(const struct job *job, int64_t slot_ms, const struct point *point, struct err *err)
{
	char *output = NULL;
	struct buf text;
	int ret;

	buf_init(&text, JOB_PATH_MAX);
	ret = fill(job, slot_ms, point, &text, err);
	if (ret == 0)
		output = buf_take(&text);
	else if (ret == -E2BIG)
		err_set(err, ret, "output.path: it has more than %d bytes", JOB_PATH_MAX);
	else
		err_within(err, "output.path");
	buf_done(&text);
	return output;
}

char *job_output_sample(const struct job *job)
{
	struct point point;

	matrix_point(&job->matrix, 0, &point);
	return job_output(job, 0, &point, NULL);
}

bool job_output_holds(const struct job *job, const char *path, const char *inner)
{
	size_t len = strlen(path);

	return job->mode == JOB_MODE_SNAPSHOT && strncmp(inner, path, len) == 0 &&
	       inner[len] == '/';
}

static bool names(const struct job *job, const char *wanted)
{
	for (size_t i = 0; i < template_holes(job->path); i++)
		if (slice_is(template_hole_name(job->path, i), wanted))
			return true;
	return false;
}

bool job_output_varies(const struct job *job)
{
	for (size_t i = 0; i < job->matrix.nparams; i++)
		if (names(job, job->matrix.params[i].name))
			return true;
	return false;
}

bool job_output_moves(const struct job *job)
{
	return names(job, "scheduled");
}

/* Checking: that what is filled in can be a path at all, and then, that the longest fits. */

/* Stands for a value that is not looked at: a component, and a time if a filter wants one. */
static void stand_in(const struct job *job, struct point *point)
{
	for (size_t i = 0; i < job->matrix.nparams; i++)
		point->values[i] = slice_of("1970-01-01T00:00:00Z");
}

/* As template_expand, at most `limit` bytes. */
static int try(const struct job *job, const struct point *point, size_t limit, struct err *err)
{
	struct buf text;
	int ret;

	buf_init(&text, limit);
	ret = fill(job, 0, point, &text, err);
	buf_done(&text);
	return ret;
}

/* The index of the first value that cannot stand in the path; the count when there is none. A
 * range's can all. */
static uint64_t first_unfit(const struct job *job, size_t param, struct err *err)
{
	const struct matrix_param *asked = &job->matrix.params[param];
	char number[MATRIX_NUMBER_MAX];
	struct point point;
	uint64_t index;

	if (!names(job, asked->name) || (!asked->values && !asked->spool))
		return asked->count;
	stand_in(job, &point);
	for (index = 0; index < asked->count; index++) {
		point.values[param] = slice_of(matrix_value(asked, index, number));
		if (try(job, &point, TRY_MAX_BYTES, err) == -EINVAL)
			break;
	}
	return index;
}

/* Told where it was written. */
static bool check_values(const struct job *job, size_t param, const struct walk *walk)
{
	const struct matrix_param *asked = &job->matrix.params[param];
	struct trail params = { .key = "params" };
	struct trail list = { .up = &params, .key = asked->name };
	struct err err = ERR_INIT;
	struct trail item = { .up = &list, .index = (size_t)first_unfit(job, param, &err) };

	if (item.index == asked->count)
		return true;
	walk_problem(walk, &item, AT_VALUE, "as a part of output.path: %s", err.text);
	return false;
}

static void take_longer(struct slice *most, const char *text, char *kept)
{
	size_t len = strlen(text);

	if (most->ptr && len < most->len)
		return;
	if (kept) { /* the text of a number, which the next one would overwrite */
		memcpy(kept, text, len + 1);
		text = kept;
	}
	*most = (struct slice) { text, len };
}

/* The longest value of a parameter; a range is longest at one of its ends. */
static struct slice longest(const struct matrix *matrix, size_t number,
			    char kept[static MATRIX_NUMBER_MAX])
{
	const struct matrix_param *param = &matrix->params[number];
	bool range = !param->values && !param->spool;
	uint64_t step = range && param->count > 2 ? param->count - 1 : 1;
	struct slice most = { NULL, 0 };
	char text[MATRIX_NUMBER_MAX];

	for (uint64_t i = 0; i < param->count; i += step)
		take_longer(&most, matrix_value(param, i, text), range ? kept : NULL);
	for (size_t i = 0; i < matrix->included.len; i++)
		take_longer(&most, matrix->included.items[i].values[number], NULL);
	return most;
}

static bool longest_fits(const struct job *job)
{
	const struct matrix *matrix = &job->matrix;
	struct point most;

	matrix_point(matrix, 0, &most);
	for (size_t i = 0; i < matrix->nparams; i++)
		if (names(job, matrix->params[i].name))
			most.values[i] = longest(matrix, i, most.numbers[i]);
	return try(job, &most, JOB_PATH_MAX, NULL) != -E2BIG;
}

/* Points that are added have values of their own. */
static bool check_included(const struct job *job, const struct walk *walk)
{
	struct trail list = { .key = "include" };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < job->matrix.included.len; i++) {
		struct trail item = { .up = &list, .index = i };
		struct point point;

		for (size_t k = 0; k < job->matrix.nparams; k++)
			point.values[k] = slice_of(job->matrix.included.items[i].values[k]);
		if (try(job, &point, TRY_MAX_BYTES, &err) != -EINVAL)
			continue;
		walk_problem(walk, &item, AT_VALUE, "as a part of output.path: %s", err.text);
		return false;
	}
	return true;
}

void job_check_path(const struct job *job, const struct walk *walk)
{
	struct err err = ERR_INIT;
	struct point point;
	bool good;
	int ret;

	if (!job->path || !job_name_valid(job->name)) /* told by itself */
		return;
	stand_in(job, &point);
	ret = try(job, &point, TRY_MAX_BYTES, &err);
	good = ret == 0 || ret == -E2BIG;
	if (!good && ret != -ENOENT) /* an unknown name is told of elsewhere */
		walk_problem_at(walk, "/output/path", AT_VALUE, "%s", err.text);
	for (size_t i = 0; i < job->matrix.nparams && good; i++)
		good = check_values(job, i, walk);
	if (good)
		good = check_included(job, walk);
	if (good && job->matrix.points && !longest_fits(job))
		walk_problem_at(walk, "/output/path", AT_VALUE, "the path has more than %d bytes%s",
				JOB_PATH_MAX,
				job_output_varies(job) ? " when it holds the longest values" : "");
}

static int refuse_value(const struct matrix_param *param, struct err *err)
{
	char *from = source_text(&param->source);

	err_within(err, "parameter \"%s\", from %s: as a part of output.path", param->name, from);
	free(from);
	return -EINVAL;
}

/* What a run begins with has no place in a document any more. */
int job_inputs_known(struct job *job, struct err *err)
{
	int ret = matrix_close(&job->matrix, job->matrix.combine, err);

	for (size_t i = 0; i < job->matrix.nparams && ret == 0; i++)
		if (first_unfit(job, i, err) != job->matrix.params[i].count)
			ret = refuse_value(&job->matrix.params[i], err);
	if (ret == 0 && !longest_fits(job))
		ret = err_set(err, -EINVAL,
			      "output.path: it has more than %d bytes when it holds the longest "
			      "values",
			      JOB_PATH_MAX);
	return ret;
}
