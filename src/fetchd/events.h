/* Who listens to what happens: GET /v1/events. */
#ifndef FETCHD_EVENTS_H
#define FETCHD_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "control/call.h"

struct daemon;
struct events;

struct events *events_new(struct daemon *daemon);
void events_free(struct events *events); /* all streams must have ended; NULL is fine */

/* Hands an event to every listener it is for; borrowed. */
void events_publish(struct events *events, const struct json *event);
/* job.changed; `change` is added, changed, removed, enabled or disabled. */
void events_job_changed(struct events *events, const char *job, const char *change);

/* Is the event for a listener who asked for this job (NULL: all) and this run (0: all)? What speaks
 * of no job and no run, as a held host, is for everybody. */
bool events_match(const struct json *event, const char *job, uint64_t run);

void handle_events(struct call *call, void *daemon);

#endif
