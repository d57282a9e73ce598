/* The matrix in a plan: see plan_matrix.h. */
#include "run/plan_matrix.h"

#include <stdlib.h>

#define FIRST_VALUES 3

static struct json *input_json(const struct matrix_param *param)
{
	struct json *input = json_new_object(), *first;
	char *from = source_text(&param->source);
	char number[MATRIX_NUMBER_MAX];

	json_put_str(input, "param", param->name);
	json_put_str(input, "from", from);
	json_put(input, "values", param->spool ? json_new_int((int64_t)param->count) : NULL);
	first = json_put(input, "first", json_new_array());
	for (uint64_t i = 0; param->spool && i < param->count && i < FIRST_VALUES; i++)
		json_push(first, json_new_string(matrix_value(param, i, number)));
	free(from);
	return input;
}

void plan_put_matrix(struct json *plan, const struct job *job)
{
	const struct matrix *matrix = &job->matrix;
	struct json *inputs = json_put(plan, "inputs", json_new_array());

	for (size_t i = 0; i < matrix->nparams; i++)
		if (matrix->params[i].source.kind)
			json_push(inputs, input_json(&matrix->params[i]));
	json_put_int(plan, "excluded", matrix->points ? (int64_t)(matrix->made - matrix->kept) : 0);
	json_put_int(plan, "included", (int64_t)matrix->included.len);
}
