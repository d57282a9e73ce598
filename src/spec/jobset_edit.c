/* One job into a set or out of it: what the control socket does between reloads, see jobset.h. */
#include "spec/jobset.h"

#include <string.h>

#include "base/xalloc.h"

/* The first job whose name is not before `name`. */
static size_t place_of(const struct jobset *set, const char *name)
{
	size_t low = 0, high = set->len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(set->jobs[middle]->name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct jobset *set, size_t place, const char *name)
{
	return place < set->len && strcmp(set->jobs[place]->name, name) == 0;
}

void jobset_put(struct jobset *set, const struct job *job)
{
	size_t place = place_of(set, job->name);

	if (is_at(set, place, job->name)) {
		job_unref(set->jobs[place]);
	} else {
		set->jobs = xreallocarray(set->jobs, set->len + 1, sizeof(set->jobs[0]));
		memmove(&set->jobs[place + 1], &set->jobs[place],
			(set->len - place) * sizeof(set->jobs[0]));
		set->len++;
	}
	set->jobs[place] = job_ref(job);
}

void jobset_drop(struct jobset *set, const char *name)
{
	size_t place = place_of(set, name);

	if (!is_at(set, place, name))
		return;
	job_unref(set->jobs[place]);
	set->len--;
	memmove(&set->jobs[place], &set->jobs[place + 1],
		(set->len - place) * sizeof(set->jobs[0]));
}
