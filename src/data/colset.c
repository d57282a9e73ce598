/* The numbered columns: see colset.h. */
#include "data/colset.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "data/names.h"

struct colset {
	struct names names;
	struct names steps;  /* declared: first steps of pointers */
	size_t *column_keys; /* declared: number of the step of each of the job's columns */
	bool automatic;
	uint32_t version;
	unsigned refs; /* atomic */
};

static struct colset *empty_set(bool automatic, uint32_t version)
{
	struct colset *set = xcalloc(1, sizeof(*set));

	set->automatic = automatic;
	set->version = version;
	set->refs = 1;
	return set;
}

static void add_steps(struct colset *set, const struct job *job)
{
	set->column_keys = xcalloc(job->ncolumns, sizeof(*set->column_keys));
	for (size_t i = 0; i < job->ncolumns; i++) {
		const struct pointer *from = job->columns[i].from;

		set->column_keys[i] = SIZE_MAX;
		if (from && pointer_steps(from) > 0)
			set->column_keys[i] = names_add(&set->steps, pointer_step(from, 0));
	}
}

struct colset *colset_new(const struct job *job)
{
	struct colset *set = empty_set(job->columns_auto, 1);

	if (job->columns_auto)
		return set;
	for (size_t i = 0; i < job->ncolumns; i++)
		names_add(&set->names, slice_of(job->columns[i].name));
	add_steps(set, job);
	return set;
}

struct colset *colset_ref(const struct colset *set)
{
	struct colset *counted =
		(struct colset *)set; /* the count is the only thing that changes */

	__atomic_add_fetch(&counted->refs, 1, __ATOMIC_RELAXED);
	return counted;
}

void colset_unref(struct colset *set)
{
	if (!set || __atomic_sub_fetch(&set->refs, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	names_done(&set->names);
	names_done(&set->steps);
	free(set->column_keys);
	free(set);
}

size_t colset_len(const struct colset *set)
{
	return set->names.len;
}

struct slice colset_name(const struct colset *set, size_t column)
{
	return set->names.items[column];
}

bool colset_auto(const struct colset *set)
{
	return set->automatic;
}

uint32_t colset_version(const struct colset *set)
{
	return set->version;
}

bool colset_find(const struct colset *set, struct slice name, size_t *column)
{
	return names_find(&set->names, name, column);
}

struct colset *colset_extend(const struct colset *set, const struct slice *names, size_t n)
{
	struct colset *grown = empty_set(set->automatic, set->version + 1);

	for (size_t i = 0; i < set->names.len; i++)
		names_add(&grown->names, set->names.items[i]);
	for (size_t i = 0; i < n && grown->names.len <= COLSET_MAX; i++)
		names_add(&grown->names, names[i]);
	if (grown->names.len > COLSET_MAX) {
		colset_unref(grown);
		return NULL;
	}
	return grown;
}

struct json *colset_json(const struct colset *set)
{
	struct json *names = json_new_array();

	for (size_t i = 0; i < set->names.len; i++) {
		struct slice name = set->names.items[i];

		json_push(names, json_new_string_len(name.ptr, name.len));
	}
	return names;
}

struct colset *colset_from_json(const struct job *job, const struct json *names)
{
	struct colset *set;

	if (json_type(names) != JSON_ARRAY)
		return NULL;
	set = empty_set(job->columns_auto, 1);
	for (size_t i = 0; i < json_len(names); i++) {
		const char *name = json_str(json_at(names, i));

		if (!name || names_add(&set->names, slice_of(name)) != i) {
			colset_unref(set);
			return NULL;
		}
	}
	if (!job->columns_auto)
		add_steps(set, job);
	return set;
}

const struct names *colset_keys(const struct colset *set)
{
	return set->automatic ? &set->names : &set->steps;
}

size_t colset_column_key(const struct colset *set, size_t column)
{
	return set->column_keys[column];
}
