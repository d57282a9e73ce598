/* What --once is to run: job names and job files from the command line, as a list of jobs. */
#ifndef FETCHD_TARGETS_H
#define FETCHD_TARGETS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fetchd/options.h"
#include "fetchd/settings.h"
#include "spec/job.h"
#include "spec/problem.h"

enum target_state {
	TARGET_WAITING, /* to be started, as soon as max_runs allows */
	TARGET_ASKED,   /* the dispatcher has been asked */
	TARGET_RUNNING,
	TARGET_READING, /* ended: its summary is being looked up */
	TARGET_DONE,
};

struct target {
	struct job *job; /* a reference */
	bool by_name;    /* runs even when it is disabled */
	enum target_state state;
	uint64_t run;  /* 0: not started */
	bool complete; /* it ended so */
	struct once *once;
};

struct targets {
	struct target *items;
	size_t len;
};

/* Problems are added for files with errors, names nobody defines and names defined twice. Loads the
 * configuration's jobs only when a name is asked for. Blocking. */
void targets_gather(const struct options *options, struct settings *settings,
		    struct targets *targets, struct problems *problems);
void targets_done(struct targets *targets);

/* Is this argument a file and not a job's name? By its look: a slash, or a job file's ending. */
bool target_is_file(const char *argument);

#endif
