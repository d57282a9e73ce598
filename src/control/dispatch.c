/* Dispatch: see dispatch.h. */
#include "control/dispatch.h"

#include <event2/http.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "control/call.h"
#include "control/call_state.h"
#include "control/conn.h"

static const struct {
	enum evhttp_cmd_type type;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, "GET" },         { EVHTTP_REQ_POST, "POST" },
	{ EVHTTP_REQ_PUT, "PUT" },         { EVHTTP_REQ_PATCH, "PATCH" },
	{ EVHTTP_REQ_DELETE, "DELETE" },   { EVHTTP_REQ_HEAD, "HEAD" },
	{ EVHTTP_REQ_OPTIONS, "OPTIONS" },
};

/* "" for those we have never heard of. */
static const char *method_of(const struct evhttp_request *req)
{
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (methods[i].type == evhttp_request_get_command(req))
			return methods[i].name;
	return "";
}

/* evhttp reads bodies of POST, PUT and PATCH only; it would take the bytes after any other request
 * for the next one. */
static bool has_stray_body(struct evhttp_request *req, const char *method)
{
	const struct evkeyvalq *headers = evhttp_request_get_input_headers(req);
	const char *length = evhttp_find_header(headers, "Content-Length");

	if (strcmp(method, "POST") == 0 || strcmp(method, "PUT") == 0 ||
	    strcmp(method, "PATCH") == 0)
		return false;
	return (length && strcmp(length, "0") != 0) ||
	       evhttp_find_header(headers, "Transfer-Encoding");
}

/* False: answered. */
static bool check_request(struct call *call)
{
	if (!*call->method) {
		call_problem(call, 501, NULL, "no resource here has that method");
		return false;
	}
	if (has_stray_body(call->req, call->method)) {
		evhttp_add_header(evhttp_request_get_output_headers(call->req), "Connection",
				  "close");
		call_problem(call, 400, NULL, "%s takes no body", call->method);
		return false;
	}
	return true;
}

static bool check_route(struct call *call, const char *path)
{
	if (call->match.route)
		return true;
	if (call->match.path_known)
		call_problem(call, 405, NULL, "%s does not take %s, only %s", path, call->method,
			     call->match.allowed);
	else
		call_problem(call, 404, NULL, "there is nothing at %s", path);
	return false;
}

static bool check_access(struct call *call)
{
	if (call->match.route->access == ACCESS_READ || call->conn->may_write)
		return true;
	call_problem(call, 403, NULL,
		     "only root, the user fetchd runs as and members of the socket's group may "
		     "change things here");
	return false;
}

static bool check_query(struct call *call, const struct evhttp_uri *uri)
{
	const char *query = evhttp_uri_get_query(uri);
	struct err err = ERR_INIT;

	if (params_parse(&call->query, slice_of(query), call->match.route->query, &err) == 0)
		return true;
	call_problem(call, 400, NULL, "%s", err.text);
	return false;
}

void dispatch(struct conn *conn, struct evhttp_request *req, const struct route *routes,
	      void *daemon)
{
	struct call *call = call_new(conn, req, method_of(req));
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(req);
	const char *path = evhttp_uri_get_path(uri);
	const struct route *route;

	conn->call = call;
	conn_watch(conn);
	path = path ? path : "";
	route_find(routes, call->method, slice_of(path), &call->match);
	route = call->match.route;
	if (check_request(call) && check_route(call, path) && check_access(call) &&
	    check_query(call, uri))
		route->handler(call, daemon);
}
