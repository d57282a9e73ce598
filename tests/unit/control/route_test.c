#include "control/route.h"

#include <string.h>

#include "../unit.h"

static const struct route table[] = {
	{ .method = "GET", .path = "/v1/jobs" },
	{ .method = "GET", .path = "/v1/jobs/{job}" },
	{ .method = "PUT", .path = "/v1/jobs/{job}" },
	{ .method = "POST", .path = "/v1/jobs/{job}/run" },
	{ .method = "POST", .path = "/v1/runs/{id}/{verb}" },
	{ .method = "POST", .path = "/v1/check" },
	{ .method = NULL },
};

static struct route_match find(const char *method, const char *path)
{
	struct route_match match;

	route_find(table, method, slice_of(path), &match);
	return match;
}

START_TEST(a_path_and_method_find_their_row)
{
	ck_assert_ptr_eq(find("GET", "/v1/jobs").route, &table[0]);
	ck_assert_ptr_eq(find("PUT", "/v1/jobs/a").route, &table[2]);
	ck_assert_ptr_eq(find("POST", "/v1/jobs/a/run").route, &table[3]);
}
END_TEST

START_TEST(params_are_named_and_percent_decoded)
{
	struct route_match match = find("POST", "/v1/runs/a%20b%C3%A9/x+y");

	ck_assert_ptr_eq(match.route, &table[4]);
	ck_assert_uint_eq(match.nparams, 2);
	ck_assert(slice_is(match.names[0], "id"));
	ck_assert_str_eq(match.values[0], "a b\xc3\xa9");
	ck_assert(slice_is(match.names[1], "verb"));
	ck_assert_str_eq(match.values[1], "x+y"); /* "+" is a space in a query only */
}
END_TEST

START_TEST(head_is_answered_by_get)
{
	ck_assert_ptr_eq(find("HEAD", "/v1/jobs").route, &table[0]);
	ck_assert_ptr_null(find("HEAD", "/v1/check").route);
}
END_TEST

START_TEST(another_method_is_known_by_its_path)
{
	struct route_match match = find("DELETE", "/v1/jobs/a");

	ck_assert_ptr_null(match.route);
	ck_assert(match.path_known);
	ck_assert_str_eq(match.allowed, "GET, HEAD, PUT");
	ck_assert(!find("GET", "/v1/nothing").path_known);
}
END_TEST

START_TEST(slashes_are_neither_added_nor_dropped)
{
	static const char *const paths[] = { "/v1/jobs/", "//v1/jobs",     "/v1//jobs",
					     "v1/jobs",   "/v1/jobs//run", "",
					     "/",         "/v1/jobs/a/" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct route_match match = find("GET", paths[i]);

		ck_assert_msg(!match.route && !match.path_known, "%s matched", paths[i]);
	}
}
END_TEST

START_TEST(a_param_never_holds_a_slash_nul_or_control_byte)
{
	static const char *const paths[] = { "/v1/jobs/a%2fb", "/v1/jobs/%00", "/v1/jobs/a%0A",
					     "/v1/jobs/%7F",   "/v1/jobs/%",   "/v1/jobs/%4",
					     "/v1/jobs/%g1",   "/v1/jobs/%ff", "/v1/jobs/\x01" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		ck_assert_msg(!find("GET", paths[i]).path_known, "%s matched", paths[i]);
}
END_TEST

START_TEST(a_param_that_does_not_fit_matches_nothing)
{
	char path[400] = "/v1/jobs/";
	size_t prefix = strlen(path);

	memset(path + prefix, 'a', 255);
	ck_assert_ptr_nonnull(find("GET", path).route);
	path[prefix + 255] = 'a';
	ck_assert_ptr_null(find("GET", path).route);
}
END_TEST

UNIT_MAIN("route", a_path_and_method_find_their_row, params_are_named_and_percent_decoded,
	  head_is_answered_by_get, another_method_is_known_by_its_path,
	  slashes_are_neither_added_nor_dropped, a_param_never_holds_a_slash_nul_or_control_byte,
	  a_param_that_does_not_fit_matches_nothing)
