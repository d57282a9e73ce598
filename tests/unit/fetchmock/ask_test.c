/* Queries as clients send them, also the odd ones. */
#include "fetchmock/ask.h"

#include "../unit.h"

static const char *found(const char *query, const char *name)
{
	static struct buf out;

	buf_done(&out);
	buf_init(&out, 1000);
	return query_find(slice_of(query), name, &out) ? buf_text(&out) : NULL;
}

START_TEST(parameters_are_decoded_as_a_form_does)
{
	ck_assert_str_eq(found("id=7&name=a%20b+c", "name"), "a b c");
	ck_assert_str_eq(found("id=7&name=%41%zz%4", "name"), "A%zz%4");
	ck_assert_str_eq(found("na%6de=x", "name"), "x");
}
END_TEST

START_TEST(the_first_parameter_of_a_name_counts)
{
	ck_assert_str_eq(found("id=1&id=2", "id"), "1");
	ck_assert_str_eq(found("xid=1&id=2", "id"), "2");
}
END_TEST

START_TEST(missing_and_empty_parameters_differ)
{
	ck_assert_ptr_null(found("", "id"));
	ck_assert_ptr_null(found("&&a=1&", "id"));
	ck_assert_str_eq(found("id", "id"), "");
	ck_assert_str_eq(found("a&id=", "id"), "");
	ck_assert_str_eq(found("id=a=b", "id"), "a=b");
}
END_TEST

START_TEST(a_path_keeps_its_plus)
{
	struct buf out;

	buf_init(&out, 100);
	query_decode(slice_of("a+b%2Bc"), false, &out);
	ck_assert_str_eq(buf_text(&out), "a+b+c");
	buf_done(&out);
}
END_TEST

UNIT_MAIN("ask", parameters_are_decoded_as_a_form_does, the_first_parameter_of_a_name_counts,
	  missing_and_empty_parameters_differ, a_path_keeps_its_plus)
