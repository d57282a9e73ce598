/* The rows of a job that say what is sent and how its pages are followed; the others are in
 * job_fields.c. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

#define DAY INT64_C(86400000)

static const char *const paginators[] = {
	[JOB_PAGES_NONE] = "none", [JOB_PAGES_LINK] = "link", [JOB_PAGES_CURSOR] = "cursor", NULL
};
static const char *const paginators_later[] = { "page", "offset", "next_url", "auto", NULL };

/* RFC 9110 section 9.1: a token, and it is case-sensitive. */
static int check_method(const char *method, struct err *err)
{
	if (!*method || method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")])
		return err_set(err, -EINVAL, "expected a method in capitals, \"GET\" for example");
	if (strcmp(method, "CONNECT") == 0 || strcmp(method, "TRACE") == 0)
		return err_set(err, -EINVAL, "the method %s fetches no records", method);
	return 0;
}

/* RFC 7617 section 2: a colon would end the user's name. */
static int check_user(const char *user, struct err *err)
{
	for (const char *at = user; *at; at++)
		if (*at == ':' || (unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, -EINVAL,
				       "a user's name has no \":\" and no control byte");
	return 0;
}

static int check_header(const char *name, struct err *err)
{
	if (!*name || name[strspn(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
					"WXYZ!#$%&'*+-.^_`|~")])
		return err_set(err, -EINVAL, "expected a header's name, \"X-Api-Key\" for example");
	return 0;
}

static int check_param(const char *name, struct err *err)
{
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, -EINVAL, "a control byte");
	return *name ? 0 : err_set(err, -EINVAL, "expected the name of a query parameter");
}

const struct field job_request_fields[] = {
	{ .name = "url",
	  .type = FIELD_TEMPLATE,
	  .offset = AT(url),
	  .flags = FIELD_REQUIRED,
	  .place = TEMPLATE_URL,
	  .help = "the address to fetch, http or https; ${name} stands for a parameter",
	  .example = "http://127.0.0.1:3000/inventory/${category}?id=${id}" },
	{ .name = "method",
	  .type = FIELD_TEXT,
	  .offset = AT(method),
	  .def = "GET",
	  .check = check_method,
	  .help = "the HTTP method",
	  .example = "POST" },
	{ .name = "headers",
	  .type = FIELD_CUSTOM,
	  .custom = &job_headers,
	  .help = "headers to send; values may hold ${name}",
	  .example = "{Accept: application/json}" },
	{ .name = "query",
	  .type = FIELD_CUSTOM,
	  .custom = &job_query,
	  .help = "query parameters, encoded and put behind those of the url",
	  .example = "{verbose: 1}" },
	{ .name = "text",
	  .type = FIELD_CUSTOM,
	  .custom = &job_text_body,
	  .help = "the body, as text",
	  .example = "id=${id}" },
	{ .name = "json",
	  .type = FIELD_CUSTOM,
	  .custom = &job_json_body,
	  .help = "the body, as JSON; its strings may hold ${name}",
	  .example = "{query: {id: \"${id}\"}}" },
	{ .name = "form",
	  .type = FIELD_CUSTOM,
	  .custom = &job_form,
	  .help = "the body, as the fields of a form",
	  .example = "{id: \"${id}\"}" },
	{ .name = "timeout",
	  .type = FIELD_DURATION,
	  .offset = AT(timeout_ms),
	  .min = 1,
	  .max = DAY,
	  .def = "30s",
	  .help = "for one request, from connecting to the last byte",
	  .example = "30s" },
	{ .name = "connect_timeout",
	  .type = FIELD_DURATION,
	  .offset = AT(connect_timeout_ms),
	  .min = 1,
	  .max = DAY,
	  .def = "10s",
	  .help = "for resolving, connecting and the TLS handshake",
	  .example = "10s" },
	{ .name = "stall_timeout",
	  .type = FIELD_DURATION,
	  .offset = AT(stall_timeout_ms),
	  .max = DAY,
	  .def = "0",
	  .help = "without a byte received; 0: only timeout counts",
	  .example = "10s" },
	{ .name = "max_body",
	  .type = FIELD_SIZE,
	  .offset = AT(max_body_bytes),
	  .min = 1,
	  .max = INT64_C(1) << 40,
	  .def = "64MiB",
	  .unit = "bytes",
	  .help = "most bytes of a decoded body; a larger one is a failure",
	  .example = "64MiB" },
	{ .name = "max_redirects",
	  .type = FIELD_COUNT,
	  .offset = AT(max_redirects),
	  .max = 50,
	  .def = "5",
	  .help = "redirects followed for one request, on the same origin",
	  .example = "5" },
	{ .name = "graphql", .type = FIELD_RESERVED },
	{ .name = "http", .type = FIELD_RESERVED, .def = "1.1" },
	{ .name = "proxy", .type = FIELD_RESERVED },
	{ .name = "unix_socket", .type = FIELD_RESERVED },
	{ .name = "tls", .type = FIELD_RESERVED },
	{ .name = NULL },
};

const struct field job_pages_fields[] = {
	{ .name = "by",
	  .type = FIELD_CHOICE,
	  .offset = AT(pages),
	  .choices = paginators,
	  .later = paginators_later,
	  .def = "none",
	  .help = "how the next page is found: the Link header (rel=next), or a cursor in the "
		  "body",
	  .example = "cursor" },
	{ .name = "from",
	  .type = FIELD_POINTER,
	  .offset = AT(page_from),
	  .help = "cursor: where the next cursor is in the body",
	  .example = "/next" },
	{ .name = "param",
	  .type = FIELD_TEXT,
	  .offset = AT(page_param),
	  .check = check_param,
	  .help = "cursor: the query parameter that carries it",
	  .example = "cursor" },
	{ .name = "max",
	  .type = FIELD_BIG,
	  .offset = AT(pages_max),
	  .max = INT64_C(1) << 32,
	  .def = "0",
	  .help = "most pages of one chain; 0: no limit",
	  .example = "1000" },
	{ .name = NULL },
};

static bool applies_basic(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_BASIC;
}

static bool applies_bearer(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_BEARER;
}

static bool applies_key_header(const void *job)
{
	return ((const struct job *)job)->key_place == JOB_KEY_HEADER;
}

static bool applies_key_query(const void *job)
{
	return ((const struct job *)job)->key_place == JOB_KEY_QUERY;
}

static bool applies_api_key(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_API_KEY;
}

static const struct field basic_fields[] = {
	{ .name = "user",
	  .type = FIELD_TEXT,
	  .offset = AT(auth_user),
	  .flags = FIELD_REQUIRED,
	  .check = check_user,
	  .help = "the user's name",
	  .example = "anna" },
	{ .name = "password",
	  .type = FIELD_SECRET,
	  .offset = AT(auth_secret),
	  .flags = FIELD_REQUIRED,
	  .help = "where the password is",
	  .example = "{credential: api-password}" },
	{ .name = NULL },
};

static const struct field api_key_fields[] = {
	{ .name = "header",
	  .type = FIELD_TEXT,
	  .offset = AT(key_name),
	  .check = check_header,
	  .applies = applies_key_header,
	  .help = "the header that carries the key",
	  .example = "X-Api-Key" },
	{ .name = "query",
	  .type = FIELD_TEXT,
	  .offset = AT(key_name),
	  .check = check_param,
	  .applies = applies_key_query,
	  .help = "or the query parameter that carries it",
	  .example = "key" },
	{ .name = "value",
	  .type = FIELD_SECRET,
	  .offset = AT(auth_secret),
	  .flags = FIELD_REQUIRED,
	  .help = "where the key is",
	  .example = "{env: API_KEY}" },
	{ .name = NULL },
};

const struct field job_auth_fields[] = {
	{ .name = "basic",
	  .type = FIELD_GROUP,
	  .fields = basic_fields,
	  .applies = applies_basic,
	  .help = "user and password (RFC 7617)" },
	{ .name = "bearer",
	  .type = FIELD_SECRET,
	  .offset = AT(auth_secret),
	  .applies = applies_bearer,
	  .help = "where a bearer token is (RFC 6750)",
	  .example = "{file: token.txt}" },
	{ .name = "api_key",
	  .type = FIELD_GROUP,
	  .fields = api_key_fields,
	  .applies = applies_api_key,
	  .help = "a key in a header or in the query" },
	{ .name = "digest", .type = FIELD_RESERVED },
	{ .name = "oauth2", .type = FIELD_RESERVED },
	{ .name = "sigv4", .type = FIELD_RESERVED },
	{ .name = "netrc", .type = FIELD_RESERVED },
	{ .name = NULL },
};
