/* Rules over the matrix: see matrix_rules.h. */
#include "spec/matrix_rules.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/pointmap.h"

void matrix_rules_add(struct matrix_rules *rules, char **values)
{
	rules->items = xreallocarray(rules->items, rules->len + 1, sizeof(rules->items[0]));
	rules->items[rules->len++].values = values;
}

static void rule_done(struct matrix_rule *rule, size_t nparams)
{
	for (size_t i = 0; i < nparams; i++)
		free(rule->values[i]);
	free(rule->values);
}

static void rules_done(struct matrix_rules *rules, size_t nparams)
{
	for (size_t i = 0; i < rules->len; i++)
		rule_done(&rules->items[i], nparams);
	free(rules->items);
	*rules = (struct matrix_rules) { 0 };
}

void matrix_rules_done(struct matrix *matrix)
{
	rules_done(&matrix->excluded, matrix->nparams);
	rules_done(&matrix->included, matrix->nparams);
	pointmap_free(matrix->left);
	matrix->left = NULL;
}

/* Taking out. */

/* Of one rule: the values of each parameter that it names, by their numbers. */
struct box {
	const struct matrix *matrix;
	struct pointmap *map;
	uint64_t *matches[MATRIX_PARAMS_MAX]; /* NULL: any */
	size_t counts[MATRIX_PARAMS_MAX];
	uint64_t strides[MATRIX_PARAMS_MAX]; /* from a value of the parameter to its next one */
	size_t named;                        /* behind the last parameter that it names */
};

static void find_matches(struct box *box, const struct matrix_rule *rule)
{
	const struct matrix *matrix = box->matrix;

	for (size_t i = 0; i < matrix->nparams; i++) {
		const struct matrix_param *param = &matrix->params[i];
		const char *text = rule->values[i];

		if (!text)
			continue;
		box->named = i + 1;
		box->matches[i] = xcalloc(1, sizeof(uint64_t));
		for (uint64_t at = matrix_find(param, text, 0); at < param->count;
		     at = matrix_find(param, text, at + 1)) {
			box->matches[i] = xreallocarray(box->matches[i], box->counts[i] + 1,
							sizeof(uint64_t));
			box->matches[i][box->counts[i]++] = at;
		}
	}
}

/* The last parameters, which the rule does not name, are a run of points. */
static void drop_product(const struct box *box, size_t param, uint64_t base)
{
	uint64_t count =
		box->matches[param] ? box->counts[param] : box->matrix->params[param].count;

	for (uint64_t i = 0; i < count; i++) {
		uint64_t at = box->matches[param] ? box->matches[param][i] : i;
		uint64_t first = base + at * box->strides[param];

		if (param + 1 == box->named)
			pointmap_drop(box->map, first, first + box->strides[param] - 1);
		else
			drop_product(box, param + 1, first);
	}
}

static bool rule_means(const struct matrix *matrix, const struct matrix_rule *rule, uint64_t at)
{
	char number[MATRIX_NUMBER_MAX];

	for (size_t i = 0; i < matrix->nparams; i++)
		if (rule->values[i] &&
		    strcmp(rule->values[i], matrix_value(&matrix->params[i], at, number)) != 0)
			return false;
	return true;
}

/* In a zip all parameters stand at the same number: the first one named tells which to look at. */
static void drop_zip(const struct box *box, const struct matrix_rule *rule)
{
	size_t first = 0;

	while (!box->matches[first])
		first++;
	for (size_t i = 0; i < box->counts[first]; i++) {
		uint64_t at = box->matches[first][i];

		if (rule_means(box->matrix, rule, at))
			pointmap_drop(box->map, at, at);
	}
}

static void drop_rule(const struct matrix *matrix, struct pointmap *map,
		      const struct matrix_rule *rule)
{
	struct box box = { .matrix = matrix, .map = map };
	uint64_t stride = 1;

	find_matches(&box, rule);
	for (size_t i = matrix->nparams; i-- > 0;) {
		box.strides[i] = stride;
		stride *= matrix->params[i].count;
	}
	if (matrix->combine == MATRIX_ZIP)
		drop_zip(&box, rule);
	else
		drop_product(&box, 0, 0);
	for (size_t i = 0; i < matrix->nparams; i++)
		free(box.matches[i]);
}

static int take_out(struct matrix *matrix, struct err *err)
{
	if (matrix->made > POINTMAP_MAX)
		return err_set(err, -ERANGE,
			       "the parameters make %llu requests; of more than %llu none can be "
			       "excluded",
			       (unsigned long long)matrix->made, (unsigned long long)POINTMAP_MAX);
	matrix->left = pointmap_new(matrix->made);
	for (size_t i = 0; i < matrix->excluded.len; i++)
		drop_rule(matrix, matrix->left, &matrix->excluded.items[i]);
	matrix->kept = pointmap_seal(matrix->left);
	return 0;
}

/* Adding. */

static bool is_left(const struct matrix *matrix, uint64_t point)
{
	return !matrix->left || pointmap_has(matrix->left, point);
}

static bool in_product(const struct matrix *matrix, const struct matrix_rule *rule)
{
	uint64_t point = 0;

	for (size_t i = 0; i < matrix->nparams; i++) {
		const struct matrix_param *param = &matrix->params[i];
		uint64_t at = matrix_find(param, rule->values[i], 0);

		if (at == param->count)
			return false;
		point = point * param->count + at;
	}
	return is_left(matrix, point);
}

static bool in_zip(const struct matrix *matrix, const struct matrix_rule *rule)
{
	const struct matrix_param *param = &matrix->params[0];

	for (uint64_t at = matrix_find(param, rule->values[0], 0); at < param->count;
	     at = matrix_find(param, rule->values[0], at + 1))
		if (rule_means(matrix, rule, at) && is_left(matrix, at))
			return true;
	return false;
}

static bool same_point(const struct matrix *matrix, const struct matrix_rule *a,
		       const struct matrix_rule *b)
{
	for (size_t i = 0; i < matrix->nparams; i++)
		if (strcmp(a->values[i], b->values[i]) != 0)
			return false;
	return true;
}

static bool is_there(const struct matrix *matrix, size_t rule)
{
	const struct matrix_rule *items = matrix->included.items;

	for (size_t i = 0; i < rule; i++)
		if (same_point(matrix, &items[i], &items[rule]))
			return true;
	return matrix->combine == MATRIX_ZIP ? in_zip(matrix, &items[rule])
					     : in_product(matrix, &items[rule]);
}

static void drop_item(struct matrix *matrix, size_t rule)
{
	struct matrix_rules *rules = &matrix->included;

	rule_done(&rules->items[rule], matrix->nparams);
	memmove(&rules->items[rule], &rules->items[rule + 1],
		(rules->len - rule - 1) * sizeof(rules->items[0]));
	rules->len--;
}

int matrix_rules_apply(struct matrix *matrix, struct err *err)
{
	int code = 0;

	pointmap_free(matrix->left);
	matrix->left = NULL;
	matrix->kept = matrix->made;
	if (matrix->excluded.len > 0 && matrix->made > 0)
		code = take_out(matrix, err);
	if (code < 0)
		return code;
	for (size_t i = 0; i < matrix->included.len;) {
		if (is_there(matrix, i))
			drop_item(matrix, i);
		else
			i++;
	}
	matrix->points = matrix->kept + matrix->included.len;
	return matrix->points ? 0
			      : err_set(err, -EINVAL, "what is excluded leaves no request at all");
}

void matrix_rules_narrow(struct matrix *matrix, size_t param, const char *value)
{
	for (size_t i = 0; i < matrix->included.len;) {
		if (strcmp(matrix->included.items[i].values[param], value) != 0)
			drop_item(matrix, i);
		else
			i++;
	}
}
