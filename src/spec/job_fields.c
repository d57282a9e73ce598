/* The field table of a job: everything a user may write under jobs.NAME, with its default.
 *
 * Names that later versions will have stand here too (FIELD_RESERVED), so that nobody is told that
 * "schedule" is a misspelling.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

static const char *const engines[] = { "async", "threads", NULL };
static const char *const engines_later[] = { "processes", NULL };
static const char *const combines[] = { [MATRIX_PRODUCT] = "product", [MATRIX_ZIP] = "zip", NULL };
static const char *const paginators[] = {
	[JOB_PAGES_NONE] = "none", [JOB_PAGES_LINK] = "link", [JOB_PAGES_CURSOR] = "cursor", NULL
};
static const char *const paginators_later[] = { "page", "offset", "next_url", "auto", NULL };
static const char *const retry_classes[] = {
	"connect", "timeout", "408", "425", "429", "5xx", NULL
};
static const char *const formats[] = {
	[JOB_FORMAT_CSV] = "csv", [JOB_FORMAT_JSONL] = "jsonl", NULL
};
static const char *const formats_later[] = { "json", NULL };

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

static const struct field request_fields[] = {
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

static const struct field pages_fields[] = {
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

static bool applies_auth(const void *job)
{
	return ((const struct job *)job)->auth != JOB_AUTH_NONE;
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

static const struct field auth_fields[] = {
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

static const struct field limits_fields[] = {
	{ .name = "per_host",
	  .type = FIELD_COUNT,
	  .offset = AT(per_host),
	  .max = 100000,
	  .def = "0",
	  .help = "most requests of this job in flight at one host; 0: no cap",
	  .example = "10" },
	{ .name = "rate", .type = FIELD_RESERVED },
	{ .name = "burst", .type = FIELD_RESERVED, .flags = FIELD_HARMLESS },
	{ .name = NULL },
};

static const struct field retry_fields[] = {
	{ .name = "attempts",
	  .type = FIELD_COUNT,
	  .offset = AT(retry_attempts),
	  .min = 1,
	  .max = 1000,
	  .def = "5",
	  .help = "how often a request is tried, the first time included",
	  .example = "5" },
	{ .name = "first",
	  .type = FIELD_DURATION,
	  .offset = AT(retry_first_ms),
	  .max = DAY,
	  .def = "500ms",
	  .help = "the longest wait before the second try; it doubles with every further one",
	  .example = "500ms" },
	{ .name = "max",
	  .type = FIELD_DURATION,
	  .offset = AT(retry_max_ms),
	  .max = DAY,
	  .def = "30s",
	  .help = "no wait is longer, unless the server asks for it",
	  .example = "30s" },
	{ .name = "budget",
	  .type = FIELD_DURATION,
	  .offset = AT(retry_budget_ms),
	  .max = 365 * DAY,
	  .def = "10m",
	  .help = "no further try of a request this long after its first",
	  .example = "10m" },
	{ .name = "on",
	  .type = FIELD_SET,
	  .offset = AT(retry_on),
	  .choices = retry_classes,
	  .def = "[connect, timeout, 408, 425, 429, 5xx]",
	  .help = "the failures that are tried again",
	  .example = "[connect, timeout, 429]" },
	{ .name = NULL },
};

static const struct field rotate_fields[] = {
	{ .name = "size",
	  .type = FIELD_SIZE,
	  .offset = AT(rotate_bytes),
	  .max = INT64_MAX,
	  .def = "256MiB",
	  .unit = "bytes",
	  .help = "a new file begins when the live one has this size; 0: never",
	  .example = "64MiB" },
	{ .name = "rows",
	  .type = FIELD_BIG,
	  .offset = AT(rotate_rows),
	  .max = INT64_MAX,
	  .def = "0",
	  .help = "a new file begins after this many rows; 0: never",
	  .example = "1000000" },
	{ .name = "every", .type = FIELD_RESERVED },
	{ .name = NULL },
};

static const struct field output_fields[] = {
	{ .name = "format",
	  .type = FIELD_CHOICE,
	  .offset = AT(format),
	  .choices = formats,
	  .later = formats_later,
	  .def = "csv",
	  .help = "the form of the files: CSV (RFC 4180) or one JSON record a line",
	  .example = "jsonl" },
	{ .name = "path",
	  .type = FIELD_TEMPLATE,
	  .offset = AT(path),
	  .place = TEMPLATE_PATH,
	  .def = "${job}/${job}",
	  .help = "under data_dir, without extension",
	  .example = "shop/${job}" },
	{ .name = "rotate",
	  .type = FIELD_GROUP,
	  .fields = rotate_fields,
	  .help = "when the live file is closed and a new one begins" },
	{ .name = "mode", .type = FIELD_RESERVED, .def = "append" },
	{ .name = "compress", .type = FIELD_RESERVED, .def = "none" },
	{ .name = "order", .type = FIELD_RESERVED, .def = "completed" },
	{ .name = "keep", .type = FIELD_RESERVED },
	{ .name = "crlf", .type = FIELD_RESERVED, .def = "false" },
	{ .name = NULL },
};

const struct field job_fields[] = {
	{ .name = "description",
	  .type = FIELD_TEXT,
	  .offset = AT(description),
	  .def = "",
	  .flags = FIELD_RELOADS,
	  .help = "a sentence for people",
	  .example = "Products and materials in stock" },
	{ .name = "enabled",
	  .type = FIELD_BOOL,
	  .offset = AT(enabled),
	  .def = "true",
	  .flags = FIELD_RELOADS,
	  .help = "a disabled job does not run; fetchctl enable and disable win over it",
	  .example = "false" },
	{ .name = "engine",
	  .type = FIELD_TEXT,
	  .offset = AT(engine),
	  .choices = engines,
	  .later = engines_later,
	  .def = "async",
	  .flags = FIELD_RELOADS,
	  .help = "what fetches: an event loop, or a thread for each worker",
	  .example = "threads" },
	{ .name = "workers",
	  .type = FIELD_COUNT,
	  .offset = AT(workers),
	  .min = 1,
	  .max = 100000,
	  .def = "4",
	  .flags = FIELD_RELOADS,
	  .help = "requests in flight at once",
	  .example = "3" },
	{ .name = "request",
	  .type = FIELD_GROUP,
	  .flags = FIELD_REQUIRED | FIELD_RELOADS,
	  .fields = request_fields,
	  .help = "what is sent" },
	{ .name = "params",
	  .type = FIELD_CUSTOM,
	  .custom = &job_params,
	  .flags = FIELD_RELOADS,
	  .help = "the parameters; one request for each combination of their values",
	  .example = "{category: [materials, products], id: {range: [0, 49]}}" },
	{ .name = "combine",
	  .type = FIELD_CHOICE,
	  .offset = AT(matrix.combine),
	  .choices = combines,
	  .def = "product",
	  .flags = FIELD_RELOADS,
	  .help = "every value with every other (the first varies slowest), or side by side",
	  .example = "zip" },
	{ .name = "pages",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = pages_fields,
	  .help = "how answers that come in pages are followed" },
	{ .name = "auth",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = auth_fields,
	  .applies = applies_auth,
	  .help = "how requests prove who asks; one of these" },
	{ .name = "records",
	  .type = FIELD_POINTER,
	  .offset = AT(records),
	  .def = "",
	  .flags = FIELD_RELOADS,
	  .help = "where the records are in the answer; a list there is one record an element",
	  .example = "/data/items" },
	{ .name = "columns",
	  .type = FIELD_CUSTOM,
	  .custom = &job_columns,
	  .def = "auto",
	  .flags = FIELD_RELOADS,
	  .help = "the columns of a row; auto: whatever keys the records have",
	  .example = "[{name: id, from: /id, type: int}, {name: price}]" },
	{ .name = "limits",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = limits_fields,
	  .help = "how hard the job may press" },
	{ .name = "retry",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = retry_fields,
	  .help = "when and how often a failed request is tried again" },
	{ .name = "output",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = output_fields,
	  .help = "where the rows land" },
	{ .name = "schedule", .type = FIELD_RESERVED },
	{ .name = "response", .type = FIELD_RESERVED },
	{ .name = "incremental", .type = FIELD_RESERVED },
	{ .name = "expect", .type = FIELD_RESERVED },
	{ .name = "new_columns", .type = FIELD_RESERVED, .def = "rotate" },
	{ .name = "conditional", .type = FIELD_RESERVED, .def = "false" },
	{ .name = NULL },
};
