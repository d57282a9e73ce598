/* Which job runs after which: see lineage.h. */
#include "spec/lineage.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"

#define SHOWN_BYTES 400 /* of a circle */
#define STEPS_MAX   10000

/* Whether the way up from `job` comes back to it. */
static bool is_circle(const struct job *job, lineage_find_fn *find, void *arg)
{
	const struct job *at = job;

	for (int i = 0; at && at->after && i < STEPS_MAX; i++) {
		if (strcmp(at->after, job->name) == 0)
			return true;
		at = find(at->after, arg);
	}
	return false;
}

/* "a after b after a" */
static char *circle_text(const struct job *job, lineage_find_fn *find, void *arg)
{
	const struct job *at = job;
	struct buf text;

	buf_init(&text, SHOWN_BYTES + 2 * JOB_NAME_MAX + 40);
	buf_addf(&text, "%s", job->name);
	do {
		if (text.len < SHOWN_BYTES)
			buf_addf(&text, " after %s", at->after);
		else if (strcmp(at->after, job->name) == 0)
			buf_addf(&text, " ... after %s", job->name);
		at = strcmp(at->after, job->name) == 0 ? NULL : find(at->after, arg);
	} while (at);
	return buf_take(&text);
}

char *lineage_fault(const struct job *job, lineage_find_fn *find, void *arg, bool whole)
{
	char *circle, *fault;

	if (!job->after)
		return NULL;
	if (is_circle(job, find, arg)) {
		circle = circle_text(job, find, arg);
		fault = xasprintf("the circle %s has no beginning: each would wait for the other, "
				  "or start it for ever",
				  circle);
		free(circle);
		return fault;
	}
	if (whole && !find(job->after, arg))
		return xasprintf("there is no job \"%s\"", job->after);
	return NULL;
}
