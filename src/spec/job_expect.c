/* The rows of a job's `expect`: what a run must bring to count as complete. */
#include <ctype.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, expect.member)

/* "30%": stored one higher, 0 is "not asked". */
static void read_percent(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	const char *text = json_str(value);
	size_t digits = text ? strspn(text, "0123456789") : 0;
	unsigned percent = digits > 0 && digits < 4 ? (unsigned)atoi(text) : 101;

	if (percent > 100 || strcmp(text + digits, "%") != 0)
		walk_problem(walk, at, AT_VALUE, "expected 0%% to 100%%, \"30%%\" for example");
	else
		*(unsigned *)to = percent + 1;
}

static struct json *show_percent(const void *from)
{
	unsigned stored = *(const unsigned *)from;
	struct json *shown;
	char *text;

	if (stored == 0)
		return NULL;
	text = xasprintf("%u%%", stored - 1);
	shown = json_new_string(text);
	free(text);
	return shown;
}

static void read_names(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	struct job_names *names = to;
	struct trail item = { .up = at };

	if (walk_wrong_type(walk, at, value, JSON_ARRAY, "a list of columns"))
		return;
	names->at = xcalloc(json_len(value), sizeof(*names->at));
	for (; item.index < json_len(value); item.index++) {
		const struct json *name = json_at(value, item.index);

		if (!walk_wrong_type(walk, &item, name, JSON_STRING, "a column's name"))
			names->at[names->n++] = xstrdup(json_str(name));
	}
}

static struct json *show_names(const void *from)
{
	const struct job_names *names = from;
	struct json *list = names->n ? json_new_array() : NULL;

	for (size_t i = 0; i < names->n; i++)
		json_push(list, json_new_string(names->at[i]));
	return list;
}

static void done_names(void *to)
{
	struct job_names *names = to;

	for (size_t i = 0; i < names->n; i++)
		free(names->at[i]);
	free(names->at);
	*names = (struct job_names) { 0 };
}

static const struct field_custom percent = { "percentage", read_percent, show_percent, NULL };
static const struct field_custom names = { "list of columns", read_names, show_names, done_names };

const struct field job_expect_fields[] = {
	{ .name = "total",
	  .type = FIELD_POINTER,
	  .offset = AT(total),
	  .help = "where the first answer of each request says how many records there are: so many "
		  "must come",
	  .example = "/total" },
	{ .name = "min_rows",
	  .type = FIELD_BIG,
	  .offset = AT(min_rows),
	  .max = INT64_MAX,
	  .def = "0",
	  .help = "the fewest rows of a run",
	  .example = "1" },
	{ .name = "max_rows",
	  .type = FIELD_BIG,
	  .offset = AT(max_rows),
	  .max = INT64_MAX,
	  .def = "0",
	  .help = "the most rows of a run; 0: no limit",
	  .example = "1000000" },
	{ .name = "max_drop",
	  .type = FIELD_CUSTOM,
	  .offset = AT(max_drop),
	  .custom = &percent,
	  .help = "how many fewer rows than the last complete run a run may have",
	  .example = "30%" },
	{ .name = "required",
	  .type = FIELD_CUSTOM,
	  .offset = AT(required),
	  .custom = &names,
	  .help = "columns that are null in no row",
	  .example = "[id, price]" },
	{ .name = "unique",
	  .type = FIELD_CUSTOM,
	  .offset = AT(unique),
	  .custom = &names,
	  .help = "columns that together tell one row of a run from every other; rows with a null "
		  "there are not looked at",
	  .example = "[id]" },
	{ .name = NULL },
};

static void check_names(const struct job *job, const struct job_names *wanted, const char *key,
			const struct walk *walk)
{
	struct trail expect = { .key = "expect" }, list = { .up = &expect, .key = key };

	for (size_t i = 0; i < wanted->n; i++) {
		struct trail item = { .up = &list, .index = i };
		bool known = job->columns_auto;

		for (size_t k = 0; k < job->ncolumns && !known; k++)
			known = job->columns[k].name &&
				strcmp(job->columns[k].name, wanted->at[i]) == 0;
		if (!known)
			walk_problem(walk, &item, AT_VALUE, "there is no column \"%.64s\"",
				     wanted->at[i]);
	}
}

void job_check_expect(const struct job *job, const struct walk *walk)
{
	check_names(job, &job->expect.required, "required", walk);
	check_names(job, &job->expect.unique, "unique", walk);
}
