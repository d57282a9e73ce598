/* Verbs: one row each gives parsing, unique prefixes, "did you mean", help and the manual's table.
 */
#ifndef FETCHCTL_VERB_H
#define FETCHCTL_VERB_H

#include <stdio.h>

struct ctl;

typedef int verb_fn(struct ctl *ctl); /* an exit status, enum ctl_status */

struct verb {
	const char *name;
	const char *args; /* as the usage shows them: "JOB [NAME=VALUE...]"; "" none */
	int min, max;     /* how many words may follow */
	unsigned options; /* OPTION_BITs beside the global ones */
	verb_fn *run;
	const char *route;   /* what it asks the daemon, "" nothing */
	const char *summary; /* one sentence for the manual, without the full stop */
};

extern const struct verb verbs[]; /* ends with a NULL name */

/* The verb that `word` names or is the only one to begin with; NULL, and a sentence on stderr. */
const struct verb *verb_find(const char *word);
/* What comes after "fetchctl " in its usage: "run [--wait] ... JOB [NAME=VALUE...]". */
void verb_usage(FILE *out, const struct verb *verb);

extern verb_fn verb_status, verb_list, verb_show, verb_check, verb_apply, verb_delete, verb_enable,
	verb_disable, verb_plan, verb_try, verb_run, verb_runs, verb_info, verb_failed, verb_retry,
	verb_cancel, verb_head, verb_state, verb_reload, verb_import, verb_help;

#endif
