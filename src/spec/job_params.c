/* `params:`, the parameters of a job: each a list of values, a range, or where a run finds them
 * when it begins. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_first.h"
#include "spec/job_parts.h"
#include "spec/lineage.h"

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

/* {range: [FIRST, LAST], step: N}, or a source */
struct source_row {
	int64_t first, last, step;
	bool given; /* the range */
	char *file, *job, *env, *column;
	struct pointer *pointer, *from;
};

#define AT(member) offsetof(struct source_row, member)

static void read_range(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	struct source_row *row = to;
	const struct json *first = json_at(value, 0), *last = json_at(value, 1);

	if (json_type(value) != JSON_ARRAY || json_len(value) != 2 ||
	    json_type(first) != JSON_INT || json_type(last) != JSON_INT) {
		walk_problem(walk, at, AT_VALUE,
			     "expected the first and the last whole number, [0, 49] for example");
		return;
	}
	row->first = json_int(first, 0);
	row->last = json_int(last, 0);
	row->given = true;
}

static void read_step(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct source_row *row = to;

	if (!walk_wrong_type(walk, at, value, JSON_INT, "a whole number"))
		row->step = json_int(value, 1);
}

static const struct field_custom range_custom = { "[first, last]", read_range, NULL, NULL };
static const struct field_custom step_custom = { "number", read_step, NULL, NULL };

/* Those beside a file are absolute by now (absolute_params). */
static int check_file(const char *text, struct err *err)
{
	if (!*text)
		return err_set(err, -EINVAL, "expected a path, found an empty text");
	return *text == '/' ? 0
			    : err_set(err, -EINVAL,
				      "a relative path means nothing here; give an absolute one");
}

static int check_column(const char *text, struct err *err)
{
	return *text ? 0 : err_set(err, -EINVAL, "expected the name of a column");
}

int job_check_name(const char *text, struct err *err)
{
	return job_name_valid(text) ? 0 : err_set(err, -EINVAL, "expected the name of a job");
}

static int check_variable(const char *text, struct err *err)
{
	return *text && !strchr(text, '=')
		       ? 0
		       : err_set(err, -EINVAL, "expected the name of an environment variable");
}

/* Read as a job of its own: job_check_first. */
static void read_nothing(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
}

static const struct field_custom first_request = { "map, as request", read_nothing, NULL, NULL };
static const struct field_custom first_records = { "pointer", read_nothing, NULL, NULL };
static const struct field_custom first_pages = { "map, as pages", read_nothing, NULL, NULL };

static const struct field source_fields[] = {
	{ .name = "range",
	  .type = FIELD_CUSTOM,
	  .custom = &range_custom,
	  .help = "the first and the last number, both included",
	  .example = "[0, 49]" },
	{ .name = "step",
	  .type = FIELD_CUSTOM,
	  .custom = &step_custom,
	  .def = "1",
	  .help = "from one value of the range to the next",
	  .example = "10" },
	{ .name = "file",
	  .type = FIELD_TEXT,
	  .offset = AT(file),
	  .check = check_file,
	  .help = "the values are in this file, read once when a run begins; relative to the job's "
		  "file",
	  .example = "ids.csv" },
	{ .name = "job",
	  .type = FIELD_TEXT,
	  .offset = AT(job),
	  .check = job_check_name,
	  .help = "the values are in what has landed of this job when a run begins, each taken "
		  "once",
	  .example = "shops" },
	{ .name = "env",
	  .type = FIELD_TEXT,
	  .offset = AT(env),
	  .check = check_variable,
	  .help = "the one value is that of this environment variable of fetchd when a run begins",
	  .example = "REGION" },
	{ .name = "column",
	  .type = FIELD_TEXT,
	  .offset = AT(column),
	  .check = check_column,
	  .help = "the file is CSV with a header, and the values are in this column; of a job, the "
		  "column of its rows",
	  .example = "id" },
	{ .name = "pointer",
	  .type = FIELD_POINTER,
	  .offset = AT(pointer),
	  .help = "the file holds a JSON array, or one JSON value a line, and the values are here "
		  "in "
		  "each; likewise of a job whose format is jsonl or json",
	  .example = "/id" },
	{ .name = "request",
	  .type = FIELD_CUSTOM,
	  .custom = &first_request,
	  .help = "the values are in the answer to this request, made before all others; the rest "
		  "of "
		  "it is as in the job's own request",
	  .example = "{url: https://shop.example/categories}" },
	{ .name = "records",
	  .type = FIELD_CUSTOM,
	  .custom = &first_records,
	  .help = "where the records are in that answer, as records of a job",
	  .example = "/data/items" },
	{ .name = "from",
	  .type = FIELD_POINTER,
	  .offset = AT(from),
	  .help = "where the value is in each of those records",
	  .example = "/id" },
	{ .name = "pages",
	  .type = FIELD_CUSTOM,
	  .custom = &first_pages,
	  .help = "how the answer goes on, as pages of a job",
	  .example = "{by: link}" },
	{ .name = NULL },
};

static bool written(const struct json *map, const char *key)
{
	return json_type(json_get(map, key)) != JSON_NULL;
}

/* What says where values come from; one of them. */
static unsigned origins(const struct json *map)
{
	return written(map, "range") + written(map, "file") + written(map, "job") +
	       written(map, "env") + written(map, "request");
}

static bool has_answer(const struct json *map)
{
	return written(map, "records") || written(map, "from") || written(map, "pages");
}

static bool has_place(const struct json *map)
{
	return written(map, "column") || written(map, "pointer");
}

/* Keys that make no source together; NULL: they do. */
static const char *source_fault(const struct json *map)
{
	if (origins(map) == 0)
		return "required: range, the first and the last number, or file, job, env or "
		       "request, where the values are";
	if (origins(map) > 1)
		return "the values come from one of range, file, job, env and request";
	if (written(map, "step") && !written(map, "range"))
		return "step is for a range";
	if (has_place(map) && !written(map, "file") && !written(map, "job"))
		return "column and pointer are for a file or a job";
	if (has_answer(map) && !written(map, "request"))
		return "records, from and pages are for a request";
	if (written(map, "request") && !written(map, "from"))
		return "required: from, where the value is in each record, \"/id\" for example";
	if (written(map, "column") && written(map, "pointer"))
		return "give column, for CSV, or pointer, for JSON";
	if (written(map, "job") && !has_place(map))
		return "required: column, or pointer for a job that lands JSON: where the values "
		       "are in its rows";
	return NULL;
}

/* Moves what the row says into a source. */
static struct source source_of(struct source_row *row, const struct json *map)
{
	const char *url = json_str(json_get(json_get(map, "request"), "url"));
	struct source source = { .column = row->column, .pointer = row->pointer };

	if (row->file)
		source.kind = SOURCE_FILE;
	else if (row->job)
		source.kind = SOURCE_JOB;
	else if (row->env)
		source.kind = SOURCE_ENV;
	source.name = row->file ? row->file : row->job ? row->job : row->env;
	if (!row->from)
		return source;
	source.kind = SOURCE_REQUEST;
	source.pointer = row->from;
	source.name = xstrdup(url ? url : "");
	source.ask = json_copy(map);
	return source;
}

static void read_map(struct matrix *matrix, const char *name, const struct json *map,
		     const struct walk *walk, const struct trail *at)
{
	const char *fault = source_fault(map);
	struct source_row row = { .step = 1 };
	struct source source;
	struct err err = ERR_INIT;
	int ret = 0;

	if (fault)
		walk_problem(walk, at, AT_VALUE, "%s", fault);
	if (origins(map) <= 1)
		fields_read(source_fields, map, &row, walk, at);
	if (written(map, "request") && !fault)
		job_check_first(name, map, walk);
	source = source_of(&row, map);
	if (row.given && !fault)
		ret = matrix_add_range(matrix, name, row.first, row.last, row.step, &err);
	else if (source.kind && !fault)
		ret = matrix_add_source(matrix, name, &source, &err);
	if (ret < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	source_done(&source);
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
			     "expected a list of values, {range: [FIRST, LAST]} or where they are, "
			     "{file: PATH} for example, found %s",
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

static struct json *show_list(const struct matrix_param *param)
{
	struct json *list = json_new_array();

	for (uint64_t i = 0; i < param->count; i++)
		json_push(list, json_new_string(param->values[i]));
	return list;
}

static struct json *show_params(const void *from)
{
	const struct matrix *matrix = &((const struct job *)from)->matrix;
	struct json *map = json_new_object();

	for (size_t i = 0; i < matrix->nparams; i++) {
		const struct matrix_param *param = &matrix->params[i];

		json_put(map, param->name,
			 param->values        ? show_list(param)
			 : param->source.kind ? source_show(&param->source)
					      : show_range(param));
	}
	return map;
}

static void done_params(void *to)
{
	matrix_done(&((struct job *)to)->matrix);
}

static void absolute_params(struct json *map, const char *beside)
{
	for (struct json_member m = json_first(map); m.key; m = json_next(m))
		fields_absolute_file(m.value, beside);
}

bool job_has_inputs(const struct job *job)
{
	for (size_t i = 0; i < job->matrix.nparams; i++)
		if (job->matrix.params[i].source.kind)
			return true;
	return false;
}

const struct field_custom job_params = {
	.shape = "map of lists and sources",
	.read = read_params,
	.show = show_params,
	.done = done_params,
	.absolute = absolute_params,
	.members = source_fields,
};
