/* The parameter matrix: see matrix.h. */
#include "spec/matrix.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static void param_done(struct matrix_param *param)
{
	for (uint64_t i = 0; param->values && i < param->count; i++)
		free(param->values[i]);
	free(param->values);
	spool_unref(param->spool);
	free(param->file);
	free(param->column);
	free(param->name);
	*param = (struct matrix_param) { 0 };
}

void matrix_done(struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->nparams; i++)
		param_done(&matrix->params[i]);
	*matrix = (struct matrix) { 0 };
}

static struct matrix_param *find(const struct matrix *matrix, struct slice name)
{
	for (size_t i = 0; i < matrix->nparams; i++)
		if (slice_is(name, matrix->params[i].name))
			return (struct matrix_param *)&matrix->params[i];
	return NULL;
}

static int check_room(const struct matrix *matrix, const char *name, struct err *err)
{
	if (matrix->nparams == MATRIX_PARAMS_MAX)
		return err_set(err, -EINVAL, "more than %d parameters", MATRIX_PARAMS_MAX);
	if (find(matrix, slice_of(name)))
		return err_set(err, -EINVAL, "the parameter is declared twice");
	return 0;
}

int matrix_add_list(struct matrix *matrix, const char *name, char **values, size_t count,
		    struct err *err)
{
	struct matrix_param param = { .values = values, .count = count };
	int ret = check_room(matrix, name, err);

	if (ret == 0 && count == 0)
		ret = err_set(err, -EINVAL, "the list has no value");
	if (ret < 0) {
		param_done(&param);
		return ret;
	}
	param.name = xstrdup(name);
	matrix->params[matrix->nparams++] = param;
	return 0;
}

int matrix_add_range(struct matrix *matrix, const char *name, int64_t first, int64_t last,
		     int64_t step, struct err *err)
{
	/* Unsigned, so that a range from INT64_MIN to INT64_MAX has its true width. */
	uint64_t width =
		last >= first ? (uint64_t)last - (uint64_t)first : (uint64_t)first - (uint64_t)last;
	uint64_t stride = step < 0 ? -(uint64_t)step : (uint64_t)step;
	int ret = check_room(matrix, name, err);

	if (ret < 0)
		return ret;
	if (step == 0)
		return err_set(err, -EINVAL, "the step of a range cannot be 0");
	if (first != last && (last > first) != (step > 0))
		return err_set(err, -EINVAL, "a range from %lld to %lld by %lld has no value",
			       (long long)first, (long long)last, (long long)step);
	if (width / stride >= MATRIX_POINTS_MAX)
		return err_set(err, -ERANGE, "the range has more than 2^48 values");
	matrix->params[matrix->nparams++] = (struct matrix_param) {
		.name = xstrdup(name), .count = width / stride + 1, .first = first, .step = step
	};
	return 0;
}

int matrix_add_file(struct matrix *matrix, const char *name, const char *file, const char *column,
		    struct err *err)
{
	int ret = check_room(matrix, name, err);

	if (ret == 0)
		matrix->params[matrix->nparams++] = (struct matrix_param) {
			.name = xstrdup(name),
			.file = xstrdup(file),
			.column = column ? xstrdup(column) : NULL,
		};
	return ret;
}

void matrix_attach(struct matrix *matrix, size_t index, struct spool *spool)
{
	struct matrix_param *param = &matrix->params[index];

	spool_unref(param->spool);
	param->spool = spool_ref(spool);
	param->count = spool_count(spool);
}

static bool unknown(const struct matrix *matrix)
{
	for (size_t i = 0; i < matrix->nparams; i++)
		if (matrix->params[i].file && !matrix->params[i].spool)
			return true;
	return false;
}

static int close_zip(struct matrix *matrix, struct err *err)
{
	for (size_t i = 1; i < matrix->nparams; i++)
		if (matrix->params[i].count != matrix->params[0].count)
			return err_set(err, -EINVAL,
				       "zip needs equally many values: %s has %llu, %s has %llu",
				       matrix->params[0].name,
				       (unsigned long long)matrix->params[0].count,
				       matrix->params[i].name,
				       (unsigned long long)matrix->params[i].count);
	matrix->points = matrix->nparams ? matrix->params[0].count : 1;
	return 0;
}

int matrix_close(struct matrix *matrix, enum matrix_combine combine, struct err *err)
{
	uint64_t points = 1;

	matrix->combine = combine;
	matrix->points = 0;
	if (unknown(matrix))
		return 0;
	if (combine == MATRIX_ZIP)
		return close_zip(matrix, err);
	for (size_t i = 0; i < matrix->nparams; i++)
		if (__builtin_mul_overflow(points, matrix->params[i].count, &points) ||
		    points > MATRIX_POINTS_MAX)
			return err_set(err, -ERANGE, "the parameters make more than 2^48 requests");
	matrix->points = points;
	return 0;
}

static int64_t number_at(const struct matrix_param *param, uint64_t index)
{
	return (int64_t)((uint64_t)param->first + index * (uint64_t)param->step);
}

const char *matrix_value(const struct matrix_param *param, uint64_t index,
			 char number[static MATRIX_NUMBER_MAX])
{
	if (param->values)
		return param->values[index];
	if (param->spool)
		return spool_value(param->spool, index);
	snprintf(number, MATRIX_NUMBER_MAX, "%lld", (long long)number_at(param, index));
	return number;
}

/* The index of the first value equal to `text` from `from` on; param->count when there is none. */
static uint64_t next_match(const struct matrix_param *param, const char *text, uint64_t from)
{
	char number[MATRIX_NUMBER_MAX];
	long long value;
	uint64_t index;

	if (param->values) {
		while (from < param->count && strcmp(param->values[from], text) != 0)
			from++;
		return from;
	}
	if (param->file)
		return param->spool ? spool_find(param->spool, text, from) : param->count;
	value = strtoll(text, NULL, 10);
	index = param->step > 0
			? ((uint64_t)value - (uint64_t)param->first) / (uint64_t)param->step
			: ((uint64_t)param->first - (uint64_t)value) / -(uint64_t)param->step;
	if (index < from || index >= param->count ||
	    strcmp(matrix_value(param, index, number), text) != 0)
		return param->count;
	return index;
}

/* Makes the parameter the list of its values at `indexes`. */
static void keep_values(struct matrix_param *param, const uint64_t *indexes, size_t count)
{
	struct matrix_param kept = { .name = xstrdup(param->name),
				     .values = xcalloc(count, sizeof(char *)),
				     .count = count };
	char number[MATRIX_NUMBER_MAX];

	for (size_t i = 0; i < count; i++)
		kept.values[i] = xstrdup(matrix_value(param, indexes[i], number));
	param_done(param);
	*param = kept;
}

int matrix_narrow(struct matrix *matrix, const char *name, const char *value, struct err *err)
{
	struct matrix_param *param = find(matrix, slice_of(name));
	uint64_t *indexes = NULL;
	size_t count = 0;

	if (!param)
		return err_set(err, -ENOENT, "no parameter \"%s\" is declared", name);
	for (uint64_t i = next_match(param, value, 0); i < param->count;
	     i = next_match(param, value, i + 1)) {
		indexes = xreallocarray(indexes, count + 1, sizeof(*indexes));
		indexes[count++] = i;
	}
	if (count == 0)
		return err_set(err, -ENOENT, "\"%s\" is not a value of the parameter \"%s\"", value,
			       name);
	for (size_t i = 0; i < matrix->nparams; i++)
		if (matrix->combine == MATRIX_ZIP || &matrix->params[i] == param)
			keep_values(&matrix->params[i], indexes, count);
	free(indexes);
	return matrix_close(matrix, matrix->combine, err);
}

void matrix_point(const struct matrix *matrix, uint64_t index, struct point *point)
{
	for (size_t i = matrix->nparams; i-- > 0;) {
		const struct matrix_param *param = &matrix->params[i];
		uint64_t at = index;

		point->values[i] = (struct slice) { NULL, 0 };
		if (param->count == 0)
			continue;
		if (matrix->combine == MATRIX_PRODUCT) {
			at = index % param->count;
			index /= param->count;
		}
		point->values[i] = slice_of(matrix_value(param, at, point->numbers[i]));
	}
}

struct json *matrix_point_json(const struct matrix *matrix, uint64_t index)
{
	struct json *out = json_new_object();
	struct point point;

	matrix_point(matrix, index, &point);
	for (size_t i = 0; i < matrix->nparams; i++)
		json_put(out, matrix->params[i].name,
			 json_new_string_len(point.values[i].ptr, point.values[i].len));
	return out;
}

struct slice point_value(const struct matrix *matrix, const struct point *point, struct slice name)
{
	const struct matrix_param *param = find(matrix, name);

	return param ? point->values[param - matrix->params] : (struct slice) { NULL, 0 };
}
