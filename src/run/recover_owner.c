/* Whose an output is by its path alone, and where live files may stand that no manifest tells of:
 * a part of recovery, see recover_internal.h.
 *
 * A path may hold parameters and times. What they were is not known any more, so each stands for
 * any text within one component.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "run/recover_internal.h"
#include "run/rejects.h"

#define PATTERN_MAX 65536

/* Appends the pattern of the hole or the time at `at` and returns what is behind it. */
static const char *add_variable(struct buf *pattern, const char *at, const struct job *job)
{
	static const char itself[] = "${job}";
	const char *end = *at == '$' ? strchr(at, '}') : at + 1;

	if (at[0] == at[1]) /* "$$", "%%" */
		buf_addf(pattern, "\\%c", at[0]);
	else if (strncmp(at, itself, strlen(itself)) == 0)
		buf_add_text(pattern, job->name);
	else
		buf_add_char(pattern, '*');
	if (at[0] == at[1])
		return at + 2;
	return end && *end ? end + 1 : at + strlen(at);
}

/* For fnmatch(3); the caller frees. */
static char *pattern_of(const struct job *job)
{
	const char *at = template_source(job->path);
	struct buf pattern;

	buf_init(&pattern, PATTERN_MAX);
	while (*at) {
		if (*at == '%' || (*at == '$' && (at[1] == '{' || at[1] == '$'))) {
			at = add_variable(&pattern, at, job);
			continue;
		}
		if (strchr("*?[\\", *at))
			buf_add_char(&pattern, '\\');
		buf_add_char(&pattern, *at++);
	}
	return buf_take(&pattern);
}

static bool varies(const struct job *job)
{
	return job_output_varies(job) || job_output_moves(job);
}

static bool lands_at(const struct job *job, const char *path)
{
	char *pattern = varies(job) ? pattern_of(job) : NULL;
	char *only = pattern ? NULL : job_output(job, 0, NULL, NULL);
	bool matches = pattern ? fnmatch(pattern, path, FNM_PATHNAME | FNM_PERIOD) == 0
			       : only && strcmp(only, path) == 0;

	free(pattern);
	free(only);
	return matches;
}

static const struct job *owner_of(const struct recover *recover, const char *path, bool snapshots)
{
	const struct jobset *jobs = recover->order->jobs;
	const struct job *owner = NULL;

	/* A path that is written out says more than one that holds anything. */
	for (size_t i = 0; jobs && i < jobs->len; i++) {
		const struct job *job = jobs->jobs[i];

		if ((snapshots || job->mode == JOB_MODE_APPEND) && (!owner || !varies(job)) &&
		    lands_at(job, path))
			owner = job;
	}
	return owner;
}

const struct job *recover_owner(const struct recover *recover, const char *path)
{
	char *rows = rejects_rows_path(path);
	const struct job *owner = owner_of(recover, rows ? rows : path, rows != NULL);

	free(rows);
	return owner;
}

static void expect(struct json *outputs, const char *path)
{
	if (!json_has(outputs, path))
		json_put(outputs, path, json_new_array());
}

/* "x/y.csv", when it is not a part of a snapshot. */
static void expect_live(struct recover *recover, const struct survey *survey, const char *name)
{
	const char *slash = strrchr(name, '/');
	char *manifest = xasprintf("%.*s_MANIFEST", slash ? (int)(slash - name) + 1 : 0, name);
	const char *dot = strrchr(name, '.');
	char *path = xstrndup(name, dot ? (size_t)(dot - name) : 0);

	if (recover_owner(recover, path) && !recover_is_there(recover, manifest))
		expect(survey->outputs, path);
	free(path);
	free(manifest);
}

void recover_expect_outputs(struct recover *recover, const struct survey *survey)
{
	const struct jobset *jobs = recover->order->jobs;

	for (size_t i = 0; jobs && i < jobs->len; i++) {
		const struct job *job = jobs->jobs[i];
		char *path = NULL;

		if (job->mode == JOB_MODE_APPEND && !varies(job))
			path = job_output(job, 0, NULL, NULL);
		if (path)
			expect(survey->outputs, path);
		free(path);
	}
	for (size_t i = 0; i < json_len(survey->others); i++)
		expect_live(recover, survey, json_str(json_at(survey->others, i)));
}
