/* Answers that are whole: a document, nothing, or a problem. See call.h; streams are in stream.c.
 *
 * Every function here ends its call, also when the client has left and nobody will read the answer.
 */
#include <event2/buffer.h>
#include <event2/http.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "control/call.h"
#include "control/call_state.h"
#include "control/conn.h"

/* RFC 9110 section 15; evhttp's own list ends before 422. */
static const struct {
	int status;
	const char *title;
} titles[] = {
	{ 200, "OK" },
	{ 201, "Created" },
	{ 202, "Accepted" },
	{ 204, "No Content" },
	{ 400, "Bad Request" },
	{ 403, "Forbidden" },
	{ 404, "Not Found" },
	{ 405, "Method Not Allowed" },
	{ 406, "Not Acceptable" },
	{ 408, "Request Timeout" },
	{ 409, "Conflict" },
	{ 413, "Content Too Large" },
	{ 415, "Unsupported Media Type" },
	{ 422, "Unprocessable Content" },
	{ 429, "Too Many Requests" },
	{ 500, "Internal Server Error" },
	{ 501, "Not Implemented" },
	{ 503, "Service Unavailable" },
	{ 504, "Gateway Timeout" },
	{ 507, "Insufficient Storage" },
};

static const char *title_of(int status)
{
	for (size_t i = 0; i < sizeof(titles) / sizeof(titles[0]); i++)
		if (titles[i].status == status)
			return titles[i].title;
	return status < 400 ? "OK" : "Error";
}

static void add_header(struct evhttp_request *req, const char *name, const char *value)
{
	evhttp_add_header(evhttp_request_get_output_headers(req), name, value);
}

/* evhttp would send the body in answer to HEAD too; only its length belongs there. */
static struct evbuffer *body_for(struct call *call, const char *text)
{
	struct evbuffer *body = evbuffer_new();
	char length[24];

	if (!body)
		abort();
	evbuffer_add(body, text, strlen(text));
	evbuffer_add(body, "\n", 1);
	snprintf(length, sizeof(length), "%zu", evbuffer_get_length(body));
	add_header(call->req, "Content-Length", length);
	if (strcmp(call->method, "HEAD") == 0)
		evbuffer_drain(body, evbuffer_get_length(body));
	return body;
}

/* Hands the answer to evhttp; the call itself stays, without a client. */
static void send_json(struct call *call, int status, const char *type, const struct json *doc)
{
	char *text = json_text(doc, false);
	struct evbuffer *body = body_for(call, text);

	add_header(call->req, "Content-Type", type);
	add_header(call->req, "Cache-Control", "no-store");
	evhttp_send_reply(call->req, status, title_of(status), body);
	call_detach(call);
	evbuffer_free(body);
	free(text);
}

void call_reply(struct call *call, int status, struct json *body)
{
	if (call->req)
		send_json(call, status, "application/json", body);
	json_unref(body);
	call_free(call);
}

void call_reply_empty(struct call *call, int status)
{
	if (call->req) {
		if (status != 204)
			add_header(call->req, "Content-Length", "0");
		evhttp_send_reply(call->req, status, title_of(status), NULL);
		call_detach(call);
	}
	call_free(call);
}

/* RFC 9457 section 3.1. */
static struct json *problem(int status, const char *detail, struct json *extra)
{
	struct json *doc = json_new_object();

	json_put_str(doc, "type", "about:blank");
	json_put_str(doc, "title", title_of(status));
	json_put_int(doc, "status", status);
	json_put_str(doc, "detail", detail);
	for (struct json_member m = json_first(extra); m.key; m = json_next(m))
		json_put(doc, m.key, json_ref(m.value));
	json_unref(extra);
	return doc;
}

static void send_problem(struct call *call, int status, struct json *extra, const char *detail)
{
	struct json *doc = problem(status, detail, extra);

	if (status == 405)
		add_header(call->req, "Allow", call->match.allowed);
	send_json(call, status, "application/problem+json", doc);
	json_unref(doc);
}

void call_problem(struct call *call, int status, struct json *extra, const char *fmt, ...)
{
	struct err detail; /* for its bound and its escaping */
	char text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	err_set(&detail, 0, "%s", text);
	if (call->req)
		send_problem(call, status, extra, detail.text);
	else
		json_unref(extra);
	call_free(call);
}

void call_abandon(struct call *call)
{
	if (call->streaming)
		stream_abandon(call);
	else
		send_problem(call, 503, NULL, "fetchd is stopping; ask again when it is back");
}
