/* Declared columns: by pointer, of a type, or metadata. */
#include <stdio.h>

#include "data/format.h"
#include "sample.h"

#define CSV   JOB_FORMAT_CSV
#define JSONL JOB_FORMAT_JSONL

static const struct sample_column picked[] = {
	{ "id", "/id", JOB_TYPE_INT }, { "name", "/name", JOB_TYPE_TEXT },
	{ "city", "/address/city" },   { "first", "/tags/0" },
	{ "all", "", JOB_TYPE_JSON },  { NULL },
};

START_TEST(declared_columns_pick_by_pointer)
{
	sample_expect(CSV, picked,
		      "[{\"name\":\"N\",\"id\":1,\"address\":{\"zip\":2,\"city\":\"C\"},\"tags\":[ "
		      "\"t\",2]},"
		      "{\"id\": 2}]",
		      "id,name,city,first,all\n1,N,C,t,\"{\"\"name\"\":\"\"N\"\",\"\"id\"\":1,"
		      "\"\"address\"\":"
		      "{\"\"zip\"\":2,\"\"city\"\":\"\"C\"\"},\"\"tags\"\":[\"\"t\"\",2]}\"\n"
		      "2,,,,\"{\"\"id\"\":2}\"\n");
	sample_expect(JSONL, picked, "{\"x\":0,\"id\":\"7\",\"name\":5,\"tags\":[[ ]]}",
		      "{\"id\":7,\"name\":\"5\",\"city\":null,\"first\":[],"
		      "\"all\":{\"x\":0,\"id\":\"7\",\"name\":5,\"tags\":[[]]}}\n");
}
END_TEST

START_TEST(declared_columns_pick_from_arrays_and_scalars_too)
{
	static const struct sample_column columns[] = {
		{ "second", "/1" }, { "deep", "/0/a" }, { "whole", "" }, { NULL }
	};

	sample_expect(CSV, columns, "[[{\"a\":5},\"x\"],7,[]]",
		      "second,deep,whole\nx,5,\"[{\"\"a\"\":5},\"\"x\"\"]\"\n,,7\n,,[]\n");
}
END_TEST

START_TEST(declared_columns_may_share_a_key_and_meet_escaped_ones)
{
	static const struct sample_column columns[] = {
		{ "a", "/k/a" }, { "b", "/k/b" }, { "k", "/k" }, { "slash", "/s~1t" }, { NULL }
	};

	sample_expect(CSV, columns, "{\"\\u006b\":{\"b\":2,\"\\u0061\":1},\"s\\/t\":3}",
		      "a,b,k,slash\n1,2,\"{\"\"b\"\":2,\"\"\\u0061\"\":1}\",3\n");
}
END_TEST

START_TEST(declared_columns_take_the_last_of_equal_keys)
{
	static const struct sample_column columns[] = { { "a", "/a" }, { "b", "/o/b" }, { NULL } };

	sample_expect(CSV, columns, "{\"a\":1,\"o\":{\"b\":2,\"b\":3},\"a\":4}", "a,b\n4,3\n");
}
END_TEST

static char *typed(enum job_format format, enum job_column_type type, const char *value)
{
	const struct sample_column columns[] = { { "c", "/v", type }, { NULL } };
	char *body = xasprintf("{\"v\":%s}", value), *text;

	text = sample_rows(format, columns, body, NULL);
	free(body);
	return text;
}

START_TEST(types_accept_what_they_can_hold_exactly)
{
	static const struct {
		enum job_column_type type;
		const char *value, *csv, *json;
	} good[] = {
		{ JOB_TYPE_INT, "12", "12", "12" },
		{ JOB_TYPE_INT, "-9007199254740993", "-9007199254740993", "-9007199254740993" },
		{ JOB_TYPE_INT, "\"42\"", "42", "42" },
		{ JOB_TYPE_INT, "\" 7\\n\"", "7", "7" },
		{ JOB_TYPE_INT, "\"\\u0037\"", "7", "7" },
		{ JOB_TYPE_INT, "12.00", "12", "12" },
		{ JOB_TYPE_INT, "-12.5e1", "-125", "-125" },
		{ JOB_TYPE_INT, "\"1E3\"", "1000", "1000" },
		{ JOB_TYPE_UINT, "18446744073709551616", "18446744073709551616",
		  "18446744073709551616" },
		{ JOB_TYPE_DECIMAL, "1.10", "1.10", "1.10" },
		{ JOB_TYPE_DECIMAL, "1.50e-3", "0.00150", "0.00150" },
		{ JOB_TYPE_DECIMAL, "-0e0", "-0", "-0" },
		{ JOB_TYPE_DECIMAL, "\"123.45e1\"", "1234.5", "1234.5" },
		{ JOB_TYPE_FLOAT, "1.10e300", "1.10e300", "1.10e300" },
		{ JOB_TYPE_BOOL, "\"TRUE\"", "true", "true" },
		{ JOB_TYPE_BOOL, "\" no \"", "false", "false" },
		{ JOB_TYPE_BOOL, "0", "false", "false" },
		{ JOB_TYPE_INT, "null", "\"\"", "null" },
		{ JOB_TYPE_NUMBER, "1.50", "1.50", "1.50" },
		{ JOB_TYPE_NUMBER, "\"1e400\"", "1e400", "1e400" },
		{ JOB_TYPE_BOOL, "false", "false", "false" },
		{ JOB_TYPE_TEXT, "\"a\\n\"", "\"a\n\"", "\"a\\n\"" },
		{ JOB_TYPE_TEXT, "1.0", "1.0", "\"1.0\"" },
		{ JOB_TYPE_TEXT, "true", "true", "\"true\"" },
		{ JOB_TYPE_JSON, "\"s\"", "s", "\"s\"" },
		{ JOB_TYPE_JSON, "[ 1 ]", "[1]", "[1]" },
		{ JOB_TYPE_ANY, "{ }", "{}", "{}" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *csv = typed(CSV, good[i].type, good[i].value), *csv_want;
		char *json = typed(JSONL, good[i].type, good[i].value), *json_want;

		csv_want = xasprintf("c\n%s\n", good[i].csv);
		json_want = xasprintf("{\"c\":%s}\n", good[i].json);
		ck_assert_str_eq(csv, csv_want);
		ck_assert_str_eq(json, json_want);
		free(csv);
		free(json);
		free(csv_want);
		free(json_want);
	}
}
END_TEST

START_TEST(types_refuse_the_rest_and_say_where)
{
	static const struct {
		enum job_column_type type;
		const char *value, *sentence;
	} bad[] = {
		{ JOB_TYPE_INT, "1.5", "an integer, found the number 1.5" },
		{ JOB_TYPE_INT, "1e-3", "an integer, found the number 1e-3" },
		{ JOB_TYPE_INT, "1e400", "an integer, found the number 1e400" },
		{ JOB_TYPE_UINT, "-1", "an integer that is not negative, found the number -1" },
		{ JOB_TYPE_UINT, "\"-1\"",
		  "an integer that is not negative, found the string \"-1\"" },
		{ JOB_TYPE_DECIMAL, "1e400",
		  "a decimal number of at most 120 digits, found the number 1e400" },
		{ JOB_TYPE_FLOAT, "1e400",
		  "a number that a double can hold, found the number 1e400" },
		{ JOB_TYPE_FLOAT, "\"inf\"",
		  "a number that a double can hold, found the string \"inf\"" },
		{ JOB_TYPE_TIME, "7", "a time, found the number 7" },
		{ JOB_TYPE_TIME, "\"2026-02-30\"", "a time, found the string \"2026-02-30\"" },
		{ JOB_TYPE_INT, "\"\"", "an integer, found the string \"\"" },
		{ JOB_TYPE_INT, "\"01\"", "an integer, found the string \"01\"" },
		{ JOB_TYPE_INT, "\"-\"", "an integer, found the string \"-\"" },
		{ JOB_TYPE_INT, "true", "an integer, found true" },
		{ JOB_TYPE_NUMBER, "\"1.\"", "a number, found the string \"1.\"" },
		{ JOB_TYPE_NUMBER, "\"NaN\"", "a number, found the string \"NaN\"" },
		{ JOB_TYPE_NUMBER, "[1]", "a number, found [1]" },
		{ JOB_TYPE_BOOL, "\"maybe\"", "true or false, found the string \"maybe\"" },
		{ JOB_TYPE_BOOL, "2", "true or false, found the number 2" },
		{ JOB_TYPE_BOOL, "[]", "true or false, found []" },
		{ JOB_TYPE_TEXT, "{\"a\":1}", "text, a number or a boolean, found {\"a\":1}" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *said = typed(CSV, bad[i].type, bad[i].value);
		char *want =
			xasprintf("record 1 of 1: column c (/v): expected %s", bad[i].sentence);

		ck_assert_str_eq(said, want);
		free(said);
		free(want);
	}
}
END_TEST

/* In CSV; the error's sentence when it is no time. */
static char *timed(const char *value, const char *format)
{
	const struct sample_column columns[] = { { "c", "/v", JOB_TYPE_TIME, .format = format },
						 { NULL } };
	char *body = xasprintf("{\"v\":%s}", value), *text;

	text = sample_rows(CSV, columns, body, NULL);
	free(body);
	return text;
}

START_TEST(times_are_put_into_one_form_with_every_digit_of_their_fraction)
{
	static const struct {
		const char *value, *format, *want;
	} good[] = {
		{ "\"2026-11-23T06:00:00Z\"", NULL, "2026-11-23T06:00:00Z" },
		{ "\"2026-11-23t06:00:00.120300+05:30\"", NULL, "2026-11-23T00:30:00.120300Z" },
		{ "\"2026-11-23 06:00:00,123456789\"", NULL, "2026-11-23T06:00:00.123456789Z" },
		{ "\"2026-11-23 06:00:00 -0100\"", NULL, "2026-11-23T07:00:00Z" },
		{ "\"2026-11-23T06:00+01\"", NULL, "2026-11-23T05:00:00Z" },
		{ "\" 2026-11-23 \"", NULL, "2026-11-23T00:00:00Z" },
		{ "\"2016-12-31T23:59:60Z\"", NULL, "2016-12-31T23:59:60Z" },
		{ "0", "unix", "1970-01-01T00:00:00Z" },
		{ "1795413600", "unix", "2026-11-23T06:00:00Z" },
		{ "\"1795413600.123456789\"", "unix", "2026-11-23T06:00:00.123456789Z" },
		{ "1795413600.10", "unix", "2026-11-23T06:00:00.1Z" },
		{ "1795413600123", "unix_ms", "2026-11-23T06:00:00.123Z" },
		{ "1795413600123.5", "unix_ms", "2026-11-23T06:00:00.1235Z" },
		{ "5", "unix_ms", "1970-01-01T00:00:00.005Z" },
		{ "1795413600000001", "unix_us", "2026-11-23T06:00:00.000001Z" },
		{ "1795413600000000001", "unix_ns", "2026-11-23T06:00:00.000000001Z" },
		{ "-1", "unix", "1969-12-31T23:59:59Z" },
		{ "-1.25", "unix", "1969-12-31T23:59:58.75Z" },
		{ "-1", "unix_ms", "1969-12-31T23:59:59.999Z" },
		{ "\"23/11/2026\"", "%d/%m/%Y", "2026-11-23T00:00:00Z" },
		{ "\"23 Nov 2026 06:00 +0200\"", "%d %b %Y %H:%M %z", "2026-11-23T04:00:00Z" },
		{ "20261123", "%Y%m%d", "2026-11-23T00:00:00Z" },
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		char *said = timed(good[i].value, good[i].format);
		char *want = xasprintf("c\n%s\n", good[i].want);

		ck_assert_str_eq(said, want);
		free(said);
		free(want);
	}
}
END_TEST

START_TEST(what_is_no_time_in_that_form_is_refused)
{
	static const struct {
		const char *value, *format;
	} bad[] = {
		{ "\"\"", NULL },
		{ "\"2026-11-31\"", NULL },
		{ "\"2026-11-23T24:00:00Z\"", NULL },
		{ "\"2026-11-23T06\"", NULL },
		{ "\"2026-11-23T06:00:00.Z\"", NULL },
		{ "\"2026-11-23T06:00:00Zx\"", NULL },
		{ "\"0000-01-01T00:00:00+01:00\"", NULL },
		{ "\"1795413600\"", NULL },
		{ "1.5e9", "unix" },
		{ "\"1.\"", "unix" },
		{ "\"+1\"", "unix" },
		{ "999999999999999", "unix" },
		{ "\"31/02/2026\"", "%d/%m/%Y" },
		{ "\"23/11/2026 \\u0000\"", "%d/%m/%Y" },
		{ "true", "unix" },
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *said = timed(bad[i].value, bad[i].format);

		ck_assert_msg(strstr(said, "expected a time"), "%s: %s", bad[i].value, said);
		ck_assert(!bad[i].format || strstr(said, bad[i].format));
		free(said);
	}
}
END_TEST

START_TEST(a_default_stands_for_what_is_missing_or_null)
{
	static const struct sample_column columns[] = {
		{ "n", "/n", JOB_TYPE_INT, .fallback = "0" },
		{ "t", "/t", .fallback = "\"a \\\"b\\\"\"" },
		{ "d", "/d", .fallback = "1.10" },
		{ NULL }
	};

	sample_expect(CSV, columns, "[{},{\"n\":null,\"t\":\"\",\"d\":2}]",
		      "n,t,d\n0,\"a \"\"b\"\"\",1.10\n0,\"\",2\n");
	sample_expect(JSONL, columns, "[{}]", "{\"n\":0,\"t\":\"a \\\"b\\\"\",\"d\":1.10}\n");
}
END_TEST

START_TEST(a_constant_is_the_same_in_every_row)
{
	static const struct sample_column columns[] = {
		{ "shop", .value = "\"7,a\"" }, { "id", "/id" }, { "n", .value = "1.0" }, { NULL }
	};

	sample_expect(CSV, columns, "[{\"id\":1},{\"id\":2}]",
		      "shop,id,n\n\"7,a\",1,1.0\n\"7,a\",2,1.0\n");
}
END_TEST

START_TEST(a_value_of_another_type_can_land_as_null)
{
	static const struct sample_column columns[] = { { "id", "/id", JOB_TYPE_INT },
							{ "n", "/n", JOB_TYPE_INT, .fallback = "5",
							  .on_error = JOB_ERROR_NULL },
							{ NULL } };

	sample_expect(CSV, columns, "[{\"id\":1,\"n\":\"x\"},{\"id\":2}]", "id,n\n1,\n2,5\n");
	sample_expect(
		CSV, columns, "[{\"id\":\"x\"}]",
		"record 1 of 1: column id (/id): expected an integer, found the string \"x\"");
}
END_TEST

START_TEST(a_record_can_be_rejected_with_its_reason_and_the_rest_lands)
{
	static const struct sample_column columns[] = { { "id", "/id", JOB_TYPE_INT },
							{ "n", "/a/n", JOB_TYPE_INT,
							  .on_error = JOB_ERROR_REJECT },
							{ NULL } };
	const struct row_meta meta = { .fetched_ms = 1795413600123,
				       .run = 17,
				       .request = 3,
				       .page = 2,
				       .url = "http://h/\"x" };
	char *file;

	sample_expect(
		CSV, columns,
		"[{\"id\":1,\"a\":{\"n\":1}}, {\"id\":2, \"a\":{\"n\":\"x\\ny\"}},{\"id\":3}]",
		"id,n\n1,1\n3,\n"
		"{\"number\":2,\"column\":\"n\",\"pointer\":\"/a/n\",\"reason\":\"expected an "
		"integer, found the string \\\"x\\\\ny\\\"\","
		"\"record\":{\"id\":2,\"a\":{\"n\":\"x\\ny\"}}}\n");
	file = sample_rows(JSONL, columns, "{\"id\":1,\"a\":{\"n\":[]}}", &meta);
	ck_assert_str_eq(file, "{\"run\":17,\"request\":3,\"page\":2,"
			       "\"fetched_at\":\"2026-11-23T06:00:00.123Z\","
			       "\"url\":\"http://h/\\\"x\",\"number\":1,\"column\":\"n\","
			       "\"pointer\":\"/a/n\",\"reason\":\"expected an integer, found []\","
			       "\"record\":{\"id\":1,\"a\":{\"n\":[]}}}\n");
	free(file);
}
END_TEST

START_TEST(nothing_is_rejected_of_a_response_that_fails)
{
	static const struct sample_column columns[] = { { "id", "/id", JOB_TYPE_INT },
							{ "n", "/n", JOB_TYPE_INT,
							  .on_error = JOB_ERROR_REJECT },
							{ NULL } };
	struct job *job = sample_job(columns);
	struct colset *set = colset_new(job);
	struct rows rows = { .count = 0 };
	struct err err = ERR_INIT;
	struct extract extract;

	buf_init(&rows.bytes, 1000);
	buf_init(&rows.rejects, 1000);
	ck_assert_int_eq(sample_extract("[{\"id\":1,\"n\":\"x\"},{\"id\":\"y\"}]", "", &extract),
			 0);
	ck_assert_int_eq(format_of(CSV)->encode(job, set, &extract, NULL, &rows, &err), -EINVAL);
	ck_assert_uint_eq(rows.rejects.len + rows.rejected + rows.count + rows.bytes.len, 0);
	buf_done(&rows.bytes);
	buf_done(&rows.rejects);
	extract_done(&extract);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

START_TEST(metadata_columns_are_filled)
{
	static const struct sample_column columns[] = {
		{ "fetched", NULL, 0, JOB_META_FETCHED_AT },
		{ "due", NULL, 0, JOB_META_SCHEDULED },
		{ "url", NULL, 0, JOB_META_URL },
		{ "st", NULL, 0, JOB_META_STATUS },
		{ "run", NULL, 0, JOB_META_RUN },
		{ "req", NULL, 0, JOB_META_REQUEST },
		{ "page", NULL, 0, JOB_META_PAGE },
		{ "id", "/id" },
		{ NULL },
	};
	const struct row_meta meta = { .fetched_ms = 1795413600123,
				       .scheduled_ms = 1795413600000,
				       .run = 17,
				       .request = 3,
				       .page = 4,
				       .status = 200,
				       .url = "http://h/x?a=1,2" };
	char *csv = sample_rows(CSV, columns, "[{\"id\":1},{\"id\":2}]", &meta);
	char *jsonl = sample_rows(JSONL, columns, "{\"id\":1}", &meta);

	ck_assert_str_eq(csv, "fetched,due,url,st,run,req,page,id\n"
			      "2026-11-23T06:00:00.123Z,2026-11-23T06:00:00Z,\"http://h/x?a=1,2\","
			      "200,17,3,4,1\n"
			      "2026-11-23T06:00:00.123Z,2026-11-23T06:00:00Z,\"http://h/x?a=1,2\","
			      "200,17,3,4,2\n");
	ck_assert_str_eq(jsonl, "{\"fetched\":\"2026-11-23T06:00:00.123Z\",\"due\":"
				"\"2026-11-23T06:00:00Z\",\"url\":\"http://h/x?a=1,2\",\"st\":200,"
				"\"run\":17,\"req\":3,\"page\":4,\"id\":1}\n");
	free(csv);
	free(jsonl);
}
END_TEST

START_TEST(parameters_are_metadata_too)
{
	static const struct sample_column columns[] = {
		{ "c", NULL, 0, JOB_META_PARAM, "category" },
		{ "none", NULL, 0, JOB_META_PARAM, "absent" },
		{ "id", "/id" },
		{ NULL }
	};
	struct matrix matrix = { 0 };
	struct point point;
	const struct row_meta meta = { .matrix = &matrix, .point = &point };
	char **values = xcalloc(1, sizeof(*values)), *csv, *jsonl;

	values[0] = xstrdup("new, \"used\"");
	ck_assert_int_eq(matrix_add_list(&matrix, "category", values, 1, NULL), 0);
	ck_assert_int_eq(matrix_close(&matrix, MATRIX_PRODUCT, NULL), 0);
	matrix_point(&matrix, 0, &point);
	csv = sample_rows(CSV, columns, "{\"id\":1}", &meta);
	jsonl = sample_rows(JSONL, columns, "{\"id\":1}", &meta);
	ck_assert_str_eq(csv, "c,none,id\n\"new, \"\"used\"\"\",,1\n");
	ck_assert_str_eq(jsonl, "{\"c\":\"new, \\\"used\\\"\",\"none\":null,\"id\":1}\n");
	free(csv);
	free(jsonl);
	matrix_done(&matrix);
}
END_TEST

UNIT_MAIN("columns", declared_columns_pick_by_pointer,
	  declared_columns_pick_from_arrays_and_scalars_too,
	  declared_columns_may_share_a_key_and_meet_escaped_ones,
	  declared_columns_take_the_last_of_equal_keys, types_accept_what_they_can_hold_exactly,
	  types_refuse_the_rest_and_say_where,
	  times_are_put_into_one_form_with_every_digit_of_their_fraction,
	  what_is_no_time_in_that_form_is_refused, a_default_stands_for_what_is_missing_or_null,
	  a_constant_is_the_same_in_every_row, a_value_of_another_type_can_land_as_null,
	  a_record_can_be_rejected_with_its_reason_and_the_rest_lands,
	  nothing_is_rejected_of_a_response_that_fails, metadata_columns_are_filled,
	  parameters_are_metadata_too)
