/* `columns:` of a job: "auto", or a list of columns, each from a record or about its request. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

static const char *const type_names[] = {
	[JOB_TYPE_ANY] = "any",     [JOB_TYPE_TEXT] = "text",     [JOB_TYPE_INT] = "int",
	[JOB_TYPE_UINT] = "uint",   [JOB_TYPE_NUMBER] = "number", [JOB_TYPE_DECIMAL] = "decimal",
	[JOB_TYPE_FLOAT] = "float", [JOB_TYPE_BOOL] = "bool",     [JOB_TYPE_TIME] = "time",
	[JOB_TYPE_JSON] = "json",   [JOB_TYPE_JSON + 1] = NULL
};

static const char *const column_errors[] = {
	[JOB_ERROR_FAIL] = "fail",
	[JOB_ERROR_NULL] = "null",
	[JOB_ERROR_REJECT] = "reject",
	[JOB_ERROR_INHERIT] = "inherit",
	NULL,
};

const char *job_type_name(enum job_column_type type)
{
	return type_names[type];
}

static const char *const meta_names[] = {
	[JOB_META_NONE] = "none",        [JOB_META_FETCHED_AT] = "fetched_at",
	[JOB_META_URL] = "url",          [JOB_META_STATUS] = "status",
	[JOB_META_RUN] = "run",          [JOB_META_REQUEST] = "request",
	[JOB_META_PARAM] = "param.NAME", [JOB_META_SCHEDULED] = "scheduled",
	[JOB_META_PAGE] = "page",
};

#define META_COUNT (sizeof(meta_names) / sizeof(meta_names[0]))

static enum job_meta meta_named(const char *name)
{
	if (strncmp(name, "param.", 6) == 0 && name[6])
		return JOB_META_PARAM;
	for (size_t i = JOB_META_NONE + 1; i < META_COUNT; i++)
		if (i != JOB_META_PARAM && strcmp(meta_names[i], name) == 0)
			return (enum job_meta)i;
	return JOB_META_NONE;
}

static void read_meta(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct job_column *column = to;
	enum job_meta meta;

	if (walk_wrong_type(walk, at, value, JSON_STRING, "text"))
		return;
	meta = meta_named(json_str(value));
	if (meta == JOB_META_NONE) {
		walk_problem(walk, at, AT_VALUE,
			     "expected one of fetched_at, url, status, run, request, page, "
			     "scheduled, param.NAME, found \"%.64s\"",
			     json_str(value));
		return;
	}
	column->meta = meta;
	if (meta == JOB_META_PARAM)
		column->param = xstrdup(json_str(value) + 6);
}

static struct json *show_meta(const void *from)
{
	const struct job_column *column = from;
	struct json *shown;
	char *text;

	if (column->meta == JOB_META_NONE)
		return NULL;
	if (column->meta != JOB_META_PARAM)
		return json_new_string(meta_names[column->meta]);
	text = xasprintf("param.%s", column->param);
	shown = json_new_string(text);
	free(text);
	return shown;
}

static void done_meta(void *to)
{
	struct job_column *column = to;

	free(column->param);
	column->param = NULL;
	column->meta = JOB_META_NONE;
}

/* A value as JSON text: numbers keep their digits. A bare null is none. */
static void read_json(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	char **text = to;

	free(*text);
	*text = json_type(value) == JSON_NULL ? NULL : json_text(value, false);
}

static struct json *show_json(const void *from)
{
	char *const *text = from;
	struct json *value = NULL;

	if (*text)
		json_parse(*text, strlen(*text), &value, NULL);
	return value;
}

static void done_json(void *to)
{
	char **text = to;

	free(*text);
	*text = NULL;
}

static const struct field_custom json_custom = { "any value", read_json, show_json, done_json };

/* cast_time.c reads these, and what strptime(3) does. */
static int check_format(const char *text, struct err *err)
{
	static const char *const words[] = { "unix", "unix_ms", "unix_us", "unix_ns" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(text, words[i]) == 0)
			return 0;
	if (strchr(text, '%'))
		return 0;
	return err_set(err, -EINVAL,
		       "expected unix, unix_ms, unix_us, unix_ns, or a form with directives of "
		       "strptime, \"%%d/%%m/%%Y\" for example");
}

static const struct field_custom meta_custom = { "choice", read_meta, show_meta, done_meta };

static const struct field column_fields[] = {
	{ .name = "name",
	  .type = FIELD_TEXT,
	  .offset = offsetof(struct job_column, name),
	  .flags = FIELD_REQUIRED,
	  .help = "the column's name in the file's header",
	  .example = "price" },
	{ .name = "from",
	  .type = FIELD_POINTER,
	  .offset = offsetof(struct job_column, from),
	  .help = "where the value is in the record; /NAME when not given",
	  .example = "/price" },
	{ .name = "type",
	  .type = FIELD_CHOICE,
	  .offset = offsetof(struct job_column, type),
	  .choices = type_names,
	  .def = "any",
	  .help = "what the value must be; any lands as it came",
	  .example = "int" },
	{ .name = "meta",
	  .type = FIELD_CUSTOM,
	  .custom = &meta_custom,
	  .help = "instead of from: something about the request: fetched_at, scheduled, url "
		  "(secrets masked), status, run, request, page, param.NAME",
	  .example = "fetched_at" },
	{ .name = "value",
	  .type = FIELD_CUSTOM,
	  .offset = offsetof(struct job_column, value),
	  .custom = &json_custom,
	  .help = "instead of from: the same in every row",
	  .example = "shop-7" },
	{ .name = "format",
	  .type = FIELD_TEXT,
	  .offset = offsetof(struct job_column, format),
	  .check = check_format,
	  .help = "of a time: how it is written, with directives of strptime, or as a count since "
		  "1970: unix, unix_ms, unix_us, unix_ns; RFC 3339 when not given",
	  .example = "\"%d/%m/%Y\"" },
	{ .name = "default",
	  .type = FIELD_CUSTOM,
	  .offset = offsetof(struct job_column, fallback),
	  .custom = &json_custom,
	  .help = "what lands where the value is missing or null, as it is written here",
	  .example = "0" },
	{ .name = "on_error",
	  .type = FIELD_CHOICE,
	  .offset = offsetof(struct job_column, on_error),
	  .choices = column_errors,
	  .def = "inherit",
	  .help = "what becomes of a value that is not of the type; inherit: as the job's on_error",
	  .example = "\"null\"" },
	{ .name = NULL },
};

struct pointer *job_pointer_to(const char *name)
{
	struct pointer *pointer = NULL;
	struct buf text;

	buf_init(&text, 2 * strlen(name) + 2);
	buf_add_char(&text, '/');
	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			buf_add_text(&text, *name == '~' ? "~0" : "~1");
		else
			buf_add_char(&text, *name);
	}
	pointer_parse(buf_text(&text), &pointer, NULL);
	buf_done(&text);
	return pointer;
}

static void check_source(const struct job_column *column, const struct walk *walk,
			 const struct trail *at)
{
	struct trail meta = { .up = at, .key = "meta" }, value = { .up = at, .key = "value" };
	struct trail format = { .up = at, .key = "format" };

	if (column->from && column->meta)
		walk_problem(walk, &meta, AT_VALUE,
			     "a column comes from the record (from) or is about the request "
			     "(meta), not both");
	if (column->value && (column->from || column->meta || column->fallback))
		walk_problem(walk, &value, AT_VALUE,
			     "a column that is the same in every row (value) has no from, meta or "
			     "default");
	if (column->format && column->type != JOB_TYPE_TIME)
		walk_problem(walk, &format, AT_VALUE, "a format is for type: time");
}

static void check_column(const struct job *job, const struct job_column *column,
			 const struct walk *walk, const struct trail *at)
{
	struct trail name = { .up = at, .key = "name" };

	check_source(column, walk, at);
	if (column->name && !*column->name)
		walk_problem(walk, &name, AT_VALUE, "a column's name cannot be empty");
	for (const struct job_column *other = job->columns; column->name && other < column; other++)
		if (other->name && strcmp(other->name, column->name) == 0) {
			walk_problem(walk, &name, AT_VALUE, "a second column named \"%.64s\"",
				     column->name);
			return;
		}
}

static void read_list(struct job *job, const struct json *list, const struct walk *walk,
		      const struct trail *at)
{
	struct walk inner = *walk;
	struct trail item = { .up = at };

	inner.partial = false; /* lists are replaced as a whole: this one must be complete */
	job->columns = xcalloc(json_len(list), sizeof(*job->columns));
	for (; item.index < json_len(list); item.index++) {
		struct job_column *column = &job->columns[job->ncolumns++];
		const struct json *map = json_at(list, item.index);

		if (walk_wrong_type(walk, &item, map, JSON_OBJECT,
				    "a map such as {name: price, from: /price}"))
			continue;
		fields_read(column_fields, map, column, &inner, &item);
		check_column(job, column, walk, &item);
		if (column->name && !column->from && !column->meta && !column->value)
			column->from = job_pointer_to(column->name);
	}
}

static void read_columns(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	struct job *job = to;
	size_t len = json_len(value);

	if (json_str(value) && strcmp(json_str(value), "auto") == 0)
		job->columns_auto = true;
	else if (json_type(value) != JSON_ARRAY || len == 0)
		walk_problem(walk, at, AT_VALUE, "expected auto, or a list of at least one column");
	else if (len > JOB_COLUMNS_MAX)
		walk_problem(walk, at, AT_VALUE, "more than %d columns", JOB_COLUMNS_MAX);
	else
		read_list(job, value, walk, at);
}

static struct json *show_columns(const void *from)
{
	const struct job *job = from;
	struct json *list;

	if (job->columns_auto)
		return json_new_string("auto");
	list = json_new_array();
	for (size_t i = 0; i < job->ncolumns; i++)
		json_push(list, fields_show(column_fields, &job->columns[i]));
	return list;
}

static void done_columns(void *to)
{
	struct job *job = to;

	for (size_t i = 0; i < job->ncolumns; i++)
		fields_done(column_fields, &job->columns[i]);
	free(job->columns);
	job->columns = NULL;
	job->ncolumns = 0;
}

const struct field_custom job_columns = { "auto, or a list of columns", read_columns, show_columns,
					  done_columns, column_fields };
