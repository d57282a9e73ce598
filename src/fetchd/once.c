/* fetchd --once, see once.h.
 *
 * The same dispatcher as the daemon's, without server: every target is started (or found running,
 * when an earlier process left it unfinished), its end is waited for and told, and the dispatcher
 * is stopped.
 */
#include "fetchd/once.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "control/runtext.h"
#include "fetch/transfer.h"
#include "fetchd/descriptors.h"
#include "fetchd/lookup.h"
#include "fetchd/screen.h"
#include "fetchd/settings.h"
#include "fetchd/targets.h"
#include "io/file.h"
#include "io/loop.h"
#include "run/dispatcher.h"

#define PACKING_MS (24 * INT64_C(3600000)) /* for closed files to be compressed, at the end */
#define LOOK_MS    200

struct once {
	struct settings settings;
	struct targets targets;
	struct loop *loop;
	struct dispatcher *dispatcher;
	struct loop_timer *look;
	struct run_sum ended; /* of the runs that are over */
	int status;
	bool stopping; /* told to stop, or all is done */
};

/* How bad each exit status is, the worst last. */
static const int statuses_by_badness[] = { RUN_STATUS_WELL, RUN_STATUS_PARTIAL,
					   RUN_STATUS_CANCELLED, RUN_STATUS_FAILED, EXIT_FAILURE };

static size_t badness(int status)
{
	size_t i = 0, last = sizeof(statuses_by_badness) / sizeof(statuses_by_badness[0]) - 1;

	while (i < last && statuses_by_badness[i] != status)
		i++;
	return i;
}

int once_worse(int a, int b)
{
	return badness(a) >= badness(b) ? a : b;
}

/* What all targets together have done so far. */
static void show_progress(struct once *once)
{
	struct run_sum sum = once->ended;

	for (size_t i = 0; i < once->targets.len; i++) {
		struct target *target = &once->targets.items[i];
		struct run *run = dispatcher_find(once->dispatcher, target->run);
		struct json *doc = run ? run_json(run) : NULL;

		if (doc && target->state == TARGET_RUNNING)
			run_sum_add(&sum, doc);
		json_unref(doc);
	}
	screen_progress(&sum);
}

/* Starts what waits; when nothing is left to wait for, stops. */
static void go_on(struct once *once);

static void stopped(void *arg)
{
	struct once *once = arg;

	loop_stop(once->loop);
}

static bool is_complete(const struct json *run)
{
	const char *result = json_str(json_get(run, "result"));

	return result && strcmp(result, "complete") == 0;
}

static void end_target(struct target *target, int status)
{
	struct once *once = target->once;

	target->state = TARGET_DONE;
	once->status = once_worse(once->status, status);
	go_on(once);
}

static void run_read(struct json *run, int code, const struct err *err, void *arg)
{
	struct target *target = arg;
	struct once *once = target->once;

	if (run) {
		screen_report(run, once->settings.config->data_dir);
		run_sum_add(&once->ended, run);
		target->complete = is_complete(run);
		end_target(target, (int)runtext_status(run));
	} else {
		log_error("run %llu of %s: %s", (unsigned long long)target->run, target->job->name,
			  err->text);
		end_target(target, EXIT_FAILURE);
	}
	json_unref(run);
}

static void read_run(struct target *target)
{
	target->state = TARGET_READING;
	lookup_run(target->once->dispatcher, target->run, run_read, target);
}

static void event(const struct json *event, void *arg)
{
	struct once *once = arg;
	uint64_t run = (uint64_t)json_int(json_get(event, "run"), 0);
	const char *name = json_str(json_get(event, "event"));

	if (!name || strcmp(name, "run.ended") != 0)
		return;
	for (size_t i = 0; i < once->targets.len; i++) {
		struct target *target = &once->targets.items[i];

		if (target->state == TARGET_RUNNING && target->run == run)
			read_run(target);
	}
}

/* Every moment: the progress, and whether a run that was to go on could not be taken up after all,
 * of which no event tells. */
static void look(void *arg)
{
	struct once *once = arg;

	show_progress(once);
	for (size_t i = 0; i < once->targets.len; i++) {
		struct target *target = &once->targets.items[i];

		if (target->state == TARGET_RUNNING &&
		    !dispatcher_find(once->dispatcher, target->run))
			read_run(target);
	}
	loop_timer_set(once->look, LOOK_MS);
}

static bool any(const struct once *once, enum target_state state)
{
	for (size_t i = 0; i < once->targets.len; i++)
		if (once->targets.items[i].state == state)
			return true;
	return false;
}

static bool under_way(const struct once *once)
{
	return any(once, TARGET_ASKED) || any(once, TARGET_RUNNING) || any(once, TARGET_READING);
}

static void started(struct run *run, int code, const struct err *err, void *arg)
{
	struct target *target = arg;
	struct once *once = target->once;

	if (run) {
		target->run = run_id(run);
		target->state = TARGET_RUNNING;
		return;
	}
	target->state = TARGET_WAITING;
	if (code != -EAGAIN || once->stopping || !under_way(once)) {
		log_error("%s: %s", target->job->name, err->text);
		end_target(target, EXIT_FAILURE);
	} /* else max_runs: when one of the others has ended */
}

static void start(struct target *target)
{
	struct once *once = target->once;
	struct run *run = dispatcher_running(once->dispatcher, target->job->name);
	struct run_order order = {
		.job = target->job,
		.trigger = "manual",
		.slot_ms = clock_unix_ms() / 1000 * 1000,
	};

	if (run) {
		target->run = run_id(run);
		target->state = TARGET_RUNNING;
		screen_note("run %llu of %s goes on where it was left",
			    (unsigned long long)target->run, target->job->name);
		return;
	}
	target->state = TARGET_ASKED;
	dispatcher_run(once->dispatcher, &order, started, target);
}

static bool is_wanted(const struct target *target)
{
	return target->by_name || dispatcher_enabled(target->once->dispatcher, target->job);
}

/* Drops what is disabled; says so when nothing is left. */
static void drop_disabled(struct once *once)
{
	bool some = false;

	for (size_t i = 0; i < once->targets.len; i++) {
		struct target *target = &once->targets.items[i];

		target->once = once;
		if (is_wanted(target))
			some = true;
		else
			target->state = TARGET_DONE;
	}
	if (some)
		return;
	log_error("no job there is enabled; set `enabled: true`, or name a job to run it anyway");
	once->status = EXIT_FAILURE;
}

/* The target that this one runs after; NULL: none of them. */
static const struct target *parent_of(const struct target *target)
{
	const struct targets *targets = &target->once->targets;

	for (size_t i = 0; target->job->after && i < targets->len; i++)
		if (strcmp(targets->items[i].job->name, target->job->after) == 0)
			return &targets->items[i];
	return NULL;
}

/* A job that runs after another one runs only if that ended complete; if it is no target, or did
 * not run at all, the job does as it was told. */
static void start_in_turn(struct target *target)
{
	const struct target *parent = parent_of(target);

	if (!parent || (parent->state == TARGET_DONE && (parent->complete || !parent->run))) {
		start(target);
	} else if (parent->state == TARGET_DONE) {
		screen_note("%s is left out: %s did not end complete", target->job->name,
			    parent->job->name);
		target->state = TARGET_DONE;
		go_on(target->once);
	}
}

static void go_on(struct once *once)
{
	for (size_t i = 0; i < once->targets.len && !once->stopping; i++)
		if (once->targets.items[i].state == TARGET_WAITING)
			start_in_turn(&once->targets.items[i]);
	if (once->stopping || any(once, TARGET_WAITING) || under_way(once))
		return;
	once->stopping = true;
	dispatcher_stop(once->dispatcher, PACKING_MS, stopped, once);
}

static void begin(void *arg)
{
	struct once *once = arg;

	drop_disabled(once);
	go_on(once);
}

static void stop_signal(int signo, void *arg)
{
	struct once *once = arg;
	int64_t grace_ms = once->stopping ? 0 : once->settings.config->shutdown_grace_ms;

	screen_note("stopping; what is unfinished goes on the next time");
	once->stopping = true;
	once->status = EXIT_FAILURE;
	dispatcher_stop(once->dispatcher, grace_ms, stopped, once);
}

/* A user without configuration gets the files where he stands, and beside them the state that
 * belongs to exactly these files. */
static void place_data(const struct options *options, struct config *config)
{
	if (geteuid() == 0 || options->config_file || config->document)
		return;
	if (!options->data_dir) {
		free(config->data_dir);
		config->data_dir = file_absolute("data", NULL);
	}
	if (!options->state_dir) {
		free(config->state_dir);
		config->state_dir = xasprintf("%s/.fetchd", config->data_dir);
	}
}

static bool prepare(const struct options *options, struct once *once)
{
	struct problems problems = { 0 };
	bool fine;

	settings_load_config(options, &once->settings, &problems);
	if (once->settings.config)
		targets_gather(options, &once->settings, &once->targets, &problems);
	settings_print_problems(&problems, stderr);
	fine = problems.len == 0 && once->settings.config;
	problems_done(&problems);
	if (!fine)
		return false;
	place_data(options, once->settings.config);
	log_set_level(options->log_level ? once->settings.config->log_level : LOG_LEVEL_WARNING);
	return true;
}

static int start_up(struct once *once, struct err *err)
{
	struct dispatcher_options options = {
		.config = once->settings.config,
		.event = event,
		.event_arg = once,
	};
	int code;

	descriptors_fit(once->settings.config);
	code = transfer_global_init(err);
	if (code == 0)
		code = loop_new(&once->loop, err);
	if (code == 0)
		code = dispatcher_start(once->loop, &options, &once->dispatcher, err);
	if (code == -EWOULDBLOCK)
		err_within(err, "a running fetchd has this state directory; ask it with "
				"`fetchctl run`, or give another --state-dir");
	return code;
}

static void serve(struct once *once)
{
	struct loop_timer *first = loop_timer_new(once->loop, begin, once);

	loop_signal(once->loop, SIGTERM, stop_signal, once);
	loop_signal(once->loop, SIGINT, stop_signal, once);
	once->look = loop_timer_new(once->loop, look, once);
	loop_timer_set(once->look, LOOK_MS);
	loop_timer_set(first, 0);
	screen_begin();
	loop_run(once->loop);
	screen_end();
	loop_timer_free(first);
	loop_timer_free(once->look);
}

int once_main(const struct options *options)
{
	struct once once = { 0 };
	struct err err = ERR_INIT;

	if (!prepare(options, &once)) {
		once.status = EXIT_FAILURE;
	} else if (start_up(&once, &err) < 0) {
		fprintf(stderr, "fetchd: %s\n", err.text);
		once.status = EXIT_FAILURE;
	} else {
		serve(&once);
	}
	dispatcher_free(once.dispatcher);
	loop_free(once.loop);
	targets_done(&once.targets);
	settings_done(&once.settings);
	return once.status;
}
