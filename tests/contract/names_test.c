/* The names a job file may use and the tables that serve them, which stand on floors that do not see
 * each other, are the same lists: what can be written can be done, and what can be done can be written.
 */
#include <string.h>

#include "../unit/unit.h"
#include "data/format.h"
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

	for (; formats[n].name; n++)
		ck_assert_str_eq(choices[formats[n].kind], formats[n].name);
	ck_assert_uint_eq(n, count(choices));
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
	  paginators_are_those_that_can_be_written_and_mean_the_same,
	  every_way_to_authenticate_is_a_setting)
