/* The way from a body to its records. */
#include "data/extract.h"

#include "sample.h"

static void expect_records(const char *body, const char *records, const char *const *expected)
{
	struct extract extract;
	size_t n = 0;

	ck_assert_int_eq(sample_extract(body, records, &extract), 0);
	for (; expected[n]; n++) {
		ck_assert_uint_lt(n, extract.len);
		ck_assert_msg(slice_is(extract.records[n], expected[n]), "record %zu is %.*s", n,
			      (int)extract.records[n].len, extract.records[n].ptr);
	}
	ck_assert_uint_eq(extract.len, n);
	extract_done(&extract);
}

#define RECORDS(...)                                                                               \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define NO_RECORDS                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		NULL                                                                               \
	}

START_TEST(an_array_gives_one_record_an_element)
{
	expect_records("[1, {\"a\": [2]} , \"x\",null]", "",
		       RECORDS("1", "{\"a\": [2]}", "\"x\"", "null"));
	expect_records("{\"data\":{\"items\":[ [] ,{}]}}", "/data/items", RECORDS("[]", "{}"));
}
END_TEST

START_TEST(any_other_value_is_one_record)
{
	expect_records(" {\"a\":1} ", "", RECORDS("{\"a\":1}"));
	expect_records("{\"a\":\"x\"}", "/a", RECORDS("\"x\""));
	expect_records("7", "", RECORDS("7"));
	expect_records("[[1,2],{\"b\":true}]", "/1/b", RECORDS("true"));
}
END_TEST

START_TEST(null_and_an_empty_array_give_no_record)
{
	expect_records("{\"a\":null}", "/a", NO_RECORDS);
	expect_records("{\"a\":[]}", "/a", NO_RECORDS);
	expect_records("null", "", NO_RECORDS);
}
END_TEST

START_TEST(nothing_at_the_pointer_is_enoent)
{
	static const char *const paths[][2] = {
		{ "{\"a\":1}", "/b" },    { "{\"a\":1}", "/a/b" }, { "[1,2]", "/2" },
		{ "[1,2]", "/-" },        { "[1,2]", "/01" },      { "{}", "/" },
		{ "{\"a\":[]}", "/a/0" }, { "null", "/a" },
	};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct extract extract;

		ck_assert_int_eq(sample_extract(paths[i][0], paths[i][1], &extract), -ENOENT);
		extract_done(&extract);
	}
}
END_TEST

START_TEST(pointer_steps_are_unescaped_and_match_escaped_keys)
{
	expect_records("{\"a/b\":{\"m~n\":[1]}}", "/a~1b/m~0n", RECORDS("1"));
	expect_records("{\"\\u0061\\n\":[2]}", "/a\n", RECORDS("2"));
	expect_records("{\"\":[3]}", "/", RECORDS("3"));
}
END_TEST

START_TEST(the_last_of_two_equal_keys_counts)
{
	expect_records("{\"a\":[1,2],\"a\":[3]}", "/a", RECORDS("3"));
	expect_records("{\"d\":{\"a\":[1]},\"d\":{\"a\":[4,5]}}", "/d/a", RECORDS("4", "5"));
}
END_TEST

START_TEST(the_last_of_two_equal_keys_counts_also_when_it_lacks_the_rest)
{
	struct extract extract;

	ck_assert_int_eq(sample_extract("{\"d\":{\"a\":[1]},\"d\":{}}", "/d/a", &extract), -ENOENT);
	extract_done(&extract);
}
END_TEST

static struct slice cursor_of(const char *body, const char *records, const char *cursor,
			      struct extract *extract)
{
	struct pointer *r = sample_pointer(records), *c = sample_pointer(cursor);
	struct err err = ERR_INIT;
	bool truncated = true;

	ck_assert_int_eq(extract_records(slice_of(body), r, c, extract, &truncated, &err), 0);
	ck_assert(!truncated);
	pointer_free(r);
	pointer_free(c);
	return extract->cursor;
}

START_TEST(the_cursor_is_found_in_the_same_pass_wherever_it_lies)
{
	struct extract extract = { 0 };

	ck_assert(
		slice_is(cursor_of("{\"n\":\"x y\",\"i\":[1]}", "/i", "/n", &extract), "\"x y\""));
	ck_assert_uint_eq(extract.len, 1);
	ck_assert(
		slice_is(cursor_of("{\"i\":[1],\"n\": {\"c\": 7} }", "/i", "/n/c", &extract), "7"));
	ck_assert(slice_is(cursor_of("{\"i\":[{\"id\":1},{\"id\":2}]}", "/i", "/i/1/id", &extract),
			   "2"));
	ck_assert_uint_eq(extract.len, 2);
	ck_assert(
		slice_is(cursor_of("{\"a\":1,\"n\":{\"c\":null}}", "", "/n/c", &extract), "null"));
	ck_assert_uint_eq(extract.len, 1);
	ck_assert_ptr_null(cursor_of("{\"i\":[1]}", "/i", "/n", &extract).ptr);
	extract_done(&extract);
}
END_TEST

START_TEST(a_body_cut_anywhere_is_truncated_and_never_taken)
{
	static const char body[] =
		"{\"data\": [1.5, {\"k\\u00e9\": \"\xc3\xa9\"}, true, null], \"z\": {}}";
	struct pointer *records = sample_pointer("/data");
	struct extract extract = { 0 };

	for (size_t len = 0; len < sizeof(body) - 1; len++) {
		char *copy = xstrndup(body, len); /* so that a sanitizer sees every byte too far */
		struct slice cut = { copy, len };
		struct err err = ERR_INIT;
		bool truncated = false;

		ck_assert_int_eq(extract_records(cut, records, NULL, &extract, &truncated, &err),
				 -EINVAL);
		ck_assert_msg(truncated, "cut at %zu: %s", len, err.text);
		free(copy);
	}
	extract_done(&extract);
	pointer_free(records);
}
END_TEST

START_TEST(what_is_not_json_is_refused_with_its_place)
{
	static const char *const bodies[] = { "{\"a\":[1,2]} x", "[1,]", "{\"a\":01}", "[NaN]",
					      "<p>" };
	struct pointer *records = sample_pointer("");
	struct extract extract = { 0 };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct err err = ERR_INIT;
		bool truncated = true;

		ck_assert_int_eq(extract_records(slice_of(bodies[i]), records, NULL, &extract,
						 &truncated, &err),
				 -EINVAL);
		ck_assert(!truncated);
		ck_assert_ptr_nonnull(strstr(err.text, "line 1, column "));
	}
	extract_done(&extract);
	pointer_free(records);
}
END_TEST

START_TEST(white_space_inside_records_is_noticed_and_between_them_is_not)
{
	struct extract extract;

	ck_assert_int_eq(sample_extract(" [ {\"a\":\"b c\"} ,\n{} ] ", "", &extract), 0);
	ck_assert(!extract.spaced);
	extract_done(&extract);
	ck_assert_int_eq(sample_extract("[{},{\"a\": 1},{}]", "", &extract), 0);
	ck_assert(extract.spaced);
	extract_done(&extract);
	ck_assert_int_eq(sample_extract("{ }", "", &extract), 0);
	ck_assert(extract.spaced);
	extract_done(&extract);
	ck_assert_int_eq(sample_extract("{\"a\":[{\"b\": 1}],\"a\":[{}]}", "/a", &extract), 0);
	ck_assert(!extract.spaced);
	extract_done(&extract);
}
END_TEST

UNIT_MAIN("extract", an_array_gives_one_record_an_element, any_other_value_is_one_record,
	  null_and_an_empty_array_give_no_record, nothing_at_the_pointer_is_enoent,
	  pointer_steps_are_unescaped_and_match_escaped_keys, the_last_of_two_equal_keys_counts,
	  the_last_of_two_equal_keys_counts_also_when_it_lacks_the_rest,
	  the_cursor_is_found_in_the_same_pass_wherever_it_lies,
	  a_body_cut_anywhere_is_truncated_and_never_taken,
	  what_is_not_json_is_refused_with_its_place,
	  white_space_inside_records_is_noticed_and_between_them_is_not)
