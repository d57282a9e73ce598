/* The body of a request: a text, or a JSON value with holes inside its strings. */
#include <stdlib.h>
#include <string.h>

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
