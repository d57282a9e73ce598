/* Headers, query parameters and form fields: maps of names to templates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

#define PAIRS_MAX 200

char *job_scalar_text(const struct json *value)
{
	switch (json_type(value)) {
	case JSON_STRING:
		return xstrdup(json_str(value));
	case JSON_BOOL:
	case JSON_INT:
	case JSON_NUMBER:
		return json_text(value, false);
	default:
		return NULL;
	}
}

static void add_pair(struct job_pairs pairs, const char *name, struct template *value)
{
	*pairs.list = xreallocarray(*pairs.list, *pairs.len + 1, sizeof(**pairs.list));
	(*pairs.list)[(*pairs.len)++] = (struct job_pair) { xstrdup(name), value };
}

static void read_pair(struct job_pairs pairs, struct json_member member, enum template_place place,
		      const struct walk *walk, const struct trail *at)
{
	struct template *template = NULL;
	struct err err = ERR_INIT;
	char *text = job_scalar_text(member.value);

	if (!text)
		walk_problem(walk, at, AT_VALUE, "expected text, found %s",
			     walk_type_name(member.value));
	else if (template_parse(text, place, &template, &err) < 0)
		walk_problem(walk, at, AT_VALUE, "%s", err.text);
	else
		add_pair(pairs, member.key, template);
	free(text);
}

void job_pairs_read(struct job_pairs pairs, const struct json *map, enum template_place place,
		    const struct walk *walk, const struct trail *at)
{
	if (walk_wrong_type(walk, at, map, JSON_OBJECT, "a map of names to values"))
		return;
	if (json_len(map) > PAIRS_MAX) {
		walk_problem(walk, at, AT_VALUE, "more than %d of them", PAIRS_MAX);
		return;
	}
	for (struct json_member m = json_first(map); m.key; m = json_next(m)) {
		struct trail here = { .up = at, .key = m.key };

		if (!*m.key)
			walk_problem(walk, &here, AT_KEY, "a name cannot be empty");
		else
			read_pair(pairs, m, place, walk, &here);
	}
}

struct json *job_pairs_show(struct job_pairs pairs)
{
	struct json *map = json_new_object();

	for (size_t i = 0; i < *pairs.len; i++)
		json_put_str(map, (*pairs.list)[i].name, template_source((*pairs.list)[i].value));
	return map;
}

void job_pairs_done(struct job_pairs pairs)
{
	for (size_t i = 0; i < *pairs.len; i++) {
		free((*pairs.list)[i].name);
		template_free((*pairs.list)[i].value);
	}
	free(*pairs.list);
	*pairs.list = NULL;
	*pairs.len = 0;
}

/* Headers. */

static struct job_pairs headers_of(const void *to)
{
	struct job *job = (struct job *)to;

	return (struct job_pairs) { &job->headers, &job->nheaders };
}

/* A field name is a token, RFC 9110 section 5.1. */
static bool is_token(const char *name)
{
	return *name && !name[strspn(name, "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ")];
}

/* Why a header may not be given; NULL when it may. */
static const char *header_fault(const char *name)
{
	static const struct {
		const char *name, *fault;
	} faults[] = {
		{ "authorization", "a secret does not stand in a job; use \"auth\"" },
		{ "proxy-authorization", "a secret does not stand in a job" },
		{ "accept-encoding", "fetchd says itself what it can decode" },
		{ "content-length", "fetchd counts the body itself" },
		{ "transfer-encoding", "fetchd frames the body itself" },
		{ "connection", "fetchd keeps its connections itself" },
		{ "host", "the host is the URL's" },
		{ "expect", "fetchd does not wait for 100 Continue" },
		{ "te", "fetchd says itself what it can decode" },
		{ "trailer", "fetchd sends no trailers" },
		{ "upgrade", "fetchd does not change protocols" },
	};

	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		if (strcasecmp(faults[i].name, name) == 0)
			return faults[i].fault;
	return is_token(name) ? NULL : "this is not a header's name";
}

/* A line's end would begin a header of its own, RFC 9110 section 5.5; no request could be made. */
static bool has_control(const char *text)
{
	for (; *text; text++)
		if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
			return true;
	return false;
}

static void read_headers(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	job_pairs_read(headers_of(to), value, TEMPLATE_HEADER, walk, at);
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		struct trail here = { .up = at, .key = m.key };
		const char *fault = *m.key ? header_fault(m.key) : NULL;

		if (fault)
			walk_problem(walk, &here, AT_KEY, "the header \"%s\" cannot be set: %s",
				     m.key, fault);
		else if (json_str(m.value) && has_control(json_str(m.value)))
			walk_problem(
				walk, &here, AT_VALUE,
				"a line break or control byte in the value of the header \"%s\"",
				m.key);
	}
}

static struct json *show_headers(const void *to)
{
	return job_pairs_show(headers_of(to));
}

static void done_headers(void *to)
{
	job_pairs_done(headers_of(to));
}

const struct field_custom job_headers = { "map of texts", read_headers, show_headers,
					  done_headers };

/* Query. */

static struct job_pairs query_of(const void *to)
{
	struct job *job = (struct job *)to;

	return (struct job_pairs) { &job->query, &job->nquery };
}

static void read_query(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	job_pairs_read(query_of(to), value, TEMPLATE_QUERY, walk, at);
}

static struct json *show_query(const void *to)
{
	return job_pairs_show(query_of(to));
}

static void done_query(void *to)
{
	job_pairs_done(query_of(to));
}

const struct field_custom job_query = { "map of texts", read_query, show_query, done_query };

/* Form. */

static struct job_pairs form_of(const void *to)
{
	struct job *job = (struct job *)to;

	return (struct job_pairs) { &job->form, &job->nform };
}

static void read_form(const struct field *field, const struct json *value, void *to,
		      const struct walk *walk, const struct trail *at)
{
	((struct job *)to)->body_kind = JOB_BODY_FORM;
	job_pairs_read(form_of(to), value, TEMPLATE_QUERY, walk, at);
}

static struct json *show_form(const void *to)
{
	return ((const struct job *)to)->body_kind == JOB_BODY_FORM ? job_pairs_show(form_of(to))
								    : NULL;
}

static void done_form(void *to)
{
	job_pairs_done(form_of(to));
}

const struct field_custom job_form = { "map of texts", read_form, show_form, done_form };
