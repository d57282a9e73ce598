/* The mock server on the wire: see http.h.
 *
 * evhttp serves one request of a connection at a time and does not read in between, so a
 * connection has at most one request waiting; its state hangs at the connection's descriptor, in
 * a slot that is used again by the next connection with that number. A waiting reply is already
 * written into the request (evhttp keeps it), so a delay costs one timer and no copy. A client
 * that leaves during a delay is noticed when its reply is sent.
 */
#include "fetchmock/http.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "fetchmock/answer.h"
#include "fetchmock/gzip.h"
#include "fetchmock/trace.h"

#define HEADERS_MAX    (64 * 1024)
#define BODY_MAX       (64 * 1024 * 1024)
#define IDLE_S         3600  /* a mock never hangs up first */
#define ACCEPT_WAIT_US 50000 /* after running out of descriptors */

struct slot {
	struct http *http;
	struct evhttp_connection *connection; /* NULL: no connection has this descriptor */
	uint64_t number;                      /* of the connection, from 1; 0: not counted yet */
	struct evhttp_request *waiting;       /* not answered yet */
	struct evhttp_request *sending;       /* on its way; only known when someone records it */
	struct loop_timer *timer;             /* of `waiting`; made at the first delay */
	size_t route;                         /* stats' */
	int status;
};

struct http {
	struct loop *loop;
	struct http_options options;
	struct evhttp *server;
	struct slot **slots; /* by descriptor */
	size_t nslots;
	uint64_t connections;
	size_t *routes; /* stats' counter of each route of the API */
	bool recording; /* someone wants to know when a reply has left: --log, --served */
	struct reply reply;
	struct complaint disk;
	time_t date_of; /* what `date` says */
	char date[32];
};

/* The names evhttp has for methods, which are bits. */
static const struct {
	enum evhttp_cmd_type type;
	const char *name;
} methods[] = {
	{ EVHTTP_REQ_GET, "GET" },         { EVHTTP_REQ_HEAD, "HEAD" },
	{ EVHTTP_REQ_POST, "POST" },       { EVHTTP_REQ_PUT, "PUT" },
	{ EVHTTP_REQ_DELETE, "DELETE" },   { EVHTTP_REQ_PATCH, "PATCH" },
	{ EVHTTP_REQ_OPTIONS, "OPTIONS" },
};
#define METHODS (sizeof(methods) / sizeof(methods[0]))

static const char *method_of(struct evhttp_request *request)
{
	for (size_t i = 0; i < METHODS; i++)
		if (methods[i].type == evhttp_request_get_command(request))
			return methods[i].name;
	return "GET";
}

/* --- what is recorded when a request is over --- */

static void record(struct slot *slot, struct evhttp_request *request, int status)
{
	struct http *http = slot->http;
	struct trace_line line = { .unix_ms = clock_unix_ms(),
				   .connection = slot->number,
				   .method = method_of(request),
				   .target = evhttp_request_get_uri(request),
				   .status = status };

	if (http->options.admin.served && status >= 200 && status < 300)
		served_add(http->options.admin.served, line.target);
	if (http->options.trace_fd < 0)
		return;
	if (trace_write(http->options.trace_fd, &line))
		complain(&http->disk, "the request log cannot be written: %s", strerror(errno));
	else
		complaint_release(&http->disk, "the request log is written again");
}

static void reply_has_left(struct evhttp_request *request, void *arg)
{
	struct slot *slot = arg;

	slot->sending = NULL;
	record(slot, request, slot->status);
}

/* --- connections --- */

static void connection_closed(struct evhttp_connection *connection, void *arg)
{
	struct slot *slot = arg;
	struct evhttp_request *waiting = slot->waiting;

	if (waiting) {
		loop_timer_clear(slot->timer);
		stats_end(slot->http->options.admin.stats, slot->route, STATS_GONE);
		if (slot->http->recording)
			record(slot, waiting, STATS_GONE);
		/* evhttp has let go of a request it could not fail; then it is ours. */
		if (!evhttp_request_get_connection(waiting))
			evhttp_request_free(waiting);
	} else if (slot->sending) {
		record(slot, slot->sending, STATS_GONE);
	}
	slot->connection = NULL;
	slot->waiting = slot->sending = NULL;
	slot->number = 0;
}

static struct slot *slot_at(struct http *http, int fd)
{
	size_t at = (size_t)fd;

	if (at >= http->nslots) {
		size_t n = http->nslots ? http->nslots : 64;

		while (n <= at)
			n *= 2;
		http->slots = xreallocarray(http->slots, n, sizeof(*http->slots));
		memset(http->slots + http->nslots, 0, (n - http->nslots) * sizeof(*http->slots));
		http->nslots = n;
	}
	if (!http->slots[at]) {
		http->slots[at] = xcalloc(1, sizeof(**http->slots));
		http->slots[at]->http = http;
	}
	return http->slots[at];
}

static struct slot *slot_of(struct http *http, struct evhttp_request *request)
{
	struct evhttp_connection *connection = evhttp_request_get_connection(request);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(connection));
	struct slot *slot = slot_at(http, fd);

	if (slot->connection != connection) {
		slot->connection = connection;
		slot->number = 0;
		evhttp_connection_set_closecb(connection, connection_closed, slot);
	}
	return slot;
}

/* --- sending --- */

static void put_headers(struct evhttp_request *request, const struct reply *reply)
{
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	if (reply->content_type)
		evhttp_add_header(headers, "Content-Type", reply->content_type);
	for (size_t i = 0; i < reply->nheaders; i++)
		evhttp_add_header(headers, reply_header_name(reply, i),
				  reply_header_value(reply, i));
}

static void compress(struct evhttp_request *request, struct reply *reply)
{
	struct evkeyvalq *in = evhttp_request_get_input_headers(request);
	struct buf small;

	reply_header(reply, "Vary", "Accept-Encoding");
	if (!gzip_accepted(evhttp_find_header(in, "Accept-Encoding")))
		return;
	buf_init(&small, REPLY_BODY_MAX);
	if (gzip_compress(buf_slice(&reply->body), &small) == 0) {
		buf_done(&reply->body);
		reply->body = small;
		reply_header(reply, "Content-Encoding", "gzip");
	} else {
		buf_done(&small);
	}
}

/* Writes the reply into the request, where evhttp keeps it until it is sent. */
static void put_reply(struct evhttp_request *request, struct reply *reply)
{
	bool head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
	char length[24];

	if (reply->gzip && reply->body.len)
		compress(request, reply);
	put_headers(request, reply);
	if (reply->status == 204 || reply->status == 304)
		return;
	/* evhttp writes no length of its own for HEAD (RFC 9110 section 9.3.2). */
	snprintf(length, sizeof(length), "%zu", reply->body.len);
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Length", length);
	if (!head)
		evbuffer_add(evhttp_request_get_output_buffer(request), buf_text(&reply->body),
			     reply->body.len);
}

/* A close(2) with SO_LINGER 0 would do, but evhttp shuts the socket down first, which the client
 * sees as an orderly end. Dissolving the association (connect(2)) sends the RST at once. */
static void break_off(struct slot *slot)
{
	struct sockaddr nowhere = { .sa_family = AF_UNSPEC };
	struct evhttp_connection *connection = slot->connection;

	if (slot->http->recording)
		record(slot, slot->waiting, STATS_RESET);
	slot->waiting = NULL;
	connect(bufferevent_getfd(evhttp_connection_get_bufferevent(connection)), &nowhere,
		sizeof(nowhere));
	evhttp_connection_free(connection);
}

/* An HTTP-date (RFC 9110 section 5.6.7) once a second; evhttp would write one for every reply. */
static void put_date(struct http *http, struct evhttp_request *request)
{
	time_t now = time(NULL);
	struct tm tm;

	if (now != http->date_of) {
		gmtime_r(&now, &tm);
		strftime(http->date, sizeof(http->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
		http->date_of = now;
	}
	evhttp_add_header(evhttp_request_get_output_headers(request), "Date", http->date);
}

static void send_now(void *arg)
{
	struct slot *slot = arg;
	struct evhttp_request *request = slot->waiting;

	stats_end(slot->http->options.admin.stats, slot->route, slot->status);
	if (slot->status == STATS_RESET) {
		break_off(slot);
		return;
	}
	slot->waiting = NULL;
	if (slot->http->recording) {
		slot->sending = request;
		evhttp_request_set_on_complete_cb(request, reply_has_left, slot);
	}
	put_date(slot->http, request);
	evhttp_send_reply(request, slot->status, status_name(slot->status), NULL);
}

/* --- requests --- */

static const char *find_header(const char *name, void *arg)
{
	return evhttp_find_header(evhttp_request_get_input_headers(arg), name);
}

static struct ask ask_of(struct evhttp_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = evhttp_uri_get_path(uri);
	struct evbuffer *body = evhttp_request_get_input_buffer(request);

	return (struct ask) { .method = method_of(request),
			      .path = slice_of(path && *path ? path : "/"),
			      .query = slice_of(evhttp_uri_get_query(uri)),
			      .body = { (const char *)evbuffer_pullup(body, -1),
					evbuffer_get_length(body) },
			      .header = find_header,
			      .arg = request };
}

static void serve_admin(struct http *http, struct evhttp_request *request, const struct ask *ask)
{
	struct reply *reply = &http->reply;

	admin_answer(&http->options.admin, ask, reply);
	put_reply(request, reply);
	evhttp_send_reply(request, reply->status, status_name(reply->status), NULL);
}

static void serve_api(struct http *http, struct evhttp_request *request, const struct ask *ask)
{
	const struct admin *admin = &http->options.admin;
	struct slot *slot = slot_of(http, request);
	struct reply *reply = &http->reply;
	const struct route *route = api_answer(admin->api, ask, reply);

	if (!slot->number) {
		slot->number = ++http->connections;
		stats_connection(admin->stats);
	}
	slot->route = route ? http->routes[route - admin->api->routes] : STATS_NO_ROUTE;
	slot->waiting = request;
	slot->status = reply->reset ? STATS_RESET : reply->status;
	stats_begin(admin->stats, slot->route);
	if (!reply->reset)
		put_reply(request, reply);
	if (reply->delay_ms == 0 && !reply->reset) {
		send_now(slot);
		return;
	}
	if (!slot->timer)
		slot->timer = loop_timer_new(http->loop, send_now, slot);
	loop_timer_set(slot->timer, reply->delay_ms);
}

static void request_came(struct evhttp_request *request, void *arg)
{
	struct http *http = arg;
	struct ask ask = ask_of(request);

	reply_clear(&http->reply);
	if (admin_owns(ask.path))
		serve_admin(http, request, &ask);
	else
		serve_api(http, request, &ask);
}

/* --- the server --- */

static void accept_again(evutil_socket_t fd, short what, void *arg)
{
	evconnlistener_enable(arg);
}

/* Out of descriptors: without a pause the loop would spin on the waiting connection. `arg` is
 * evhttp's own, which has taken the listener over. */
static void accept_failed(struct evconnlistener *listener, void *arg)
{
	const struct timeval pause = { .tv_usec = ACCEPT_WAIT_US };

	evconnlistener_disable(listener);
	event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, accept_again, listener,
			&pause);
}

static ev_uint16_t all_methods(void)
{
	unsigned all = 0;

	for (size_t i = 0; i < METHODS; i++)
		all |= methods[i].type;
	return (ev_uint16_t)all;
}

static void set_limits(struct evhttp *server)
{
	evhttp_set_allowed_methods(server, all_methods());
	evhttp_set_max_headers_size(server, HEADERS_MAX);
	evhttp_set_max_body_size(server, BODY_MAX);
	evhttp_set_timeout(server, IDLE_S);
	evhttp_set_default_content_type(server, NULL);
}

static void count_routes(struct http *http)
{
	const struct api *api = http->options.admin.api;

	http->routes = xcalloc(api->nroutes + 1, sizeof(*http->routes));
	for (size_t i = 0; i < api->nroutes; i++)
		http->routes[i] = stats_route(http->options.admin.stats, api->routes[i].path);
}

int http_start(struct loop *loop, const struct http_options *options, struct http **out,
	       struct err *err)
{
	struct http *http = xcalloc(1, sizeof(*http));
	struct evconnlistener *listener;

	http->loop = loop;
	http->options = *options;
	http->recording = options->trace_fd >= 0 || options->admin.served;
	reply_init(&http->reply);
	count_routes(http);
	http->server = evhttp_new(loop_base(loop));
	listener = evconnlistener_new(loop_base(loop), NULL, http,
				      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
				      options->listen_fd);
	if (!http->server || !listener || !evhttp_bind_listener(http->server, listener)) {
		if (listener)
			evconnlistener_free(listener);
		else
			close(options->listen_fd);
		http_stop(http);
		return err_set(err, -ENOMEM, "libevent cannot make an HTTP server");
	}
	evconnlistener_set_error_cb(listener, accept_failed);
	evhttp_set_gencb(http->server, request_came, http);
	set_limits(http->server);
	*out = http;
	return 0;
}

void http_stop(struct http *http)
{
	if (!http)
		return;
	if (http->server)
		evhttp_free(http->server);
	for (size_t i = 0; i < http->nslots; i++) {
		if (http->slots[i])
			loop_timer_free(http->slots[i]->timer);
		free(http->slots[i]);
	}
	free(http->slots);
	free(http->routes);
	reply_done(&http->reply);
	free(http);
}
