/* Loading all jobs, and comparing two sets of them: see jobset.h. */
#include "spec/jobset.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/loader.h"

struct jobset *jobset_load(const struct config *config, struct problems *problems)
{
	char *added = xasprintf("%s/jobs.d", config->state_dir);
	struct loader loader;

	loader_init(&loader, problems, false);
	loader.whole = true;
	if (config->doc)
		loader_add_jobs(&loader, config->doc);
	loader_add_dir(&loader, config->jobs_dir, json_has(config->document, "jobs_dir"));
	if (strcmp(added, config->jobs_dir) != 0)
		loader_add_dir(&loader, added, false);
	free(added);
	return loader_end(&loader);
}

struct jobset *jobset_load_file(const char *file, struct problems *problems)
{
	struct loader loader;

	loader_init(&loader, problems, false);
	loader_add_file(&loader, file);
	return loader_end(&loader);
}

struct jobset *jobset_parse(const char *file, enum doc_syntax syntax, struct slice text,
			    bool strict_paths, struct problems *problems)
{
	struct loader loader;
	struct doc *doc = NULL;

	loader_init(&loader, problems, strict_paths);
	if (doc_parse_checked(file, syntax, text, problems, &doc) == 0)
		loader_add_doc(&loader, doc);
	return loader_end(&loader);
}

void jobset_free(struct jobset *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->len; i++)
		job_unref(set->jobs[i]);
	free(set->jobs);
	free(set);
}

/* Asking. */

struct json *jobset_report(const struct jobset *set, const struct problems *problems)
{
	struct json *report = problems_json(problems);
	struct json *names = json_put(report, "jobs", json_new_array());

	for (size_t i = 0; i < set->len; i++)
		json_push(names, json_new_string(set->jobs[i]->name));
	return report;
}

struct job *jobset_find(const struct jobset *set, const char *name)
{
	size_t low = 0, high = set->len;

	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strcmp(set->jobs[middle]->name, name);

		if (order == 0)
			return set->jobs[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

void jobset_diff(const struct jobset *old, const struct jobset *new, jobset_diff_fn *fn, void *arg)
{
	size_t i = 0, k = 0;

	while (i < old->len || k < new->len) {
		const struct job *a = i < old->len ? old->jobs[i] : NULL;
		const struct job *b = k < new->len ? new->jobs[k] : NULL;
		int order = !a ? 1 : !b ? -1 : strcmp(a->name, b->name);

		if (order < 0)
			fn(JOBSET_REMOVED, a, NULL, arg);
		else if (order > 0)
			fn(JOBSET_ADDED, NULL, b, arg);
		else if (a->hash != b->hash)
			fn(JOBSET_CHANGED, a, b, arg);
		i += order <= 0;
		k += order >= 0;
	}
}
