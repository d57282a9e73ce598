/* fetchd --recover: see recovery.h.
 *
 * Job files that do not check are no reason to stop: the manifests name what is theirs. Without the
 * jobs only their live files that have no manifest beside them stay unknown.
 */
#include "fetchd/recovery.h"

#include <stdlib.h>

#include "fetchd/settings.h"
#include "run/recover.h"

static int recover(const struct settings *settings)
{
	const struct recover_order order = { settings->config, settings->jobs, stdout };
	struct err err = ERR_INIT;
	bool whole = false;

	if (recover_run(&order, &whole, &err) < 0) {
		fprintf(stderr, "fetchd: %s\n", err.text);
		return EXIT_FAILURE;
	}
	return whole ? EXIT_SUCCESS : EXIT_FAILURE;
}

int recovery_main(const struct options *options)
{
	struct problems problems = { 0 };
	struct settings settings = { 0 };
	size_t of_config;
	int status;

	settings_load_config(options, &settings, &problems);
	of_config = problems.len;
	if (of_config == 0)
		settings_load_jobs(&settings, &problems);
	settings_print_problems(&problems, stderr);
	if (of_config > 0 || !settings.config) {
		status = EXIT_FAILURE; /* its directories may not be the ones that are meant */
	} else {
		if (problems.len > 0)
			fputs("fetchd: going on without the jobs\n", stderr);
		status = recover(&settings);
	}
	problems_done(&problems);
	settings_done(&settings);
	return status;
}
