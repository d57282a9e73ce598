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
		{ JOB_TYPE_INT, "1.0", "an integer, found the number 1.0" },
		{ JOB_TYPE_INT, "1e3", "an integer, found the number 1e3" },
		{ JOB_TYPE_INT, "\"\"", "an integer, found the string \"\"" },
		{ JOB_TYPE_INT, "\" 1\"", "an integer, found the string \" 1\"" },
		{ JOB_TYPE_INT, "\"01\"", "an integer, found the string \"01\"" },
		{ JOB_TYPE_INT, "\"-\"", "an integer, found the string \"-\"" },
		{ JOB_TYPE_INT, "true", "an integer, found true" },
		{ JOB_TYPE_NUMBER, "\"1.\"", "a number, found the string \"1.\"" },
		{ JOB_TYPE_NUMBER, "\"1 \"", "a number, found the string \"1 \"" },
		{ JOB_TYPE_NUMBER, "\"NaN\"", "a number, found the string \"NaN\"" },
		{ JOB_TYPE_NUMBER, "[1]", "a number, found [1]" },
		{ JOB_TYPE_BOOL, "\"true\"", "true or false, found the string \"true\"" },
		{ JOB_TYPE_BOOL, "1", "true or false, found the number 1" },
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

START_TEST(metadata_columns_are_filled)
{
	static const struct sample_column columns[] = {
		{ "fetched", NULL, 0, JOB_META_FETCHED_AT },
		{ "due", NULL, 0, JOB_META_SCHEDULED },
		{ "url", NULL, 0, JOB_META_URL },
		{ "st", NULL, 0, JOB_META_STATUS },
		{ "run", NULL, 0, JOB_META_RUN },
		{ "req", NULL, 0, JOB_META_REQUEST },
		{ "id", "/id" },
		{ NULL },
	};
	const struct row_meta meta = { .fetched_ms = 1795413600123,
				       .scheduled_ms = 1795413600000,
				       .run = 17,
				       .request = 3,
				       .status = 200,
				       .url = "http://h/x?a=1,2" };
	char *csv = sample_rows(CSV, columns, "[{\"id\":1},{\"id\":2}]", &meta);
	char *jsonl = sample_rows(JSONL, columns, "{\"id\":1}", &meta);

	ck_assert_str_eq(csv, "fetched,due,url,st,run,req,id\n"
			      "2026-11-23T06:00:00.123Z,2026-11-23T06:00:00Z,\"http://h/x?a=1,2\","
			      "200,17,3,1\n"
			      "2026-11-23T06:00:00.123Z,2026-11-23T06:00:00Z,\"http://h/x?a=1,2\","
			      "200,17,3,2\n");
	ck_assert_str_eq(jsonl, "{\"fetched\":\"2026-11-23T06:00:00.123Z\",\"due\":"
				"\"2026-11-23T06:00:00Z\",\"url\":\"http://h/x?a=1,2\",\"st\":200,"
				"\"run\":17,\"req\":3,\"id\":1}\n");
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
	  types_refuse_the_rest_and_say_where, metadata_columns_are_filled,
	  parameters_are_metadata_too)
