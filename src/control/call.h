/* One call: a request at the control socket and the reply to it.
 *
 * A handler answers at once or keeps the call and answers later (run it waits for, a look-up on the
 * query thread). The client may leave in between: call_gone tells, answering is then a no-op, and
 * the call must still be ended by exactly one of the reply functions. Main loop only.
 */
#ifndef CONTROL_CALL_H
#define CONTROL_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"

struct call;

const char *call_method(const struct call *call);
const char *call_path_param(const struct call *call,
			    const char *name); /* "" when the route has none of it */
const char *call_query(const struct call *call, const char *name); /* decoded; NULL: not given */
struct slice call_body(const struct call *call);                   /* at most 16 MiB */
const char *call_content_type(const struct call *call);            /* "" when absent */
bool call_accepts(const struct call *call, const char *type);      /* the Accept header names it */
bool call_gone(const struct call *call);

struct call_bounds {
	uint64_t def, lo, hi; /* when absent; least; most */
};
/* A query parameter that must be a number. False: a 400 was sent, the call ended. */
bool call_query_number(struct call *call, const char *name, struct call_bounds bounds,
		       uint64_t *value);
/* The body as one JSON object ("" counts as {}). False: a 400 was sent, the call ended. */
bool call_json_body(struct call *call, struct json **body);

/* Replies: each ends the call. `body` is taken. */
void call_reply(struct call *call, int status, struct json *body);
void call_reply_empty(struct call *call, int status);
/* An RFC 9457 problem document: {"type": "about:blank", "title", "status", "detail", ...extra}.
 * `extra` (an object with pointer, line, column, items; may be NULL) is taken. */
void call_problem(struct call *call, int status, struct json *extra, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* A stream: begins the reply, then any number of events, then the end. NDJSON
 * (application/x-ndjson), or SSE (text/event-stream) when the client's Accept asks for it. `closed`
 * is called once when the client left or was dropped because it read too slowly (more than 1 MiB
 * waiting); the call is gone after it returns. */
void call_stream_begin(struct call *call, void (*closed)(struct call *call, void *arg), void *arg);
void call_stream_event(struct call *call, const struct json *event); /* borrowed */
void call_stream_end(struct call *call);

#endif
