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
	enum job_new_columns new_columns;
	bool extra; /* the column for all other members stands behind the names */
	uint32_t version;
	unsigned refs; /* atomic */
};

static struct colset *empty_set(bool automatic, enum job_new_columns new_columns, uint32_t version)
{
	struct colset *set = xcalloc(1, sizeof(*set));

	set->automatic = automatic;
	set->new_columns = new_columns;
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
	struct colset *set = empty_set(job->columns_auto, job->new_columns, 1);

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
	return set->names.len + set->extra;
}

struct slice colset_name(const struct colset *set, size_t column)
{
	return column < set->names.len ? set->names.items[column] : slice_of(JOB_EXTRA_COLUMN);
}

bool colset_auto(const struct colset *set)
{
	return set->automatic;
}

enum job_new_columns colset_policy(const struct colset *set)
{
	return colset_len(set) > 0 ? set->new_columns : JOB_NEW_ROTATE;
}

uint32_t colset_version(const struct colset *set)
{
	return set->version;
}

bool colset_find(const struct colset *set, struct slice name, size_t *column)
{
	if (set->extra && slice_is(name, JOB_EXTRA_COLUMN)) {
		*column = set->names.len;
		return true;
	}
	return names_find(&set->names, name, column);
}

static bool wants_extra(const struct colset *set)
{
	return set->automatic && set->new_columns == JOB_NEW_EXTRA;
}

static void add_name(struct colset *set, struct slice name)
{
	if (!wants_extra(set) || !slice_is(name, JOB_EXTRA_COLUMN))
		names_add(&set->names, name);
}

struct colset *colset_extend(const struct colset *set, const struct slice *names, size_t n)
{
	struct colset *grown = empty_set(set->automatic, set->new_columns, set->version + 1);

	for (size_t i = 0; i < set->names.len; i++)
		names_add(&grown->names, set->names.items[i]);
	for (size_t i = 0; i < n && grown->names.len <= COLSET_MAX; i++)
		add_name(grown, names[i]);
	grown->extra = wants_extra(grown);
	if (colset_len(grown) > COLSET_MAX) {
		colset_unref(grown);
		return NULL;
	}
	return grown;
}

struct json *colset_json(const struct colset *set)
{
	struct json *names = json_new_array();

	for (size_t i = 0; i < colset_len(set); i++) {
		struct slice name = colset_name(set, i);

		json_push(names, json_new_string_len(name.ptr, name.len));
	}
	return names;
}

static bool are_distinct_texts(const struct json *names)
{
	struct names seen = { 0 };
	bool distinct = json_type(names) == JSON_ARRAY;

	for (size_t i = 0; i < json_len(names) && distinct; i++) {
		const char *name = json_str(json_at(names, i));

		distinct = name && names_add(&seen, slice_of(name)) == i;
	}
	names_done(&seen);
	return distinct;
}

struct colset *colset_from_json(const struct job *job, const struct json *names)
{
	struct colset *set;

	if (!are_distinct_texts(names))
		return NULL;
	set = empty_set(job->columns_auto, job->new_columns, 1);
	for (size_t i = 0; i < json_len(names); i++)
		add_name(set, slice_of(json_str(json_at(names, i))));
	set->extra = wants_extra(set) && json_len(names) > 0;
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
