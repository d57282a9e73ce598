/* Waiting for a run: see await.h.
 *
 * The event stream tells at once when a run ends. When it breaks off (the daemon restarts, a proxy
 * gives up) the run is looked at now and then instead: it goes on in the daemon's next life.
 */
#include "fetchctl/await.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "control/client.h"
#include "control/runtext.h"
#include "fetchctl/ask.h"
#include "fetchctl/ctl.h"
#include "fetchctl/progress.h"
#include "fetchctl/runview.h"
#include "fetchctl/say.h"

#define LOOK_MS 500   /* between two looks at the run */
#define AWAY_MS 60000 /* a daemon that does not come back in this time is gone */

static volatile sig_atomic_t interrupted; /* the signal flag */

struct waiting {
	struct ctl *ctl;
	uint64_t id;
	const char *job; /* of the run's document */
	struct progress *progress;
	bool ended;
};

static void note_signal(int signo)
{
	interrupted = signo;
}

static bool go_on(void *arg)
{
	return !interrupted;
}

static bool take_event(const struct json *event, void *arg)
{
	struct waiting *waiting = arg;
	const char *name = json_str(json_get(event, "event"));

	if (waiting->ctl->json && waiting->ctl->given[OPTION_FOLLOW])
		say_json(event, false);
	if (!name)
		return true;
	if (waiting->progress && strcmp(name, "run.progress") == 0)
		progress_show(waiting->progress, event);
	if (strcmp(name, "run.ended") == 0)
		waiting->ended = true;
	return !waiting->ended && !interrupted;
}

/* 0: the stream is over, whatever that means for the run. */
static void watch_events(struct waiting *waiting)
{
	char *path = xasprintf("/v1/events?run=%llu", (unsigned long long)waiting->id);
	struct client_reply reply;

	client_stream(waiting->ctl->client, path, take_event, waiting, &reply);
	free(path);
}

/* 0 and the run; an exit status, with the sentence said. A daemon that is away is waited for. */
static int look(struct waiting *waiting, struct json **run)
{
	char *path = xasprintf("/v1/runs/%llu", (unsigned long long)waiting->id);
	int64_t until = clock_monotonic_ms() + AWAY_MS;
	struct client_reply reply;
	int r;

	for (;;) {
		r = client_call(waiting->ctl->client, "GET", path, NULL, &reply);
		if (r == 0 || interrupted || clock_monotonic_ms() >= until)
			break;
		poll(NULL, 0, LOOK_MS);
	}
	free(path);
	if (r < 0)
		return interrupted ? 0 : ask_failed(waiting->ctl, r, &reply);
	if (reply.status >= 400)
		return ask_refused(&reply);
	*run = reply.doc;
	return 0;
}

/* Until the run has ended, or somebody pressed Ctrl-C. */
static int wait_for_end(struct waiting *waiting, struct json **run)
{
	struct json *now = NULL;
	int r;

	watch_events(waiting);
	while (!interrupted) {
		r = look(waiting, &now);
		if (r != 0)
			return r;
		if (now && runview_ended(now)) {
			json_unref(*run);
			*run = now;
			return 0;
		}
		if (now && waiting->progress)
			progress_show(waiting->progress, now);
		json_unref(now);
		now = NULL;
		poll(NULL, 0, LOOK_MS);
	}
	return 0;
}

static void tell(const struct ctl *ctl, const struct json *run)
{
	char *summary;

	if (ctl->json) {
		if (!ctl->given[OPTION_FOLLOW])
			say_json(run, true);
		return;
	}
	summary = runview_summary(run);
	say_text(stdout, summary, false);
	putchar('\n');
	free(summary);
	runview_workers(ctl, run);
	runview_files(ctl, run);
}

/* Dies of the signal, as the shell expects, after a word on how to go on. */
static void leave_run_going(const struct waiting *waiting)
{
	unsigned long long id = waiting->id;

	fprintf(stderr,
		"\nrun %llu goes on; 'fetchctl info %llu' shows how far it is, 'fetchctl cancel "
		"%llu' "
		"ends it\n",
		id, id, id);
	fflush(stdout);
	signal(interrupted, SIG_DFL);
	raise(interrupted);
}

static void catch_signals(void)
{
	struct sigaction action = { .sa_handler = note_signal };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

int await_run(struct ctl *ctl, struct json *run)
{
	const char *job = json_str(json_get(run, "job"));
	struct waiting waiting = {
		.ctl = ctl,
		.id = (uint64_t)json_int(json_get(run, "id"), 0),
		.job = job ? job : "",
	};
	int r;

	if (ctl->given[OPTION_FOLLOW] && !ctl->json)
		waiting.progress = progress_new(waiting.job, waiting.id);
	catch_signals();
	client_set_patience(ctl->client, go_on, NULL);
	r = wait_for_end(&waiting, &run);
	client_set_patience(ctl->client, NULL, NULL);
	progress_end(waiting.progress);
	if (interrupted)
		leave_run_going(&waiting);
	if (r == 0) {
		tell(ctl, run);
		r = (int)runtext_status(run);
	}
	json_unref(run);
	return r;
}
