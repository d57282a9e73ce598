/* fetchmock: a mock HTTP API to rehearse fetchd's jobs against. This file puts the parts together
 * and ends them at a signal; the story of a request begins in http.c.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fetchmock/http.h"
#include "fetchmock/listen.h"
#include "fetchmock/options.h"
#include "fetchmock/trace.h"

#define EXIT_USAGE 2

static void stop(int signo, void *arg)
{
	loop_stop(arg);
}

/* A thousand waiting requests are a thousand descriptors. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
}

static struct api *load(const struct options *options)
{
	struct problems problems = { 0 };
	struct api *api;

	if (options->file)
		api = api_load(options->file, &options->overrides, &problems);
	else
		api = api_parse("<built-in>", api_builtin, &options->overrides, &problems);
	for (size_t i = 0; i < problems.len; i++) {
		char *text = problem_text(&problems.items[i]);

		fprintf(stderr, "%s\n", text);
		free(text);
	}
	problems_done(&problems);
	return api;
}

static int serve(struct loop *loop, struct api *api, const struct http_options *options,
		 struct err *err)
{
	struct http_options complete = *options;
	char name[LISTEN_NAME_MAX];
	struct http *http;
	int rc;

	complete.listen_fd = listen_open(api->listen, name, err);
	if (complete.listen_fd < 0)
		return complete.listen_fd;
	rc = http_start(loop, &complete, &http, err);
	if (rc == 0) {
		loop_signal(loop, SIGTERM, stop, loop);
		loop_signal(loop, SIGINT, stop, loop);
		printf("fetchmock: listening on %s\n", name);
		fflush(stdout);
		loop_run(loop);
		http_stop(http);
	}
	listen_cleanup(api->listen);
	return rc;
}

static int run(const struct options *options, struct api *api, struct err *err)
{
	struct http_options http = { .admin = { .api = api }, .trace_fd = -1 };
	struct loop *loop = NULL;
	int rc = 0;

	if (options->log)
		rc = http.trace_fd = trace_open(options->log, err);
	if (rc >= 0)
		rc = loop_new(&loop, err);
	if (rc == 0) {
		http.admin.stats = stats_new();
		http.admin.served = options->served ? served_new() : NULL;
		rc = serve(loop, api, &http, err);
		served_free(http.admin.served);
		stats_free(http.admin.stats);
		loop_free(loop);
	}
	if (http.trace_fd >= 0)
		close(http.trace_fd);
	return rc;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct options options;
	struct api *api;
	int rc;

	if (options_parse(argc, argv, &options, &err)) {
		fprintf(stderr, "fetchmock: %s\n", err.text);
		return EXIT_USAGE;
	}
	if (options.help || options.version) {
		fputs(options.help ? options_help : "fetchmock " PACKAGE_VERSION "\n", stdout);
		return EXIT_SUCCESS;
	}
	signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	api = load(&options);
	if (!api)
		return EXIT_FAILURE;
	rc = run(&options, api, &err);
	api_free(api);
	if (rc < 0)
		fprintf(stderr, "fetchmock: %s\n", err.text);
	return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
