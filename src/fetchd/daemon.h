/* The daemon: who owns what while fetchd serves.
 *
 * One loop on the main thread; on it the dispatcher (all runs), the control server, the listeners
 * to events and the set of jobs. Handlers get this struct and use its parts; the set of jobs is
 * changed through changes.h alone. What must wait goes to the query thread, dispatcher_query().
 */
#ifndef FETCHD_DAEMON_H
#define FETCHD_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "control/server.h"
#include "fetchd/changes.h"
#include "fetchd/events.h"
#include "fetchd/options.h"
#include "io/loop.h"
#include "run/dispatcher.h"
#include "spec/config.h"
#include "spec/jobset.h"

struct daemon {
	const struct options *options;
	struct loop *loop;
	struct config
		*config; /* as it was at the start; a reload changes jobs and log level only */
	struct jobset *jobs;
	struct dispatcher *dispatcher;
	struct server *server;
	struct events *events;
	struct changes changes;
	struct loop_timer *watchdog; /* NULL: nobody watches */
	int64_t started_ms;          /* UNIX */
	int64_t started_mono_ms;
	bool stopping;
};

/* Serves until told to stop. An exit status. */
int daemon_main(const struct options *options);

/* Tells the service manager that all is well, with one line about the state. */
void daemon_tell_ready(const struct daemon *daemon);

#endif
