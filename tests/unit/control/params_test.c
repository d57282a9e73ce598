#include "control/params.h"

#include <errno.h>

#include "../unit.h"

#define KNOWN "job limit before"

static struct params params;
static struct err err;

static int parse(const char *query)
{
	params_done(&params);
	return params_parse(&params, slice_of(query), KNOWN, &err);
}

START_TEST(values_are_decoded)
{
	ck_assert_int_eq(parse("job=a%26b+c&limit=&&before"), 0);
	ck_assert_str_eq(params_get(&params, "job"), "a&b c");
	ck_assert_str_eq(params_get(&params, "limit"), "");
	ck_assert_str_eq(params_get(&params, "before"), "");
	params_done(&params);
	ck_assert_ptr_null(params_get(&params, "job"));
}
END_TEST

START_TEST(an_unknown_name_is_refused_and_the_known_ones_named)
{
	ck_assert_int_eq(parse("job=a&limt=3"), -EINVAL);
	ck_assert_ptr_nonnull(strstr(err.text, "\"limt\""));
	ck_assert_ptr_nonnull(strstr(err.text, KNOWN));
	ck_assert_int_eq(parse("lim=1"), -EINVAL); /* the beginning of a name is not the name */
	params_done(&params);
}
END_TEST

START_TEST(a_repeated_name_is_refused)
{
	ck_assert_int_eq(parse("job=a&job=b"), -EINVAL);
	params_done(&params);
}
END_TEST

START_TEST(broken_encoding_is_refused)
{
	ck_assert_int_eq(parse("job=%zz"), -EINVAL);
	ck_assert_int_eq(parse("job=%00"), -EINVAL);
	ck_assert_int_eq(parse("job=%ff"), -EINVAL);
	ck_assert_int_eq(parse("%=1"), -EINVAL);
	params_done(&params);
}
END_TEST

UNIT_MAIN("params", values_are_decoded, an_unknown_name_is_refused_and_the_known_ones_named,
	  a_repeated_name_is_refused, broken_encoding_is_refused)
