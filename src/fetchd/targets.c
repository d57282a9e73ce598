/* What --once is to run, see targets.h. */
#include "fetchd/targets.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "spec/jobset.h"

bool target_is_file(const char *argument)
{
	static const char *const endings[] = { ".yaml", ".yml", ".json" };
	size_t len = strlen(argument);

	if (strchr(argument, '/'))
		return true;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (len > ending && strcmp(argument + len - ending, endings[i]) == 0)
			return true;
	}
	return false;
}

static void add(struct targets *targets, struct job *job, bool by_name, struct problems *problems)
{
	for (size_t i = 0; i < targets->len; i++) {
		struct target *known = &targets->items[i];

		if (strcmp(known->job->name, job->name) != 0)
			continue;
		if (strcmp(known->job->source, job->source) != 0)
			problems_add_at(problems, job->source, (struct place) { 0 },
					"the job \"%s\" is also defined by %s", job->name,
					known->job->source);
		known->by_name = known->by_name || by_name;
		return;
	}
	targets->items = xreallocarray(targets->items, targets->len + 1, sizeof(targets->items[0]));
	targets->items[targets->len++] =
		(struct target) { .job = job_ref(job), .by_name = by_name };
}

static void add_file(struct targets *targets, const char *file, struct problems *problems)
{
	struct jobset *jobs = jobset_load_file(file, problems);

	for (size_t i = 0; i < jobs->len; i++)
		add(targets, jobs->jobs[i], false, problems);
	jobset_free(jobs);
}

static void add_name(struct targets *targets, const char *name, struct settings *settings,
		     struct problems *problems)
{
	struct job *job;

	if (!settings->jobs)
		settings_load_jobs(settings, problems);
	job = jobset_find(settings->jobs, name);
	if (job)
		add(targets, job, true, problems);
	else if (problems->len == 0)
		problems_add_at(problems, settings->config->file, (struct place) { 0 },
				"there is no job \"%s\", and no file of that name", name);
}

void targets_gather(const struct options *options, struct settings *settings,
		    struct targets *targets, struct problems *problems)
{
	for (size_t i = 0; i < options->ntargets; i++) {
		const char *argument = options->targets[i];

		if (target_is_file(argument))
			add_file(targets, argument, problems);
		else
			add_name(targets, argument, settings, problems);
	}
}

void targets_done(struct targets *targets)
{
	for (size_t i = 0; i < targets->len; i++)
		job_unref(targets->items[i].job);
	free(targets->items);
	*targets = (struct targets) { 0 };
}
