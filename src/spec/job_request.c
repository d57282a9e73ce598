/* The rows of a job that say what is sent; the others are in job_fields.c. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

#define DAY INT64_C(86400000)

static const char *const versions[] = {
	[JOB_HTTP_1_1] = "1.1", [JOB_HTTP_2] = "2", [JOB_HTTP_AUTO] = "auto", NULL
};

/* RFC 9110 section 9.1: a token, and it is case-sensitive. */
static int check_method(const char *method, struct err *err)
{
	if (!*method || method[strspn(method, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-")])
		return err_set(err, -EINVAL, "expected a method in capitals, \"GET\" for example");
	if (strcmp(method, "CONNECT") == 0 || strcmp(method, "TRACE") == 0)
		return err_set(err, -EINVAL, "the method %s fetches no records", method);
	return 0;
}

int job_check_param(const char *name, struct err *err)
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
	{ .name = "graphql",
	  .type = FIELD_CUSTOM,
	  .custom = &job_graphql_body,
	  .help = "the body, as a GraphQL query with its variables; sent by POST",
	  .example = "{query: \"query ($id: ID) {item(id: $id) {name}}\", variables: {id: "
		     "\"${id}\"}}" },
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
	{ .name = "cookies",
	  .type = FIELD_BOOL,
	  .offset = AT(cookies),
	  .def = "false",
	  .help = "cookies that answers set go with the run's further requests",
	  .example = "true" },
	{ .name = "http",
	  .type = FIELD_CHOICE,
	  .offset = AT(http),
	  .choices = versions,
	  .def = "1.1",
	  .help = "the version of HTTP; auto: 2 where a TLS server offers it",
	  .example = "auto" },
	{ .name = "unix_socket",
	  .type = FIELD_PATH,
	  .offset = AT(unix_socket),
	  .help = "connect to this socket, whatever host the url names",
	  .example = "/run/app/api.sock" },
	{ .name = "proxy",
	  .type = FIELD_CUSTOM,
	  .custom = &job_proxy,
	  .help = "the proxy that requests go through",
	  .example = "socks5h://127.0.0.1:9050" },
	{ .name = "tls",
	  .type = FIELD_GROUP,
	  .fields = job_tls_fields,
	  .help = "who is trusted, and who we are, when the url is https" },
	{ .name = NULL },
};
