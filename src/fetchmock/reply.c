/* Replies under construction: status, headers and body in buffers that are used again. */
#include "fetchmock/reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/scan.h"
#include "base/xalloc.h"

#define TEXT_MAX   (1024 * 1024)
#define KEEP_BYTES (256 * 1024) /* what a reply may hold on to between requests */
#define DETAIL_MAX 512

/* The status codes of RFC 9110 section 15, RFC 6585 and 103, 422, 425 that a mock is asked for. */
static const struct {
	int status;
	const char *name;
} status_names[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 203, "Non-Authoritative Information" },
	{ 204, "No Content" },
	{ 206, "Partial Content" },
	{ 300, "Multiple Choices" },
	{ 301, "Moved Permanently" },
	{ 302, "Found" },
	{ 303, "See Other" },
	{ 304, "Not Modified" },
	{ 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" },
	{ 400, "Bad Request" },
	{ 401, "Unauthorized" },
	{ 402, "Payment Required" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 410, "Gone" },
	{ 412, "Precondition Failed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 415, "Unsupported Media Type" },
	{ 418, "I'm a teapot" },
	{ 422, "Unprocessable Content" },
	{ 425, "Too Early" },
	{ 429, "Too Many Requests" },
	{ 451, "Unavailable For Legal Reasons" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 502, "Bad Gateway" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
};

const char *status_name(int status)
{
	for (size_t i = 0; i < sizeof(status_names) / sizeof(status_names[0]); i++)
		if (status_names[i].status == status)
			return status_names[i].name;
	return "";
}

void reply_init(struct reply *reply)
{
	*reply = (struct reply) { .status = 200 };
	buf_init(&reply->body, REPLY_BODY_MAX);
	buf_init(&reply->text, TEXT_MAX);
}

void reply_done(struct reply *reply)
{
	buf_done(&reply->body);
	buf_done(&reply->text);
}

void reply_clear(struct reply *reply)
{
	reply->status = 200;
	reply->reset = reply->gzip = false;
	reply->delay_ms = 0;
	reply->content_type = NULL;
	reply->nheaders = 0;
	buf_shrink(&reply->body, KEEP_BYTES);
	buf_shrink(&reply->text, KEEP_BYTES);
}

void reply_header(struct reply *reply, const char *name, const char *fmt, ...)
{
	size_t start = reply->text.len;
	char *value;
	va_list ap;

	if (reply->nheaders == REPLY_HEADERS_MAX)
		return;
	va_start(ap, fmt);
	if (vasprintf(&value, fmt, ap) < 0)
		value = xstrdup("");
	va_end(ap);
	buf_add(&reply->text, name, strlen(name) + 1);
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at >= 0x20 && *at != 0x7f)
			buf_add_char(&reply->text, *at);
	buf_add_char(&reply->text, '\0');
	free(value);
	if (reply->text.full)
		buf_cut(&reply->text, start);
	else
		reply->headers[reply->nheaders++] = start;
}

const char *reply_header_name(const struct reply *reply, size_t index)
{
	return reply->text.data + reply->headers[index];
}

const char *reply_header_value(const struct reply *reply, size_t index)
{
	const char *name = reply_header_name(reply, index);

	return name + strlen(name) + 1;
}

/* A detail may quote a request, or have been cut in the middle of a character. */
static void make_utf8(char *text)
{
	if (utf8_valid(text, strlen(text)))
		return;
	for (; *text; text++)
		if ((unsigned char)*text >= 0x80)
			*text = '?';
}

void reply_problem(struct reply *reply, int status, const char *fmt, ...)
{
	struct json *doc = json_new_object();
	char detail[DETAIL_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(detail, sizeof(detail), fmt, ap);
	va_end(ap);
	make_utf8(detail);
	json_put_str(doc, "type", "about:blank");
	json_put_str(doc, "title", status_name(status));
	json_put_int(doc, "status", status);
	json_put_str(doc, "detail", detail);
	reply->status = status;
	reply->content_type = "application/problem+json";
	buf_clear(&reply->body);
	json_write(doc, &reply->body);
	json_unref(doc);
}
