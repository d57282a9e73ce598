/* Answers that go on: NDJSON or server-sent events. See call.h.
 *
 * A reader that is slower than the events must not make the daemon keep them: past
 * STREAM_WAITING_MAX it gets one last event, "dropped", and the end of the stream, which it finds
 * if it ever reads that far; evhttp's write timeout closes on one that reads nothing at all.
 *
 * `closed` is never called from inside call_stream_event, whose caller may be walking a list of
 * streams: a dropped one is told at the loop's next turn.
 */
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "control/call.h"
#include "control/call_state.h"
#include "control/conn.h"

void stream_close(struct call *call)
{
	call->stopped = true;
	if (call->closed)
		call->closed(call, call->closed_arg);
	call_free(call);
}

static void close_later_cb(evutil_socket_t fd, short what, void *arg)
{
	stream_close(arg);
}

static void close_later(struct call *call)
{
	struct timeval now = { 0, 0 };

	call->stopped = true;
	if (event_base_once(call->base, -1, EV_TIMEOUT, close_later_cb, call, &now) < 0)
		abort(); /* no memory */
}

void call_stream_begin(struct call *call, void (*closed)(struct call *call, void *arg), void *arg)
{
	struct evkeyvalq *headers;

	call->streaming = true;
	call->closed = closed;
	call->closed_arg = arg;
	if (!call->req) {
		close_later(call);
		return;
	}
	call->sse = call_accepts(call, "text/event-stream");
	call->last_event_ms = clock_monotonic_ms();
	headers = evhttp_request_get_output_headers(call->req);
	evhttp_add_header(headers, "Content-Type",
			  call->sse ? "text/event-stream" : "application/x-ndjson");
	evhttp_add_header(headers, "Cache-Control", "no-store");
	evhttp_send_reply_start(call->req, 200, "OK");
	conn_stop_reading(call->conn);
	if (strcmp(call->method, "HEAD") == 0) {
		evhttp_send_reply_end(call->req);
		call_detach(call);
		close_later(call);
	}
}

static void send_event(struct call *call, const struct json *event)
{
	struct evbuffer *chunk = evbuffer_new();
	char *text = json_text(event, false);
	const char *name = json_str(json_get(event, "event"));

	if (!chunk)
		abort();
	if (call->sse)
		evbuffer_add_printf(chunk, "event: %s\ndata: ", name ? name : "message");
	evbuffer_add(chunk, text, strlen(text));
	evbuffer_add(chunk, "\n\n", call->sse ? 2 : 1);
	evhttp_send_reply_chunk(call->req, chunk);
	conn_stop_reading(call->conn);
	call->last_event_ms = clock_monotonic_ms();
	evbuffer_free(chunk);
	free(text);
}

/* Events that the server itself has to say. */
static void send_own(struct call *call, const char *name, const char *reason)
{
	struct json *event = json_new_object();

	json_put_time(event, "time", clock_unix_ms());
	json_put_str(event, "event", name);
	if (reason)
		json_put_str(event, "reason", reason);
	send_event(call, event);
	json_unref(event);
}

static void end_reply(struct call *call)
{
	evhttp_send_reply_end(call->req);
	call_detach(call);
}

static void drop(struct call *call)
{
	send_own(call, "dropped", "this stream was read too slowly");
	end_reply(call);
	close_later(call);
}

void call_stream_event(struct call *call, const struct json *event)
{
	if (call->stopped)
		return;
	send_event(call, event);
	if (conn_waiting(call->conn) > STREAM_WAITING_MAX)
		drop(call);
}

void call_stream_end(struct call *call)
{
	call->closed = NULL;
	if (call->stopped)
		return; /* close_later frees it */
	end_reply(call);
	call_free(call);
}

void stream_abandon(struct call *call)
{
	end_reply(call);
	stream_close(call);
}

void stream_beat(struct call *call, int64_t now_ms, int64_t after_ms)
{
	if (!call->streaming || call->stopped || now_ms - call->last_event_ms < after_ms)
		return;
	send_own(call, "heartbeat", NULL);
	if (conn_waiting(call->conn) > STREAM_WAITING_MAX)
		drop(call);
}
