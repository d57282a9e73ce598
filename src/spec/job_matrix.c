/* `exclude:` and `include:`, the rules over the matrix of a job. `params:` is read before them. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"
#include "spec/matrix_rules.h"

/* A value that the parameter is known not to have: mistyped, as nothing would be taken out. */
static bool has_not(const struct matrix_param *param, const char *text)
{
	return !param->source.kind && matrix_find(param, text, 0) == param->count;
}

struct reading {
	struct matrix *matrix;
	bool excludes;
	char **values;
	const struct walk *walk;
};

static void read_pair(struct reading *reading, struct json_member member, const struct trail *at)
{
	struct matrix *matrix = reading->matrix;
	size_t number = matrix_number(matrix, slice_of(member.key));
	char *text = job_scalar_text(member.value);

	if (number == matrix->nparams)
		walk_problem(reading->walk, at, AT_KEY,
			     "no parameter \"%.64s\" is declared under params", member.key);
	else if (!text)
		walk_problem(reading->walk, at, AT_VALUE, "expected a text or number, found %s",
			     walk_type_name(member.value));
	else if (reading->excludes && has_not(&matrix->params[number], text))
		walk_problem(reading->walk, at, AT_VALUE, "%s does not have this value",
			     member.key);
	else
		reading->values[number] = xstrdup(text);
	free(text);
}

static size_t named(const struct reading *reading)
{
	size_t n = 0;

	for (size_t i = 0; i < reading->matrix->nparams; i++)
		n += reading->values[i] != NULL;
	return n;
}

static void read_rule(struct reading *reading, const struct json *value, const struct trail *at)
{
	struct matrix *matrix = reading->matrix;
	size_t raised = reading->walk->problems->len;
	bool enough;

	if (walk_wrong_type(reading->walk, at, value, JSON_OBJECT, "a map of names to values"))
		return;
	reading->values = xcalloc(matrix->nparams + 1, sizeof(char *));
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		struct trail here = { .up = at, .key = m.key };

		read_pair(reading, m, &here);
	}
	enough = reading->excludes ? named(reading) > 0 : named(reading) == matrix->nparams;
	if (enough) {
		matrix_rules_add(reading->excludes ? &matrix->excluded : &matrix->included,
				 reading->values);
		return;
	}
	if (reading->walk->problems->len == raised)
		walk_problem(reading->walk, at, AT_VALUE, "%s",
			     reading->excludes
				     ? "this rule names no parameter, it would take out every "
				       "request"
				     : "required: a value of each parameter");
	for (size_t i = 0; i < matrix->nparams; i++)
		free(reading->values[i]);
	free(reading->values);
}

static void read_rules(struct job *job, bool excludes, const struct json *value,
		       const struct walk *walk, const struct trail *at)
{
	struct reading reading = { .matrix = &job->matrix, .excludes = excludes, .walk = walk };
	struct trail item = { .up = at };

	if (walk_wrong_type(walk, at, value, JSON_ARRAY, "a list of maps, [{id: 9}] for example"))
		return;
	if (json_len(value) > MATRIX_RULES_MAX) {
		walk_problem(walk, at, AT_VALUE, "more than %d rules", MATRIX_RULES_MAX);
		return;
	}
	for (; item.index < json_len(value); item.index++)
		read_rule(&reading, json_at(value, item.index), &item);
}

static void read_exclude(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	read_rules(to, true, value, walk, at);
}

static void read_include(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	read_rules(to, false, value, walk, at);
}

static struct json *show_rules(const struct matrix *matrix, const struct matrix_rules *rules)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < rules->len; i++) {
		struct json *map = json_new_object();

		for (size_t k = 0; k < matrix->nparams; k++)
			if (rules->items[i].values[k])
				json_put_str(map, matrix->params[k].name,
					     rules->items[i].values[k]);
		json_push(list, map);
	}
	return list;
}

static struct json *show_exclude(const void *from)
{
	const struct matrix *matrix = &((const struct job *)from)->matrix;

	return show_rules(matrix, &matrix->excluded);
}

static struct json *show_include(const void *from)
{
	const struct matrix *matrix = &((const struct job *)from)->matrix;

	return show_rules(matrix, &matrix->included);
}

const struct field_custom job_exclude = { "list of maps", read_exclude, show_exclude, NULL };
const struct field_custom job_include = { "list of maps", read_include, show_include, NULL };
