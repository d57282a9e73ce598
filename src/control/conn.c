/* Connections: see conn.h. */
#include "control/conn.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <poll.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "control/call_state.h"
#include "control/peer.h"

/* evhttp is about to free the connection. */
static void closed(struct evhttp_connection *http, void *arg)
{
	struct conn *conn = arg;

	event_free(conn->leaving);
	if (conn->call)
		call_left(conn->call);
	server_forget(conn->server, conn);
	free(conn);
}

/* Half a close (shutdown(2) of the client's sending side) is no leaving: it may still read. */
static void maybe_left(evutil_socket_t fd, short what, void *arg)
{
	struct conn *conn = arg;
	struct pollfd poll_fd = { .fd = fd, .events = 0 };

	if (poll(&poll_fd, 1, 0) == 1 && (poll_fd.revents & (POLLHUP | POLLERR)))
		conn_close(conn);
}

/* evhttp hands itself to the callbacks of the bufferevents it uses; that is how its connection is
 * found. */
static struct evhttp_connection *http_of(struct bufferevent *bev)
{
	bufferevent_event_cb event_cb = NULL;
	void *arg = NULL;

	bufferevent_getcb(bev, NULL, NULL, &event_cb, &arg);
	if (!event_cb || !arg || evhttp_connection_get_bufferevent(arg) != bev)
		return NULL;
	return arg;
}

void conn_close(struct conn *conn)
{
	evhttp_connection_free(conn->http);
}

struct conn *conn_adopt(struct server *server, struct bufferevent *bev, gid_t group)
{
	struct evhttp_connection *http = http_of(bev);
	struct conn *conn;

	if (!http)
		return NULL;
	conn = xcalloc(1, sizeof(*conn));
	conn->server = server;
	conn->http = http;
	conn->bev = bev;
	conn->fd = bufferevent_getfd(bev);
	conn->may_write = peer_may_write(conn->fd, group);
	conn->leaving = event_new(bufferevent_get_base(bev), conn->fd, EV_CLOSED, maybe_left, conn);
	if (!conn->leaving) {
		free(conn);
		return NULL;
	}
	evhttp_connection_set_closecb(http, closed, conn);
	return conn;
}

void conn_watch(struct conn *conn)
{
	event_add(conn->leaving, NULL);
}

void conn_unwatch(struct conn *conn)
{
	event_del(conn->leaving);
}

size_t conn_waiting(const struct conn *conn)
{
	return evbuffer_get_length(bufferevent_get_output(conn->bev));
}

void conn_stop_reading(struct conn *conn)
{
	bufferevent_disable(conn->bev, EV_READ);
}

void conn_flush(struct conn *conn)
{
	struct evbuffer *output = bufferevent_get_output(conn->bev);

	evbuffer_unfreeze(output, 1);
	evbuffer_write(output, conn->fd);
	evbuffer_freeze(output, 1);
}
