/* One client's connection, and the call it has open. Private to this floor.
 *
 * evhttp makes connections without telling, so the server gives it the bufferevents and adopts each
 * connection a moment later, before anything was read from it. The same moment learns who the
 * client is. From then on every connection is known from its first to its last byte.
 */
#ifndef CONTROL_CONN_H
#define CONTROL_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

struct bufferevent;
struct call;
struct event;
struct evhttp_connection;
struct server;

struct conn {
	LIST_ENTRY(conn) link;
	struct server *server;
	struct evhttp_connection *http;
	struct bufferevent *bev;
	int fd;
	struct call *call;     /* the one being answered; NULL between calls */
	struct event *leaving; /* pending while a call is open */
	bool may_write;
};

LIST_HEAD(conn_list, conn);

/* Takes up the connection evhttp made of `bev`; NULL when it is gone already. Members of `group`
 * may write. */
struct conn *conn_adopt(struct server *server, struct bufferevent *bev, gid_t group);
void conn_close(struct conn *conn);
/* evhttp does not read while a call is open, so a client that leaves would not be noticed: these
 * watch for it in that time. */
void conn_watch(struct conn *conn);
void conn_unwatch(struct conn *conn);
/* Bytes written but not yet taken by the client. */
size_t conn_waiting(const struct conn *conn);
/* To be called after anything was written: evhttp then turns reading on to learn of a close, which
 * would let a client fill memory, and its read timeout end a stream. */
void conn_stop_reading(struct conn *conn);
/* Pushes what is waiting into the socket, as far as it takes it without blocking. */
void conn_flush(struct conn *conn);

/* The connection is being closed; it is freed after this (server.c). */
void server_forget(struct server *server, struct conn *conn);

#endif
