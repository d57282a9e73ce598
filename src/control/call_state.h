/* What is inside a call. Private to this floor: call.c reads it, reply.c and stream.c answer it,
 * server.c makes it.
 *
 * A call lives until a reply function ends it. Its request belongs to evhttp; when the client
 * leaves first, `req` and `conn` become NULL and replies do nothing but free the call.
 */
#ifndef CONTROL_CALL_STATE_H
#define CONTROL_CALL_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/buf.h"
#include "control/call.h"
#include "control/params.h"
#include "control/route.h"

struct conn;
struct event_base;
struct evhttp_request;

#define CALL_BODY_MAX      (16u << 20)
#define STREAM_WAITING_MAX (1u << 20)

struct call {
	struct conn *conn;          /* NULL: the client left */
	struct evhttp_request *req; /* NULL likewise, and once answered */
	struct event_base *base;
	const char *method; /* static */
	struct route_match match;
	struct params query;
	struct buf body;
	char *content_type, *accept;

	/* streams only */
	bool streaming, sse;
	bool stopped; /* closed was called, or will be at the next turn; events do nothing */
	void (*closed)(struct call *call, void *arg);
	void *closed_arg;
	int64_t last_event_ms; /* monotonic */
};

/* Takes over what the request says; the route and the query are dispatch.c's to fill in. */
struct call *call_new(struct conn *conn, struct evhttp_request *req, const char *method);
void call_free(struct call *call);
/* Lets go of the connection: the reply is evhttp's business from now on. */
void call_detach(struct call *call);
/* The client is gone; by the connection's close. A stream ends here, another call waits for its
 * handler to end it. */
void call_left(struct call *call);
/* The server stops: a stream ends, a waiting call is answered 503 and counts as left. */
void call_abandon(struct call *call);

/* stream.c: sends a heartbeat when the stream was silent for `after_ms`. */
void stream_beat(struct call *call, int64_t now_ms, int64_t after_ms);
/* Tells the handler that the stream is over, and frees the call. */
void stream_close(struct call *call);
/* Ends the stream in good order first. */
void stream_abandon(struct call *call);

#endif
