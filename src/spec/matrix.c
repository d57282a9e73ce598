/* The parameter matrix: see matrix.h. */
#include "spec/matrix.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/matrix_rules.h"
#include "spec/pointmap.h"

static void param_done(struct matrix_param *param)
{
	for (uint64_t i = 0; param->values && i < param->count; i++)
		free(param->values[i]);
	free(param->values);
	spool_unref(param->spool);
	source_done(&param->source);
	free(param->name);
	*param = (struct matrix_param) { 0 };
}

void matrix_done(struct matrix *matrix)
{
	matrix_rules_done(matrix);
	for (size_t i = 0; i < matrix->nparams; i++)
		param_done(&matrix->params[i]);
	*matrix = (struct matrix) { 0 };
}

size_t matrix_number(const struct matrix *matrix, struct slice name)
{
	size_t i = 0;

	while (i < matrix->nparams && !slice_is(name, matrix->params[i].name))
		i++;
	return i;
}

static int check_room(const struct matrix *matrix, const char *name, struct err *err)
{
	if (matrix->nparams == MATRIX_PARAMS_MAX)
		return err_set(err, -EINVAL, "more than %d parameters", MATRIX_PARAMS_MAX);
	if (matrix_number(matrix, slice_of(name)) < matrix->nparams)
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

int matrix_add_source(struct matrix *matrix, const char *name, struct source *source,
		      struct err *err)
{
	int ret = check_room(matrix, name, err);

	if (ret == 0) {
		matrix->params[matrix->nparams++] =
			(struct matrix_param) { .name = xstrdup(name), .source = *source };
		*source = (struct source) { 0 };
	}
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
		if (matrix->params[i].source.kind && !matrix->params[i].spool)
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
	matrix->made = matrix->nparams ? matrix->params[0].count : 1;
	return 0;
}

static int close_product(struct matrix *matrix, struct err *err)
{
	uint64_t points = 1;

	for (size_t i = 0; i < matrix->nparams; i++)
		if (__builtin_mul_overflow(points, matrix->params[i].count, &points) ||
		    points > MATRIX_POINTS_MAX)
			return err_set(err, -ERANGE, "the parameters make more than 2^48 requests");
	matrix->made = points;
	return 0;
}

int matrix_close(struct matrix *matrix, enum matrix_combine combine, struct err *err)
{
	int ret;

	matrix->combine = combine;
	matrix->points = 0;
	if (unknown(matrix))
		return 0;
	ret = combine == MATRIX_ZIP ? close_zip(matrix, err) : close_product(matrix, err);
	return ret < 0 ? ret : matrix_rules_apply(matrix, err);
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

uint64_t matrix_find(const struct matrix_param *param, const char *text, uint64_t from)
{
	char number[MATRIX_NUMBER_MAX];
	long long value;
	uint64_t index;

	if (param->values) {
		while (from < param->count && strcmp(param->values[from], text) != 0)
			from++;
		return from;
	}
	if (param->source.kind)
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
				     .values = xcalloc(count + 1, sizeof(char *)),
				     .count = count };
	char number[MATRIX_NUMBER_MAX];

	for (size_t i = 0; i < count; i++)
		kept.values[i] = xstrdup(matrix_value(param, indexes[i], number));
	param_done(param);
	*param = kept;
}

static size_t all_matches(const struct matrix_param *param, const char *value, uint64_t **indexes)
{
	size_t count = 0;

	for (uint64_t i = matrix_find(param, value, 0); i < param->count;
	     i = matrix_find(param, value, i + 1)) {
		*indexes = xreallocarray(*indexes, count + 1, sizeof(**indexes));
		(*indexes)[count++] = i;
	}
	return count;
}

static bool is_included(const struct matrix *matrix, size_t param, const char *value)
{
	for (size_t i = 0; i < matrix->included.len; i++)
		if (strcmp(matrix->included.items[i].values[param], value) == 0)
			return true;
	return false;
}

int matrix_narrow(struct matrix *matrix, const char *name, const char *value, struct err *err)
{
	size_t asked = matrix_number(matrix, slice_of(name)), count;
	uint64_t *indexes = NULL;

	if (asked == matrix->nparams)
		return err_set(err, -ENOENT, "no parameter \"%s\" is declared", name);
	count = all_matches(&matrix->params[asked], value, &indexes);
	if (count == 0 && !is_included(matrix, asked, value))
		return err_set(err, -ENOENT, "\"%s\" is not a value of the parameter \"%s\"", value,
			       name);
	for (size_t i = 0; i < matrix->nparams; i++)
		if (matrix->combine == MATRIX_ZIP || i == asked)
			keep_values(&matrix->params[i], indexes, count);
	free(indexes);
	matrix_rules_narrow(matrix, asked, value);
	if (matrix_close(matrix, matrix->combine, err) < 0)
		return err_set(err, -ENOENT, "no request has \"%s\" as its \"%s\"", value, name);
	return 0;
}

/* Those added stand behind all others. */
static bool point_included(const struct matrix *matrix, uint64_t index, struct point *point)
{
	const struct matrix_rule *rule;

	if (matrix->points == 0 || index < matrix->kept)
		return false;
	rule = &matrix->included.items[index - matrix->kept];
	for (size_t i = 0; i < matrix->nparams; i++)
		point->values[i] = slice_of(rule->values[i]);
	return true;
}

void matrix_point(const struct matrix *matrix, uint64_t index, struct point *point)
{
	if (point_included(matrix, index, point))
		return;
	if (matrix->points > 0 && matrix->left)
		index = pointmap_at(matrix->left, index);
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
	size_t param = matrix_number(matrix, name);

	return param < matrix->nparams ? point->values[param] : (struct slice) { NULL, 0 };
}
