/* `params:`, the matrix of a job: each a list of values or a range. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

static const char *name_fault(const char *name)
{
	size_t len =
		strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789-");

	if (strcmp(name, "job") == 0 || strcmp(name, "scheduled") == 0)
		return "fetchd gives ${job} and ${scheduled} itself; take another name";
	if (!*name || name[len] || strchr("-0123456789", *name))
		return "a parameter's name has letters, digits, \"_\" and \"-\", and begins with a "
		       "letter";
	return NULL;
}

static void read_list(struct matrix *matrix, const char *name, const struct json *list,
		      const struct walk *walk, const struct trail *at)
{
	size_t len = json_len(list);
	char **values = xcalloc(len + 1, sizeof(*values));
	struct trail item = { .up = at };
	struct err err = ERR_INIT;
	bool good = true;

	for (; item.index < len; item.index++) {
		const struct json *value = json_at(list, item.index);

		values[item.index] = job_scalar_text(value);
		if (!values[item.index]) {
			walk_problem(walk, &item, AT_VALUE, "expected a text or number, found %s",
				     walk_type_name(value));
			values[item.index] = xstrdup("");
			good = false;
		}
	}
	if (matrix_add_list(matrix, name, values, len, &err) < 0 && good)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
}

/* {range: [FIRST, LAST], step: N} */
struct range_row {
	int64_t first, last, step;
	bool given;
};

static void read_range(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	struct range_row *row = to;
	const struct json *first = json_at(value, 0), *last = json_at(value, 1);

	if (json_type(value) != JSON_ARRAY || json_len(value) != 2 ||
	    json_type(first) != JSON_INT || json_type(last) != JSON_INT) {
		walk_problem(walk, at, AT_VALUE,
			     "expected the first and the last whole number, [0, 49] for example");
		return;
	}
	*row = (struct range_row) { json_int(first, 0), json_int(last, 0), row->step, true };
}

static void read_step(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct range_row *row = to;

	if (!walk_wrong_type(walk, at, value, JSON_INT, "a whole number"))
		row->step = json_int(value, 1);
}

static const struct field_custom range_custom = { "[first, last]", read_range, NULL, NULL };
static const struct field_custom step_custom = { "number", read_step, NULL, NULL };

/* step before range: the range keeps the step that is there. */
static const struct field range_fields[] = {
	{ .name = "step",
	  .type = FIELD_CUSTOM,
	  .custom = &step_custom,
	  .def = "1",
	  .help = "from one value to the next",
	  .example = "10" },
	{ .name = "range",
	  .type = FIELD_CUSTOM,
	  .custom = &range_custom,
	  .flags = FIELD_REQUIRED,
	  .help = "the first and the last number, both included",
	  .example = "[0, 49]" },
	{ .name = "file", .type = FIELD_RESERVED },
	{ .name = "column", .type = FIELD_RESERVED },
	{ .name = "job", .type = FIELD_RESERVED },
	{ .name = "request", .type = FIELD_RESERVED },
	{ .name = "records", .type = FIELD_RESERVED },
	{ .name = "from", .type = FIELD_RESERVED },
	{ .name = NULL },
};

/* Told once, not for each of its keys. */
static bool of_later(const struct json *map)
{
	return json_has(map, "file") || json_has(map, "job") || json_has(map, "request");
}

static void read_map(struct matrix *matrix, const char *name, const struct json *map,
		     const struct walk *walk, const struct trail *at)
{
	struct range_row row = { .step = 1 };
	struct err err = ERR_INIT;

	if (of_later(map)) {
		walk_problem(walk, at, AT_VALUE,
			     "this version does not support this source yet; it has a list of "
			     "values and {range: [FIRST, LAST]}");
		return;
	}
	fields_read(range_fields, map, &row, walk, at);
	if (row.given && matrix_add_range(matrix, name, row.first, row.last, row.step, &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
}

static void read_param(struct matrix *matrix, struct json_member member, const struct walk *walk,
		       const struct trail *at)
{
	const char *fault = name_fault(member.key);

	if (fault)
		walk_problem(walk, at, AT_KEY, "the parameter \"%.64s\": %s", member.key, fault);
	if (json_type(member.value) == JSON_ARRAY)
		read_list(matrix, member.key, member.value, walk, at);
	else if (json_type(member.value) == JSON_OBJECT)
		read_map(matrix, member.key, member.value, walk, at);
	else
		walk_problem(walk, at, AT_VALUE,
			     "expected a list of values or {range: [FIRST, LAST]}, found %s",
			     walk_type_name(member.value));
}

static void read_params(const struct field *field, const struct json *value, void *to,
			const struct walk *walk, const struct trail *at)
{
	struct job *job = to;

	if (walk_wrong_type(walk, at, value, JSON_OBJECT, "a map of names to values"))
		return;
	if (json_len(value) > MATRIX_PARAMS_MAX) {
		walk_problem(walk, at, AT_VALUE, "more than %d parameters", MATRIX_PARAMS_MAX);
		return;
	}
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		struct trail here = { .up = at, .key = m.key };

		read_param(&job->matrix, m, walk, &here);
	}
}

static struct json *show_range(const struct matrix_param *param)
{
	struct json *map = json_new_object();
	struct json *range = json_put(map, "range", json_new_array());

	json_push(range, json_new_int(param->first));
	json_push(range, json_new_int((int64_t)((uint64_t)param->first +
						(param->count - 1) * (uint64_t)param->step)));
	if (param->step != 1)
		json_put_int(map, "step", param->step);
	return map;
}

static struct json *show_params(const void *from)
{
	const struct matrix *matrix = &((const struct job *)from)->matrix;
	struct json *map = json_new_object();

	for (size_t i = 0; i < matrix->nparams; i++) {
		const struct matrix_param *param = &matrix->params[i];
		struct json *list;

		if (!param->values) {
			json_put(map, param->name, show_range(param));
			continue;
		}
		list = json_put(map, param->name, json_new_array());
		for (uint64_t k = 0; k < param->count; k++)
			json_push(list, json_new_string(param->values[k]));
	}
	return map;
}

static void done_params(void *to)
{
	matrix_done(&((struct job *)to)->matrix);
}

const struct field_custom job_params = { "map of lists and ranges", read_params, show_params,
					 done_params, range_fields };
