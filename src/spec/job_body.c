/* The body of a request: a text, a JSON value with holes inside its strings, or a GraphQL query. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "spec/job_parts.h"

static void take_body(struct job *job, enum job_body kind, struct template *template)
{
	template_free(job->body);
	job->body = template;
	job->body_kind = kind;
}

static void done_body(void *to)
{
	take_body(to, JOB_BODY_NONE, NULL);
}

static void read_text(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct template *template = NULL;
	struct err err = ERR_INIT;

	if (walk_wrong_type(walk, at, value, JSON_STRING, "text"))
		return;
	if (template_parse(json_str(value), TEMPLATE_PLAIN, &template, &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	else
		take_body(to, JOB_BODY_TEXT, template);
}

static struct json *show_text(const void *from)
{
	const struct job *job = from;

	return job->body_kind == JOB_BODY_TEXT ? json_new_string(template_source(job->body)) : NULL;
}

const struct field_custom job_text_body = { "template", read_text, show_text, done_body };

static void read_json(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	struct template *template = NULL;
	struct err err = ERR_INIT;
	char *text = json_text(value, false);

	if (template_parse(text, TEMPLATE_JSON, &template, &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	else
		take_body(to, JOB_BODY_JSON, template);
	free(text);
}

static struct json *show_json(const void *from)
{
	const struct job *job = from;
	struct json *value = NULL;
	const char *text;

	if (job->body_kind != JOB_BODY_JSON)
		return NULL;
	text = template_source(job->body);
	json_parse(text, strlen(text), &value, NULL);
	return value;
}

const struct field_custom job_json_body = { "any value", read_json, show_json, done_body };

/* GraphQL over HTTP: a JSON object of the query's text and its variables. Only variables have
 * holes: in the query's own text a value would not be encoded. */

struct graphql {
	char *query, *operation;
	struct json *variables;
};

static int check_query(const char *query, struct err *err)
{
	if (strstr(query, "${"))
		return err_set(err, -EINVAL,
			       "the query's own text has no ${...}; declare a variable in it and "
			       "give its value under variables");
	return *query ? 0 : err_set(err, -EINVAL, "expected a query");
}

static void read_variables(const struct field *field, const struct json *value, void *to,
			   const struct walk *walk, const struct trail *at)
{
	if (!walk_wrong_type(walk, at, value, JSON_OBJECT, "a map of names to values"))
		*(struct json **)to = json_copy(value);
}

static const struct field_custom graphql_variables = { .shape = "map", .read = read_variables };

static const struct field graphql_fields[] = {
	{ .name = "query",
	  .type = FIELD_TEXT,
	  .offset = offsetof(struct graphql, query),
	  .flags = FIELD_REQUIRED,
	  .check = check_query,
	  .help = "the query's text",
	  .example = "query ($id: ID) {item(id: $id) {name}}" },
	{ .name = "variables",
	  .type = FIELD_CUSTOM,
	  .offset = offsetof(struct graphql, variables),
	  .custom = &graphql_variables,
	  .help = "the values of its variables; their strings may hold ${name}",
	  .example = "{id: \"${id}\", first: \"${count|json}\"}" },
	{ .name = "operation",
	  .type = FIELD_TEXT,
	  .offset = offsetof(struct graphql, operation),
	  .help = "which operation to execute, when the text holds several",
	  .example = "Items" },
	{ .name = NULL },
};

/* In the template a dollar of the query is written twice. */
static char *with_double_dollars(const char *text)
{
	struct buf out;

	buf_init(&out, 2 * strlen(text) + 1);
	for (; *text; text++) {
		if (*text == '$')
			buf_add_char(&out, '$');
		buf_add_char(&out, *text);
	}
	return buf_take(&out);
}

static char *graphql_text(const struct graphql *graphql)
{
	struct json *body = json_new_object();
	char *query = with_double_dollars(graphql->query), *text;

	json_put_str(body, "query", query);
	if (graphql->operation)
		json_put_str(body, "operationName", graphql->operation);
	if (graphql->variables)
		json_put(body, "variables", json_ref(graphql->variables));
	text = json_text(body, false);
	json_unref(body);
	free(query);
	return text;
}

static void read_graphql(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	struct graphql graphql = { 0 };
	struct template *template = NULL;
	struct err err = ERR_INIT;
	struct job *job = to;
	char *text;

	fields_read(graphql_fields, value, &graphql, walk, at);
	if (graphql.query) {
		text = graphql_text(&graphql);
		if (template_parse(text, TEMPLATE_JSON, &template, &err) < 0)
			walk_problem(walk, at, AT_VALUE, "%s", err.text);
		else
			take_body(job, JOB_BODY_GRAPHQL, template);
		free(text);
		free(job->graphql);
		job->graphql = json_text(value, false);
	}
	free(graphql.query);
	free(graphql.operation);
	json_unref(graphql.variables);
}

static struct json *show_graphql(const void *from)
{
	const struct job *job = from;
	struct json *value = NULL;

	if (job->body_kind == JOB_BODY_GRAPHQL)
		json_parse(job->graphql, strlen(job->graphql), &value, NULL);
	return value;
}

static void done_graphql(void *to)
{
	struct job *job = to;

	done_body(job);
	free(job->graphql);
	job->graphql = NULL;
}

const struct field_custom job_graphql_body = { .shape = "map",
					       .read = read_graphql,
					       .show = show_graphql,
					       .done = done_graphql,
					       .members = graphql_fields };
