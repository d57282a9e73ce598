/* The daemon, see daemon.h: start, signals, reload, watchdog, stop. */
#include "fetchd/daemon.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "fetch/transfer.h"
#include "fetchd/descriptors.h"
#include "fetchd/news.h"
#include "fetchd/reload.h"
#include "fetchd/routes.h"
#include "fetchd/settings.h"
#include "fetchd/systemd.h"

void daemon_tell_ready(const struct daemon *daemon)
{
	char *status = xasprintf("Serving %zu %s", daemon->jobs->len,
				 daemon->jobs->len == 1 ? "job" : "jobs");

	systemd_ready(status);
	free(status);
}

static void stopped(void *arg)
{
	struct daemon *daemon = arg;

	server_stop(daemon->server);
	daemon->server = NULL;
	loop_stop(daemon->loop);
}

/* The first signal lets what is in flight end, the second one cuts it off; both lose nothing. */
static void stop_signal(int signo, void *arg)
{
	struct daemon *daemon = arg;

	if (daemon->stopping) {
		log_warning(
			"stopping at once: what is in flight is fetched again at the next start");
		dispatcher_stop(daemon->dispatcher, 0, stopped, daemon);
		return;
	}
	daemon->stopping = true;
	systemd_stopping();
	log_info("stopping: what is in flight has %lld s to end",
		 (long long)(daemon->config->shutdown_grace_ms / 1000));
	dispatcher_stop(daemon->dispatcher, daemon->config->shutdown_grace_ms, stopped, daemon);
}

static void reload_signal(int signo, void *arg)
{
	reload_start(arg, NULL);
}

static void watchdog_due(void *arg)
{
	struct daemon *daemon = arg;

	systemd_watchdog();
	loop_timer_set(daemon->watchdog, systemd_watchdog_ms());
}

static void publish(const struct json *event, void *arg)
{
	struct daemon *daemon = arg;

	news_log(event);
	events_publish(daemon->events, event);
}

static void give_followers(const char *job, void (*take)(const struct job *job, void *taker),
			   void *taker, void *arg)
{
	const struct daemon *daemon = arg;

	for (size_t i = 0; i < daemon->jobs->len; i++)
		if (daemon->jobs->jobs[i]->after && strcmp(daemon->jobs->jobs[i]->after, job) == 0)
			take(daemon->jobs->jobs[i], taker);
}

static void watch_signals(struct daemon *daemon)
{
	loop_signal(daemon->loop, SIGTERM, stop_signal, daemon);
	loop_signal(daemon->loop, SIGINT, stop_signal, daemon);
	loop_signal(daemon->loop, SIGHUP, reload_signal, daemon);
	if (systemd_watchdog_ms() > 0) {
		daemon->watchdog = loop_timer_new(daemon->loop, watchdog_due, daemon);
		loop_timer_set(daemon->watchdog, 0);
	}
}

static int start_server(struct daemon *daemon, struct err *err)
{
	struct server_options options = {
		.routes = routes,
		.daemon = daemon,
		.socket = daemon->config->socket,
	};
	bool missing;
	int code = settings_group(daemon->config, &options.group, &missing, err);

	if (code == 0)
		code = systemd_listen_fd(&options.listen_fd, err);
	if (code == 0 && missing)
		log_warning("there is no group \"%s\": only root and this user may use the socket",
			    daemon->config->socket_group);
	if (code == 0)
		code = server_start(daemon->loop, &options, &daemon->server, err);
	return code;
}

static int start(struct daemon *daemon, struct err *err)
{
	struct dispatcher_options options = {
		.config = daemon->config,
		.event = publish,
		.event_arg = daemon,
		.followers = give_followers,
		.followers_arg = daemon,
	};
	int code;

	descriptors_fit(daemon->config);
	code = transfer_global_init(err);
	if (code == 0)
		code = loop_new(&daemon->loop, err);
	if (code < 0)
		return code;
	daemon->events = events_new(daemon);
	code = dispatcher_start(daemon->loop, &options, &daemon->dispatcher, err);
	if (code == 0)
		code = start_server(daemon, err);
	return code;
}

static void serve(struct daemon *daemon)
{
	watch_signals(daemon);
	log_info("fetchd %s is ready: %zu %s, socket %s", PACKAGE_VERSION, daemon->jobs->len,
		 daemon->jobs->len == 1 ? "job" : "jobs", daemon->config->socket);
	daemon_tell_ready(daemon);
	loop_run(daemon->loop);
	log_info("fetchd has stopped");
}

/* A start that failed after the dispatcher was up: it must stop like any other. */
static void stop_now(struct daemon *daemon)
{
	dispatcher_stop(daemon->dispatcher, 0, stopped, daemon);
	loop_run(daemon->loop);
}

static void finish(struct daemon *daemon)
{
	dispatcher_free(daemon->dispatcher);
	events_free(daemon->events);
	loop_timer_free(daemon->watchdog);
	loop_free(daemon->loop);
}

/* Everything wrong with the files, on stderr: nothing is started over a broken configuration. */
static bool load(const struct options *options, struct settings *settings)
{
	struct problems problems = { 0 };
	bool fine;

	settings_load_config(options, settings, &problems);
	settings_load_jobs(settings, &problems);
	settings_print_problems(&problems, stderr);
	fine = problems.len == 0 && settings->config;
	problems_done(&problems);
	return fine;
}

int daemon_main(const struct options *options)
{
	struct settings settings = { 0 };
	struct daemon daemon = { .options = options };
	struct err err = ERR_INIT;
	int code = -EINVAL;

	if (load(options, &settings)) {
		log_set_level(settings.config->log_level);
		systemd_log_to_journal();
		daemon.config = settings.config;
		daemon.jobs = settings.jobs;
		daemon.started_ms = clock_unix_ms();
		daemon.started_mono_ms = clock_monotonic_ms();
		code = start(&daemon, &err);
		if (code < 0)
			log_error("%s", err.text);
		if (code == 0)
			serve(&daemon);
		else if (daemon.dispatcher)
			stop_now(&daemon);
		finish(&daemon);
		settings.jobs = daemon.jobs; /* a reload puts another set there */
	}
	settings_done(&settings);
	return code < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
