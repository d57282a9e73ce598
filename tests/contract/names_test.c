/* The names a job file may use and the tables that serve them, which stand on floors that do not see
 * each other, are the same lists: what can be written can be done, and what can be done can be written.
 */
#include <string.h>

#include "../unit/unit.h"
#include "data/format.h"
#include "data/outfile.h"
#include "data/pack.h"
#include "fetch/auth.h"
#include "fetch/engine.h"
#include "fetch/page.h"
#include "spec/field.h"
#include "spec/job.h"

static const struct field *row_of(const struct field *fields, const char *name)
{
	for (; fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	ck_abort_msg("no setting \"%s\"", name);
	return NULL;
}

static size_t count(const char *const *names)
{
	size_t n = 0;

	while (names[n])
		n++;
	return n;
}

static void has(const char *const *choices, const char *name)
{
	for (; *choices; choices++)
		if (strcmp(*choices, name) == 0)
			return;
	ck_abort_msg("\"%s\" is served, but cannot be written", name);
}

START_TEST(engines_are_those_that_can_be_written)
{
	const char *const *choices = row_of(job_fields, "engine")->choices;
	size_t n = 0;

	for (; engines[n].name; n++)
		has(choices, engines[n].name);
	ck_assert_uint_eq(n, count(choices));
}
END_TEST

START_TEST(formats_are_those_that_can_be_written_and_mean_the_same)
{
	const struct field *output = row_of(job_fields, "output");
	const char *const *choices = row_of(output->fields, "format")->choices;
	size_t n = 0;

	for (; formats[n].name && formats[n].kind != JOB_FORMAT_REJECTS; n++)
		ck_assert_str_eq(choices[formats[n].kind], formats[n].name);
	ck_assert_uint_eq(n, count(choices));
}
END_TEST

START_TEST(compressions_are_those_that_can_be_written_and_mean_the_same)
{
	const struct field *output = row_of(job_fields, "output");
	const char *const *choices = row_of(output->fields, "compress")->choices;

	ck_assert_uint_eq(count(choices), JOB_COMPRESS_ZSTD + 1);
	for (int kind = 0; choices[kind]; kind++) {
		ck_assert_str_eq(choices[kind], pack_name((enum job_compress)kind));
		ck_assert_int_eq(pack_by_name(choices[kind]), kind);
	}
}
END_TEST

static struct json *value_of(const char *yaml)
{
	struct doc *doc = NULL;
	struct json *value;

	ck_assert_int_eq(doc_parse("a.yaml", DOC_YAML, slice_of(yaml), &doc, NULL), 0);
	value = json_ref(doc_root(doc));
	doc_free(doc);
	return value;
}

START_TEST(a_dialect_is_named_by_the_settings_that_make_it)
{
	const struct field *csv = row_of(row_of(job_fields, "output")->fields, "csv")->fields;
	struct json *definition = value_of(
		"{request: {url: 'http://h/'}, output: {csv: {delimiter: ;, crlf: true, \"null\": "
		"'NULL', bom: true, guard: true}}}");
	struct problems problems = { 0 };
	struct job *job = job_new("a", definition, NULL, "", &problems);
	struct json *policy;

	ck_assert_ptr_nonnull(job);
	policy = format_policy(job);
	ck_assert(json_equal(policy, json_find(definition, "/output/csv")));
	for (size_t n = 0; csv[n].name; n++)
		ck_assert_msg(json_has(policy, csv[n].name), "%s", csv[n].name);
	json_unref(policy);
	json_unref(definition);
	job_unref(job);
}
END_TEST

START_TEST(a_path_that_can_be_written_can_be_landed_in)
{
	ck_assert_uint_eq(JOB_PATH_MAX, OUTFILE_LEAF_MAX);
	ck_assert_uint_eq(JOB_PATH_MAX + strlen("/.1234567890.staging/rows"), OUTFILE_PATH_MAX);
}
END_TEST

START_TEST(paginators_are_those_that_can_be_written_and_mean_the_same)
{
	const struct field *pages = row_of(job_fields, "pages");
	const char *const *choices = row_of(pages->fields, "by")->choices;
	size_t n = 0;

	for (; paginators[n].name; n++)
		ck_assert_str_eq(choices[paginators[n].kind], paginators[n].name);
	ck_assert_uint_eq(n, count(choices));
}
END_TEST

START_TEST(every_way_to_authenticate_is_a_setting)
{
	const struct field *auth = row_of(job_fields, "auth");

	for (size_t n = 0; auths[n].name; n++)
		ck_assert_ptr_nonnull(row_of(auth->fields, auths[n].name));
}
END_TEST

UNIT_MAIN("names", engines_are_those_that_can_be_written,
	  formats_are_those_that_can_be_written_and_mean_the_same,
	  compressions_are_those_that_can_be_written_and_mean_the_same,
	  a_dialect_is_named_by_the_settings_that_make_it,
	  a_path_that_can_be_written_can_be_landed_in,
	  paginators_are_those_that_can_be_written_and_mean_the_same,
	  every_way_to_authenticate_is_a_setting)
