#include "fetch/headers.h"

#include <errno.h>

#include "../unit.h"

static struct err err;

START_TEST(fields_are_added_found_and_removed_without_case)
{
	char **headers = NULL;

	ck_assert(!headers_has(headers, "Accept"));
	ck_assert_int_eq(headers_add(&headers, "X-One", "1", &err), 0);
	ck_assert_int_eq(headers_add(&headers, "x-two", "2", &err), 0);
	headers_default(&headers, "X-ONE", "other");
	headers_default(&headers, "X-Three", "3");
	ck_assert_str_eq(headers[0], "X-One: 1");
	ck_assert_str_eq(headers[2], "X-Three: 3");
	ck_assert_ptr_null(headers[3]);
	headers_remove(headers, "X-TWO");
	ck_assert_str_eq(headers[1], "X-Three: 3");
	ck_assert_ptr_null(headers[2]);
	ck_assert(!headers_has(headers, "X"));
	headers_free(headers);
	headers_free(NULL);
	headers_remove(NULL, "x");
}
END_TEST

START_TEST(nothing_can_end_a_line)
{
	static const char *const bad[] = { "a\r\nX: y", "a\n", "\r", "a\x7f", "\x01" };
	char **headers = NULL;

	for (size_t i = 0; i < 5; i++) {
		err = (struct err)ERR_INIT;
		ck_assert_int_eq(headers_add(&headers, "X", bad[i], &err), -EINVAL);
		ck_assert_str_ne(err.text, "");
	}
	ck_assert_int_eq(headers_add(&headers, "X: y\r\nZ", "1", &err), -EINVAL);
	ck_assert_int_eq(headers_add(&headers, "X Y", "1", &err), -EINVAL);
	ck_assert_int_eq(headers_add(&headers, "", "1", &err), -EINVAL);
	ck_assert_ptr_null(headers);
	ck_assert_int_eq(headers_add(&headers, "X", "tab\tand \xc3\xa9", &err), 0);
	headers_free(headers);
}
END_TEST

START_TEST(framing_is_not_the_users)
{
	char **headers = NULL;

	ck_assert_int_eq(headers_add(&headers, "content-length", "5", &err), -EINVAL);
	ck_assert_int_eq(headers_add(&headers, "Transfer-Encoding", "chunked", &err), -EINVAL);
	ck_assert_ptr_null(headers);
}
END_TEST

START_TEST(an_empty_value_takes_the_field_out)
{
	char **headers = NULL;

	ck_assert_int_eq(headers_add(&headers, "Accept", "", &err), 0);
	headers_default(&headers, "Accept", "application/json");
	ck_assert_str_eq(headers[0], "Accept:");
	ck_assert_ptr_null(headers[1]);
	headers_free(headers);
}
END_TEST

START_TEST(a_method_is_a_token)
{
	ck_assert(token_valid("GET"));
	ck_assert(token_valid("M-SEARCH"));
	ck_assert(!token_valid("GET /x"));
	ck_assert(!token_valid("GET\r\n"));
	ck_assert(!token_valid(""));
}
END_TEST

UNIT_MAIN("headers", fields_are_added_found_and_removed_without_case, nothing_can_end_a_line,
	  framing_is_not_the_users, an_empty_value_takes_the_field_out, a_method_is_a_token)
