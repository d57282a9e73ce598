#include "base/pick.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#define N 8

static struct pointer *pointers[N];
static struct slice found[N];
static struct err err;

static int pick_all(const char *json, size_t n, const char *const *texts)
{
	int rc;

	for (size_t i = 0; i < n; i++)
		ck_assert_int_eq(pointer_parse(texts[i], &pointers[i], &err), 0);
	rc = pick((const struct pointer *const *)pointers, n, slice_of(json), found, &err);
	for (size_t i = 0; i < n; i++)
		pointer_free(pointers[i]);
	return rc;
}

static void check_found(size_t i, const char *want)
{
	if (want)
		ck_assert_msg(slice_is(found[i], want), "%zu: %.*s", i, (int)found[i].len,
			      found[i].ptr ? found[i].ptr : "");
	else
		ck_assert_ptr_null(found[i].ptr);
}

START_TEST(each_value_is_found_or_known_to_be_absent)
{
	static const char *const texts[] = { "/a", "/b/c", "/b", "/d/1", "/x", "/b/x", "", "/a/q" };

	ck_assert_int_eq(pick_all("{\"a\": 1, \"b\": {\"c\": \"t\"}, \"d\": [0, [2]]}", 8, texts),
			 0);
	check_found(0, "1");
	check_found(1, "\"t\"");
	check_found(2, "{\"c\": \"t\"}");
	check_found(3, "[2]");
	check_found(4, NULL);
	check_found(5, NULL);
	check_found(6, "{\"a\": 1, \"b\": {\"c\": \"t\"}, \"d\": [0, [2]]}");
	check_found(7, NULL);
}
END_TEST

START_TEST(of_two_equal_keys_the_last_counts)
{
	static const char *const texts[] = { "/a/b", "/a/c" };

	ck_assert_int_eq(pick_all("{\"a\": {\"b\": 1, \"c\": 1}, \"a\": {\"c\": 2}}", 2, texts), 0);
	check_found(0, NULL);
	check_found(1, "2");
}
END_TEST

START_TEST(escapes_in_keys_are_looked_through)
{
	static const char *const texts[] = { "/a~1b", "/\xc3\xa9" };

	ck_assert_int_eq(pick_all("{\"a\\/b\": 1, \"\\u00e9\": 2}", 2, texts), 0);
	check_found(0, "1");
	check_found(1, "2");
}
END_TEST

START_TEST(no_pointer_finds_nothing)
{
	const struct pointer *none[2] = { NULL, NULL };

	ck_assert_int_eq(pick(none, 2, slice_of("{\"a\": 1}"), found, &err), 0);
	check_found(0, NULL);
	check_found(1, NULL);
}
END_TEST

START_TEST(what_is_no_document_is_refused)
{
	static const char *const texts[] = { "/a" };
	static const char *const bad[] = { "", "{\"a\": 1", "{\"a\": 1} {}", "{\"a\": }",
					   "{\"b\": [}" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(pick_all(bad[i], 1, texts) == -EINVAL, "%s", bad[i]);
}
END_TEST

UNIT_MAIN("pick", each_value_is_found_or_known_to_be_absent, of_two_equal_keys_the_last_counts,
	  escapes_in_keys_are_looked_through, no_pointer_finds_nothing,
	  what_is_no_document_is_refused)
