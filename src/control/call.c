/* What a call says: see call.h. How it is answered is in reply.c and stream.c. */
#include "control/call.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "control/call_state.h"
#include "control/conn.h"

static char *header_of(struct evhttp_request *req, const char *name)
{
	const char *value = evhttp_find_header(evhttp_request_get_input_headers(req), name);

	return xstrdup(value ? value : "");
}

/* The body moves out of evhttp's hands, so that it stays valid when the client leaves. */
static void take_body(struct call *call, struct evhttp_request *req)
{
	struct evbuffer *input = evhttp_request_get_input_buffer(req);
	size_t len = evbuffer_get_length(input);
	char *to;

	buf_init(&call->body, CALL_BODY_MAX);
	to = len ? buf_reserve(&call->body, len) : NULL;
	if (to && evbuffer_remove(input, to, len) == (int)len)
		buf_grew(&call->body, len);
}

struct call *call_new(struct conn *conn, struct evhttp_request *req, const char *method)
{
	struct call *call = xcalloc(1, sizeof(*call));

	call->conn = conn;
	call->req = req;
	call->base = evhttp_connection_get_base(conn->http);
	call->method = method;
	call->content_type = header_of(req, "Content-Type");
	call->accept = header_of(req, "Accept");
	take_body(call, req);
	return call;
}

void call_free(struct call *call)
{
	params_done(&call->query);
	buf_done(&call->body);
	free(call->content_type);
	free(call->accept);
	free(call);
}

void call_detach(struct call *call)
{
	if (call->conn) {
		conn_unwatch(call->conn);
		conn_stop_reading(call->conn);
		call->conn->call = NULL;
	}
	call->conn = NULL;
	call->req = NULL;
}

void call_left(struct call *call)
{
	/* evhttp frees requests that are still on the connection, and hands others over to us. */
	if (call->req && !evhttp_request_get_connection(call->req))
		evhttp_request_free(call->req);
	call->conn->call = NULL;
	call->conn = NULL;
	call->req = NULL;
	if (call->streaming)
		stream_close(call);
}

const char *call_method(const struct call *call)
{
	return call->method;
}

const char *call_path_param(const struct call *call, const char *name)
{
	for (size_t i = 0; i < call->match.nparams; i++)
		if (slice_is(call->match.names[i], name))
			return call->match.values[i];
	return "";
}

const char *call_query(const struct call *call, const char *name)
{
	return params_get(&call->query, name);
}

struct slice call_body(const struct call *call)
{
	return (struct slice) { buf_text(&call->body), call->body.len };
}

const char *call_content_type(const struct call *call)
{
	return call->content_type;
}

bool call_accepts(const struct call *call, const char *type)
{
	return strcasestr(call->accept, type) != NULL;
}

bool call_gone(const struct call *call)
{
	return !call->req;
}

/* Digits only: strtoull alone would take signs and spaces. */
static bool read_number(const char *text, uint64_t *value)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*value = strtoull(text, &end, 10);
	return *end == '\0' && errno == 0;
}

bool call_query_number(struct call *call, const char *name, struct call_bounds bounds,
		       uint64_t *value)
{
	const char *text = call_query(call, name);
	uint64_t number = bounds.def;

	if (text && (!read_number(text, &number) || number < bounds.lo || number > bounds.hi)) {
		call_problem(call, 400, NULL, "%s must be a whole number from %llu to %llu", name,
			     (unsigned long long)bounds.lo, (unsigned long long)bounds.hi);
		return false;
	}
	*value = number;
	return true;
}

bool call_json_body(struct call *call, struct json **body)
{
	struct err err = ERR_INIT;
	struct json *doc;

	if (call->body.len == 0) {
		*body = json_new_object();
		return true;
	}
	if (json_parse(buf_text(&call->body), call->body.len, &doc, &err) < 0) {
		call_problem(call, 400, NULL, "the body is not JSON: %s", err.text);
		return false;
	}
	if (json_type(doc) != JSON_OBJECT) {
		call_problem(call, 400, NULL, "the body must be a JSON object, not %s",
			     json_type_name(json_type(doc)));
		json_unref(doc);
		return false;
	}
	*body = doc;
	return true;
}
