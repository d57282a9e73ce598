/* The server: see server.h. Connections are conn.c's, requests dispatch.c's, answers reply.c's and
 * stream.c's. */
#include "control/server.h"

#include <errno.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "control/call_state.h"
#include "control/conn.h"
#include "control/dispatch.h"
#include "control/listen.h"

#define HEADERS_MAX     (16 << 10)
#define IDLE_S          60 /* without a byte read or, with output waiting, written */
#define CONNECTIONS_MAX 4096
#define TICK_MS         1000
#define HEARTBEAT_MS    10000

struct server {
	const struct route *routes;
	void *daemon;
	gid_t group;
	struct evhttp *http;
	struct evconnlistener *listener; /* evhttp's to free */
	struct event *adopt;             /* active while there are newborn */
	struct bufferevent **newborn;    /* made for evhttp, not adopted yet; one reference each */
	size_t nnewborn, newborn_room;
	struct conn_list conns;
	struct conn **by_fd; /* [nfds] */
	size_t nfds;
	unsigned nconns, max_conns;
	struct loop_timer *tick;
	int64_t heartbeat_ms;
	char *path; /* NULL: passed in, not ours to remove */
	dev_t dev;
	ino_t ino;
};

static void remember(struct server *server, struct conn *conn)
{
	size_t fd = (size_t)conn->fd;

	if (fd >= server->nfds) {
		size_t room = fd + 64;

		server->by_fd = xreallocarray(server->by_fd, room, sizeof(*server->by_fd));
		memset(server->by_fd + server->nfds, 0,
		       (room - server->nfds) * sizeof(*server->by_fd));
		server->nfds = room;
	}
	server->by_fd[fd] = conn;
	LIST_INSERT_HEAD(&server->conns, conn, link);
	server->nconns++;
}

void server_forget(struct server *server, struct conn *conn)
{
	server->by_fd[conn->fd] = NULL;
	LIST_REMOVE(conn, link);
	server->nconns--;
}

/* Those that came in one burst beyond the limit are turned away; later ones wait in the backlog. */
static void adopt(struct server *server, struct bufferevent *bev)
{
	struct conn *conn = conn_adopt(server, bev, server->group);

	if (!conn)
		return;
	remember(server, conn);
	if (server->nconns > server->max_conns)
		conn_close(conn);
	else if (server->nconns == server->max_conns)
		evconnlistener_disable(server->listener);
}

static void adopt_newborn(evutil_socket_t fd, short what, void *arg)
{
	struct server *server = arg;

	for (size_t i = 0; i < server->nnewborn; i++) {
		adopt(server, server->newborn[i]);
		bufferevent_decref(server->newborn[i]);
	}
	server->nnewborn = 0;
}

/* evhttp asks for a connection's bufferevent right after accept(2). */
static struct bufferevent *make_bufferevent(struct event_base *base, void *arg)
{
	struct server *server = arg;
	struct bufferevent *bev = bufferevent_socket_new(base, -1, 0); /* evhttp closes it */

	if (!bev)
		return NULL;
	if (server->nnewborn == server->newborn_room) {
		server->newborn_room = server->newborn_room ? server->newborn_room * 2 : 16;
		server->newborn = xreallocarray(server->newborn, server->newborn_room,
						sizeof(*server->newborn));
	}
	bufferevent_incref(bev);
	server->newborn[server->nnewborn++] = bev;
	event_active(server->adopt, EV_TIMEOUT, 0);
	return bev;
}

/* No descriptors or no memory left: accepting again at once would only spin. The tick goes on. */
static void cannot_accept(struct evconnlistener *listener, void *arg)
{
	evconnlistener_disable(listener);
}

static void tick(void *arg)
{
	struct server *server = arg;
	int64_t now = clock_monotonic_ms();
	struct conn *conn, *next;

	for (conn = LIST_FIRST(&server->conns); conn; conn = next) {
		next = LIST_NEXT(conn, link);
		if (conn->call)
			stream_beat(conn->call, now, server->heartbeat_ms);
	}
	if (server->nconns < server->max_conns)
		evconnlistener_enable(server->listener);
	loop_timer_set(server->tick,
		       server->heartbeat_ms < TICK_MS ? server->heartbeat_ms : TICK_MS);
}

static void arrived(struct evhttp_request *req, void *arg)
{
	struct server *server = arg;
	struct evhttp_connection *http = evhttp_request_get_connection(req);
	int fd = bufferevent_getfd(evhttp_connection_get_bufferevent(http));
	struct conn *conn = (size_t)fd < server->nfds ? server->by_fd[fd] : NULL;

	if (conn)
		dispatch(conn, req, server->routes, server->daemon);
	else
		evhttp_send_error(req, 503, NULL);
}

static int start_http(struct server *server, struct loop *loop, int fd, struct err *err)
{
	struct event_base *base = loop_base(loop);

	server->http = evhttp_new(base);
	server->adopt = event_new(base, -1, 0, adopt_newborn, server);
	server->listener = evconnlistener_new(base, NULL, NULL,
					      LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0, fd);
	if (!server->http || !server->adopt || !server->listener)
		return err_set(err, -ENOMEM, "cannot set up the control server");
	evhttp_set_bevcb(server->http, make_bufferevent, server);
	evhttp_set_gencb(server->http, arrived, server);
	evhttp_set_allowed_methods(server->http, 0xffff); /* dispatch refuses in its own words */
	evhttp_set_max_headers_size(server->http, HEADERS_MAX);
	evhttp_set_max_body_size(server->http, CALL_BODY_MAX);
	evhttp_set_timeout(server->http, IDLE_S);
	if (!evhttp_bind_listener(server->http, server->listener)) {
		evconnlistener_free(server->listener);
		return err_set(err, -ENOMEM, "cannot set up the control server");
	}
	evconnlistener_set_error_cb(server->listener, cannot_accept);
	return 0;
}

static int listening(struct server *server, const struct server_options *options, int *fd,
		     struct err *err)
{
	struct stat st;
	int r;

	if (options->listen_fd >= 0) {
		*fd = options->listen_fd;
		if (evutil_make_socket_nonblocking(*fd) < 0)
			return err_sys(err, -errno, "the socket passed in cannot be used");
		return 0;
	}
	r = listen_unix(options->socket, options->group, fd, err);
	if (r < 0)
		return r;
	server->path = xstrdup(options->socket);
	if (lstat(server->path, &st) == 0) {
		server->dev = st.st_dev;
		server->ino = st.st_ino;
	}
	return 0;
}

int server_start(struct loop *loop, const struct server_options *options, struct server **server,
		 struct err *err)
{
	struct server *made = xcalloc(1, sizeof(*made));
	int fd = -1, r;

	made->routes = options->routes;
	made->daemon = options->daemon;
	made->group = options->group;
	made->max_conns = options->max_connections ? options->max_connections : CONNECTIONS_MAX;
	made->heartbeat_ms = options->heartbeat_ms ? options->heartbeat_ms : HEARTBEAT_MS;
	LIST_INIT(&made->conns);
	r = listening(made, options, &fd, err);
	if (r == 0)
		r = start_http(made, loop, fd, err);
	if (r < 0) {
		server_stop(made);
		return r;
	}
	made->tick = loop_timer_new(loop, tick, made);
	loop_timer_set(made->tick, 0);
	*server = made;
	return 0;
}

/* Somebody may have put another socket there meanwhile. */
static void remove_socket(const struct server *server)
{
	struct stat st;

	if (server->path && lstat(server->path, &st) == 0 && st.st_dev == server->dev &&
	    st.st_ino == server->ino)
		unlink(server->path);
}

void server_stop(struct server *server)
{
	struct conn *conn, *next;

	if (!server)
		return;
	remove_socket(server);
	for (conn = LIST_FIRST(&server->conns); conn; conn = next) {
		next = LIST_NEXT(conn, link);
		if (conn->call)
			call_abandon(conn->call);
		conn_flush(conn);
	}
	loop_timer_free(server->tick);
	if (server->http)
		evhttp_free(server->http); /* closes connections: server_forget for each */
	if (server->adopt)
		event_free(server->adopt);
	for (size_t i = 0; i < server->nnewborn; i++)
		bufferevent_decref(server->newborn[i]);
	free(server->newborn);
	free(server->by_fd);
	free(server->path);
	free(server);
}

unsigned server_connections(const struct server *server)
{
	return server->nconns;
}
