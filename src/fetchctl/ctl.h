/* One invocation of fetchctl: what was asked, and how to answer it. */
#ifndef FETCHCTL_CTL_H
#define FETCHCTL_CTL_H

#include <stdbool.h>

#include "fetchctl/options.h"

struct client;
struct verb;

/* The exit statuses, in the manual too; for a run that was waited for, enum run_status. */
enum ctl_status {
	CTL_DONE = 0,
	CTL_FAILED = 1,
	CTL_USAGE = 2,
	CTL_NO_DAEMON = 3,
	CTL_NO_SUCH = 4, /* job or run */
};

struct ctl {
	const char *given[OPTION__COUNT]; /* an option's value, "" for a flag; NULL: not given */
	const struct verb *verb;
	char **words; /* what follows the verb, without options */
	int nwords;
	bool json, legend, color;
	char *socket;          /* found at the first call */
	struct client *client; /* likewise */
};

#endif
