/* Frozen inputs: see inputs.h. */
#include "run/inputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "run/landed.h"
#include "run/marks_frozen.h"
#include "run/query.h"
#include "spec/values.h"
#include "store/runs.h"

#define FROZEN "frozen" /* the member of a parameter that names its spool */

void inputs_done(struct inputs *inputs)
{
	for (size_t i = 0; i < MATRIX_PARAMS_MAX; i++)
		spool_release(inputs->spools[i]);
	spool_release(inputs->marks);
	*inputs = (struct inputs) { 0 };
}

char *inputs_dir(const struct db *db)
{
	char *dir = db_dir(db), *spool = xasprintf("%s/spool", dir);

	free(dir);
	return spool;
}

static struct json *definition_of(const struct json *definition, const struct matrix_param *param)
{
	return json_get(json_get(definition, "params"), param->name);
}

struct json *inputs_plain(const struct json *definition)
{
	struct json *plain = json_copy(definition);

	for (struct json_member m = json_first(json_get(plain, "params")); m.key; m = json_next(m))
		if (json_has(m.value, FROZEN))
			json_remove(m.value, FROZEN);
	marks_forget(plain);
	return plain;
}

/* Freezing. */

struct reading {
	struct spool_writer *writer;
	uint64_t count;
	bool once; /* a value that comes again is left out */
};

static int keep_value(struct slice value, void *arg, struct err *err)
{
	struct reading *reading = arg;
	bool added = true;
	int code = reading->once ? spool_add_once(reading->writer, value, &added, err)
				 : spool_add(reading->writer, value, err);

	reading->count += added;
	return code;
}

/* What is wrong with the user's file is told as such; a disk that fails is another thing. */
static int blame(int code)
{
	return code == -ENOSPC || code == -EDQUOT || code == -EIO || code == -EROFS ? code
										    : -EINVAL;
}

static int read_file(const struct source *source, struct reading *reading, struct err *err)
{
	const struct values_form form = { .column = source->column, .pointer = source->pointer };

	return values_read(source->name, &form, keep_value, reading, err);
}

static int read_variable(const struct source *source, struct reading *reading, struct err *err)
{
	const char *value = getenv(source->name);

	if (!value)
		return err_set(err, -EINVAL, "the environment has no variable %s", source->name);
	if (!*value || strlen(value) > VALUES_MAX_BYTES || !utf8_valid(value, strlen(value)))
		return err_set(err, -EINVAL,
			       "the environment variable %s is empty, too long or not UTF-8",
			       source->name);
	return keep_value(slice_of(value), reading, err);
}

/* Where values are gathered from, and where they go. */
struct freezing {
	struct db *db;
	const char *dir; /* of the spools */
	const char *data_dir;
};

static int read_source(const struct freezing *freezing, const struct source *source,
		       struct reading *reading, struct err *err)
{
	const struct landed_order landed = { freezing->data_dir, source };

	switch (source->kind) {
	case SOURCE_FILE:
		return read_file(source, reading, err);
	case SOURCE_ENV:
		return read_variable(source, reading, err);
	case SOURCE_JOB:
		reading->once = true;
		return landed_values(freezing->db, &landed, keep_value, reading, err);
	case SOURCE_REQUEST: /* inquiry.h */
	case SOURCE_NONE:
	case SOURCE__COUNT:
		break;
	}
	return -EINVAL;
}

static int refuse_empty(const struct source *source, struct err *err)
{
	char *text = source_text(source);

	err_set(err, -EINVAL, "%s has no value", text);
	free(text);
	return -EINVAL;
}

/* The values that a first request gave are frozen already: *spool is set then. */
static int freeze_source(const struct freezing *freezing, const struct source *source,
			 struct spool **spool, struct err *err)
{
	struct reading reading = { 0 };
	int code = 0;

	if (*spool)
		return 0;
	if (source->kind == SOURCE_REQUEST)
		return err_set(err, -EINVAL, "its values are not known before a run has begun");
	code = spool_begin(freezing->dir, &reading.writer, err);
	if (code < 0)
		return code;
	code = read_source(freezing, source, &reading, err);
	if (code == 0 && reading.count == 0)
		code = refuse_empty(source, err);
	if (code == 0)
		return spool_finish(reading.writer, spool, err);
	spool_abort(reading.writer);
	return blame(code);
}

static int freeze_all(const struct freezing *freezing, struct job *job, struct json *definition,
		      struct inputs *inputs, struct err *err)
{
	struct matrix *matrix = &job->matrix;

	for (size_t i = 0; i < matrix->nparams; i++) {
		int code;

		if (!matrix->params[i].source.kind)
			continue;
		if (matrix->params[i].source.kind == SOURCE_REQUEST && inputs->open)
			continue;
		code = freeze_source(freezing, &matrix->params[i].source, &inputs->spools[i], err);
		if (code < 0) {
			err_within(err, "parameter \"%s\"", matrix->params[i].name);
			return code;
		}
		matrix_attach(matrix, i, inputs->spools[i]);
		json_put_str(definition_of(definition, &matrix->params[i]), FROZEN,
			     spool_name(inputs->spools[i]));
	}
	return 0;
}

/* Of every file; columns of one file must be of one state of it. */
static void look(const struct matrix *matrix, struct stat seen[static MATRIX_PARAMS_MAX])
{
	for (size_t i = 0; i < matrix->nparams; i++) {
		seen[i] = (struct stat) { 0 };
		if (matrix->params[i].source.kind == SOURCE_FILE &&
		    stat(matrix->params[i].source.name, &seen[i]) < 0)
			seen[i] = (struct stat) { 0 };
	}
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

static int check_still(const struct matrix *matrix, const struct stat *before, struct err *err)
{
	struct stat after[MATRIX_PARAMS_MAX];

	look(matrix, after);
	for (size_t i = 0; i < matrix->nparams; i++)
		if (!same(&before[i], &after[i]))
			return err_set(err, -EBUSY, "%s changed while it was read; try again",
				       matrix->params[i].source.name);
	return 0;
}

static bool needed(const char *name, void *arg)
{
	return runs_need(arg, name);
}

void inputs_sweep(struct db *db)
{
	char *dir = inputs_dir(db);

	spool_sweep(dir, needed, db);
	free(dir);
}

int inputs_freeze(struct db *db, struct job *job, struct json *definition, struct inputs *inputs,
		  struct err *err)
{
	struct stat before[MATRIX_PARAMS_MAX];
	struct freezing freezing = { .db = db, .data_dir = inputs->data_dir };
	char *dir;
	int code;

	if (!db)
		return query_refuse(err);
	freezing.dir = dir = inputs_dir(db);
	inputs_sweep(db);
	look(&job->matrix, before);
	code = freeze_all(&freezing, job, definition, inputs, err);
	if (code == 0)
		code = check_still(&job->matrix, before, err);
	free(dir);
	return code < 0 ? code : job_inputs_known(job, err);
}

int inputs_thaw(struct db *db, struct job *job, const struct json *definition,
		struct inputs *inputs, struct err *err)
{
	struct matrix *matrix = &job->matrix;
	char *dir = inputs_dir(db);
	int code = 0;

	for (size_t i = 0; i < matrix->nparams && code == 0; i++) {
		const struct matrix_param *param = &matrix->params[i];
		const char *name = json_str(json_get(definition_of(definition, param), FROZEN));

		if (!param->source.kind)
			continue;
		code = spool_open(dir, name ? name : "", &inputs->spools[i], err);
		if (code == 0)
			matrix_attach(matrix, i, inputs->spools[i]);
		else
			err_within(err, "parameter \"%s\"", param->name);
	}
	free(dir);
	return code < 0 ? code : job_inputs_known(job, err);
}
