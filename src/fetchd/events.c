/* Who listens to what happens, see events.h.
 *
 * Every event goes to every listener whose filter it passes, at once; nothing is kept for those who
 * come later. The bound on slow readers is the server's.
 */
#include "fetchd/events.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/lookup.h"
#include "fetchd/reply.h"
#include "run/notice.h"

struct listener {
	struct listener *next, **link;
	struct events *events;
	struct call *call;
	char *job;    /* NULL: all */
	uint64_t run; /* 0: all */
};

struct events {
	struct daemon *daemon;
	struct listener *listeners;
	struct listener *sending; /* set to NULL when it is dropped while an event goes to it */
};

static void drop(struct listener *listener)
{
	if (listener->events->sending == listener)
		listener->events->sending = NULL;
	*listener->link = listener->next;
	if (listener->next)
		listener->next->link = listener->link;
	free(listener->job);
	free(listener);
}

static void listener_left(struct call *call, void *arg)
{
	drop(arg);
}

bool events_match(const struct json *event, const char *job, uint64_t run)
{
	const char *event_job = json_str(json_get(event, "job"));
	uint64_t event_run = (uint64_t)json_int(json_get(event, "run"), 0);

	if (!event_job && event_run == 0)
		return true;
	if (job && (!event_job || strcmp(job, event_job) != 0))
		return false;
	return run == 0 || run == event_run;
}

static bool ends(const struct json *event, const struct listener *listener)
{
	const char *name = json_str(json_get(event, "event"));

	return listener->run && name && strcmp(name, "run.ended") == 0;
}

static void send(struct events *events, struct listener *listener, const struct json *event)
{
	struct call *call = listener->call;

	events->sending = listener;
	call_stream_event(call, event);
	if (events->sending && ends(event, listener)) {
		drop(listener);
		call_stream_end(call);
	}
	events->sending = NULL;
}

void events_publish(struct events *events, const struct json *event)
{
	struct listener *next;

	for (struct listener *listener = events->listeners; listener; listener = next) {
		next = listener->next;
		if (events_match(event, listener->job, listener->run))
			send(events, listener, event);
	}
}

void events_job_changed(struct events *events, const char *job, const char *change)
{
	struct json *event = notice_new("job.changed", job, 0);

	json_put_str(event, "change", change);
	events_publish(events, event);
	json_unref(event);
}

struct events *events_new(struct daemon *daemon)
{
	struct events *events = xcalloc(1, sizeof(*events));

	events->daemon = daemon;
	return events;
}

void events_free(struct events *events)
{
	if (!events)
		return;
	while (events->listeners)
		drop(events->listeners);
	free(events);
}

static void listen_to(struct events *events, struct call *call, const char *job, uint64_t run)
{
	struct listener *listener = xcalloc(1, sizeof(*listener));

	listener->events = events;
	listener->call = call;
	listener->job = job ? xstrdup(job) : NULL;
	listener->run = run;
	listener->next = events->listeners;
	listener->link = &events->listeners;
	if (listener->next)
		listener->next->link = &listener->next;
	events->listeners = listener;
	call_stream_begin(call, listener_left, listener);
}

/* The run that was asked for is over: its end is told, and the stream with it. */
static void tell_end(struct call *call, const struct json *run)
{
	struct json *event = notice_of_end(run);

	call_stream_begin(call, NULL, NULL);
	call_stream_event(call, event);
	call_stream_end(call);
	json_unref(event);
}

static void run_found(struct json *run, int code, const struct err *err, void *arg)
{
	struct reply_wait *wait = arg;
	struct daemon *daemon = wait->daemon;
	uint64_t id = (uint64_t)json_int(json_get(run, "id"), 0);

	if (!run || call_gone(wait->call))
		reply_error(wait->call, code, err);
	else if (dispatcher_find(daemon->dispatcher, id))
		listen_to(daemon->events, wait->call, NULL, id);
	else
		tell_end(wait->call, run);
	json_unref(run);
	free(wait);
}

void handle_events(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	const char *job = call_query(call, "job");
	uint64_t run;

	if (!call_query_number(call, "run", (struct call_bounds) { 0, 1, INT64_MAX }, &run))
		return;
	if (job && !jobset_find(daemon->jobs, job))
		reply_no_job(call, job);
	else if (run && !dispatcher_find(daemon->dispatcher, run))
		lookup_run(daemon->dispatcher, run, run_found, reply_wait_new(daemon, call));
	else
		listen_to(daemon->events, call, job, run);
}
