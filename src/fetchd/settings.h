/* The settings a process runs with: the configuration as the command line changes it, and the jobs.
 *
 * Reads files, so it is called before the loop runs or on the query thread.
 */
#ifndef FETCHD_SETTINGS_H
#define FETCHD_SETTINGS_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/err.h"
#include "fetchd/options.h"
#include "spec/config.h"
#include "spec/jobset.h"
#include "spec/problem.h"

struct settings {
	struct config *config; /* NULL: the file could not be read; the problems say why */
	struct jobset *jobs;   /* NULL: not loaded */
};

/* The configuration alone, with what the options override. */
void settings_load_config(const struct options *options, struct settings *settings,
			  struct problems *problems);
/* The jobs of the configuration's sources. Nothing when there is no configuration. */
void settings_load_jobs(struct settings *settings, struct problems *problems);
void settings_done(struct settings *settings);

/* The group of the socket. (gid_t)-1 when none is configured or the default one does not exist
 * (*missing tells); -ENOENT when a configured one does not. */
int settings_group(const struct config *config, gid_t *group, bool *missing, struct err *err);

/* Each problem as a line "FILE:LINE:COLUMN: error: SENTENCE". */
void settings_print_problems(const struct problems *problems, FILE *out);

/* --check: prints every problem to stderr, or to stdout how many jobs are fine. An exit status. */
int settings_check(const struct options *options);

#endif
