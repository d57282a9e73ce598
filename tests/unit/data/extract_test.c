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
	const struct extract_ask ask = { .records = r, .probes = { NULL, c } };
	struct err err = ERR_INIT;
	bool truncated = true;

	ck_assert_int_eq(extract_records(slice_of(body), &ask, extract, &truncated, &err), 0);
	ck_assert(!truncated);
	pointer_free(r);
	pointer_free(c);
	return extract->found[1];
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
	const struct extract_ask ask = { .records = records };
	struct extract extract = { 0 };

	for (size_t len = 0; len < sizeof(body) - 1; len++) {
		char *copy = xstrndup(body, len); /* so that a sanitizer sees every byte too far */
		struct slice cut = { copy, len };
		struct err err = ERR_INIT;
		bool truncated = false;

		ck_assert_int_eq(extract_records(cut, &ask, &extract, &truncated, &err), -EINVAL);
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
	const struct extract_ask ask = { .records = records };
	struct extract extract = { 0 };

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct err err = ERR_INIT;
		bool truncated = true;

		ck_assert_int_eq(
			extract_records(slice_of(bodies[i]), &ask, &extract, &truncated, &err),
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

START_TEST(a_star_leads_to_every_element_and_every_member)
{
	expect_records("{\"d\":[{\"i\":[1,2]},{},{\"i\":[]},{\"i\":3},{\"i\":null}]}", "/d/*/i",
		       RECORDS("1", "2", "3"));
	expect_records("{\"EUR\":{\"r\":1},\"USD\":{\"r\":2}}", "/*",
		       RECORDS("{\"r\":1}", "{\"r\":2}"));
	expect_records("{\"a\":{\"b\":[{\"c\":[1]},{\"c\":[2]}]},\"x\":{\"b\":[{\"c\":[3]}]}}",
		       "/*/b/*/c", RECORDS("1", "2", "3"));
	expect_records("[[1,2],[],[3]]", "/*", RECORDS("1", "2", "3"));
}
END_TEST

START_TEST(nothing_for_a_star_to_lead_to_is_no_record_and_nothing_behind_it_is_enoent)
{
	struct extract extract;

	expect_records("{\"d\":[]}", "/d/*/i", NO_RECORDS);
	expect_records("{\"d\":{}}", "/d/*/i", NO_RECORDS);
	ck_assert_int_eq(sample_extract("{\"d\":[{},{\"j\":1}]}", "/d/*/i", &extract), -ENOENT);
	extract_done(&extract);
	ck_assert_int_eq(sample_extract("{\"d\":7}", "/d/*/i", &extract), -ENOENT);
	extract_done(&extract);
}
END_TEST

START_TEST(a_member_that_comes_twice_under_a_star_takes_back_only_its_own_records)
{
	expect_records("{\"a\":[1,2],\"b\":[3],\"\\u0061\":[4]}", "/*", RECORDS("3", "4"));
	expect_records("{\"l\":[{\"i\":[1]},{\"i\":[2],\"i\":[3,4]}]}", "/l/*/i",
		       RECORDS("1", "3", "4"));
	expect_records("{\"a\":1,\"b\":2,\"a\":3,\"b\":4,\"a\":5}", "/*", RECORDS("4", "5"));
}
END_TEST

static int extract_lines(const char *body, const char *records, struct extract *extract,
			 bool *truncated)
{
	struct pointer *r = sample_pointer(records), *probe = sample_pointer("/next");
	const struct extract_ask ask = { .records = r, .probes = { probe }, .lines = true };
	struct err err = ERR_INIT;
	int code = extract_records(slice_of(body), &ask, extract, truncated, &err);

	pointer_free(r);
	pointer_free(probe);
	return code;
}

START_TEST(every_line_is_a_document)
{
	static const char *const expected[] = { "{\"a\":1}", "{\"a\":\"\\n\"}", "7" };
	struct extract extract = { 0 };
	bool truncated;

	ck_assert_int_eq(extract_lines("{\"a\":1}\r\n\n \t\r\n{\"a\":\"\\n\"}\nnull\n7", "",
				       &extract, &truncated),
			 0);
	ck_assert_uint_eq(extract.len, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert(slice_is(extract.records[i], expected[i]));
	ck_assert_int_eq(extract_lines("{\"r\":[1,2]}\n{\"next\":\"x\"}\n{\"r\":[3]}\n", "/r",
				       &extract, &truncated),
			 0);
	ck_assert_uint_eq(extract.len, 3);
	ck_assert(slice_is(extract.found[0], "\"x\""));
	ck_assert_int_eq(extract_lines("{\"x\":1}\n", "/r", &extract, &truncated), -ENOENT);
	extract_done(&extract);
}
END_TEST

START_TEST(a_line_that_is_no_document_fails_and_only_the_last_can_be_cut)
{
	struct extract extract = { 0 };
	struct pointer *records = sample_pointer("");
	const struct extract_ask ask = { .records = records, .lines = true };
	struct err err = ERR_INIT;
	bool truncated = false;

	ck_assert_int_eq(extract_lines("{\"a\":1}\n{\"a\":", "", &extract, &truncated), -EINVAL);
	ck_assert(truncated);
	ck_assert_int_eq(extract_lines("{\"a\":\n{\"a\":1}\n", "", &extract, &truncated), -EINVAL);
	ck_assert(!truncated);
	ck_assert_int_eq(
		extract_records(slice_of("{}\n{} {}\n{}\n"), &ask, &extract, &truncated, &err),
		-EINVAL);
	ck_assert_msg(strstr(err.text, "line 2, column 4"), "%s", err.text);
	extract_done(&extract);
	pointer_free(records);
}
END_TEST

static void expect_exploded(const char *body, const char *at, const char *const *expected)
{
	struct pointer *pointer = sample_pointer(at);
	struct extract extract;
	struct err err = ERR_INIT;
	size_t n = 0;

	ck_assert_int_eq(sample_extract(body, "", &extract), 0);
	ck_assert_int_eq(extract_explode(&extract, pointer, 1000, &err), 0);
	for (; expected[n]; n++) {
		ck_assert_uint_lt(n, extract.len);
		ck_assert_msg(slice_is(extract.records[n], expected[n]), "record %zu is %.*s", n,
			      (int)extract.records[n].len, extract.records[n].ptr);
	}
	ck_assert_uint_eq(extract.len, n);
	extract_done(&extract);
	pointer_free(pointer);
}

START_TEST(exploded_a_record_stands_once_for_each_element_of_its_list)
{
	expect_exploded(
		"[{\"id\":1,\"l\":[{\"s\":\"a\"},{\"s\":\"b\"}],\"z\":0},{\"id\":2,\"l\":[\"x\"]}]",
		"/l",
		RECORDS("{\"id\":1,\"l\":{\"s\":\"a\"},\"z\":0}",
			"{\"id\":1,\"l\":{\"s\":\"b\"},\"z\":0}", "{\"id\":2,\"l\":\"x\"}"));
	expect_exploded("[{\"o\":{\"l\":[ 1 , [2] ]}}]", "/o/l",
			RECORDS("{\"o\":{\"l\":1}}", "{\"o\":{\"l\":[2]}}"));
	expect_exploded("[[1,2]]", "", RECORDS("1", "2"));
}
END_TEST

START_TEST(a_record_without_elements_is_not_lost_when_exploded)
{
	expect_exploded("[{\"l\":[ ]},{\"l\":null},{},{\"l\":7},8]", "/l",
			RECORDS("{\"l\":null}", "{\"l\":null}", "{}", "{\"l\":7}", "8"));
}
END_TEST

START_TEST(exploding_stays_below_its_ceiling)
{
	struct pointer *pointer = sample_pointer("/l");
	struct extract extract;
	struct err err = ERR_INIT;

	ck_assert_int_eq(sample_extract("[{\"l\":[1,2,3,4,5,6,7,8,9]}]", "", &extract), 0);
	ck_assert_int_eq(extract_explode(&extract, pointer, 62, &err), -E2BIG);
	ck_assert_ptr_nonnull(strstr(err.text, "more than 62 bytes"));
	ck_assert_int_eq(extract_explode(&extract, pointer, 63, &err), 0);
	ck_assert_uint_eq(extract.len, 9);
	extract_done(&extract);
	pointer_free(pointer);
}
END_TEST

UNIT_MAIN("extract", a_star_leads_to_every_element_and_every_member,
	  nothing_for_a_star_to_lead_to_is_no_record_and_nothing_behind_it_is_enoent,
	  a_member_that_comes_twice_under_a_star_takes_back_only_its_own_records,
	  every_line_is_a_document, a_line_that_is_no_document_fails_and_only_the_last_can_be_cut,
	  exploded_a_record_stands_once_for_each_element_of_its_list,
	  a_record_without_elements_is_not_lost_when_exploded, exploding_stays_below_its_ceiling,
	  an_array_gives_one_record_an_element, any_other_value_is_one_record,
	  null_and_an_empty_array_give_no_record, nothing_at_the_pointer_is_enoent,
	  pointer_steps_are_unescaped_and_match_escaped_keys, the_last_of_two_equal_keys_counts,
	  the_last_of_two_equal_keys_counts_also_when_it_lacks_the_rest,
	  the_cursor_is_found_in_the_same_pass_wherever_it_lies,
	  a_body_cut_anywhere_is_truncated_and_never_taken,
	  what_is_not_json_is_refused_with_its_place,
	  white_space_inside_records_is_noticed_and_between_them_is_not)
