/* The control server: HTTP/1.1 on the UNIX socket, through libevent's evhttp.
 *
 * Dispatches by the route table, checks who is there (SO_PEERCRED, unix(7)), answers problems
 * itself (400, 403, 404, 405, 501), bounds headers (16 KiB), bodies (16 MiB), connections and the
 * output of slow readers. What is no HTTP or passes those bounds is refused by evhttp, with a page
 * of its own (400, 413) and a closed connection. Streams get a heartbeat every 10 s; a client that
 * leaves is noticed at once. The program must ignore SIGPIPE. Main loop only.
 */
#ifndef CONTROL_SERVER_H
#define CONTROL_SERVER_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "control/route.h"
#include "io/loop.h"

struct server;

struct server_options {
	const struct route *routes;
	void *daemon; /* handed to handlers */
	const char
		*socket; /* path; its directory is made when missing; a stale socket is replaced */
	int listen_fd;   /* >= 0: passed in by systemd, used instead of making `socket` */
	gid_t group; /* who may connect and write besides root and our user; (gid_t)-1: nobody */
	unsigned max_connections; /* 0: 4,096; further ones wait until one is closed */
	int64_t heartbeat_ms;     /* of silent streams; 0: 10 s */
};

/* Mode 0660 with a group, else 0600. -EADDRINUSE when a live process answers on the socket. */
int server_start(struct loop *loop, const struct server_options *options, struct server **server,
		 struct err *err);
/* No new calls; those waiting get a 503 (their handlers still end them), streams end. Removes the
 * socket unless it was passed in. NULL is fine. */
void server_stop(struct server *server);
unsigned server_connections(const struct server *server);

#endif
