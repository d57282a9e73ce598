/* Rows of both formats, by example. */
#include "data/format.h"

#include <stdio.h>

#include "sample.h"

#define CSV   JOB_FORMAT_CSV
#define JSONL JOB_FORMAT_JSONL

START_TEST(csv_quotes_only_where_it_must)
{
	sample_expect(CSV, NULL,
		      "[{\"a\":\"plain text\",\"b\":\"x,y\",\"c\":\"say \\\"hi\\\"\"},"
		      "{\"a\":\"two\\nlines\",\"b\":\"cr\\r\",\"c\":\" edge\"},"
		      "{\"a\":\"edge \",\"b\":\"tab\\t\",\"c\":\"it's; ok\"}]",
		      "a,b,c\nplain text,\"x,y\",\"say \"\"hi\"\"\"\n"
		      "\"two\nlines\",\"cr\r\",\" edge\"\n\"edge \",tab\t,it's; ok\n");
}
END_TEST

START_TEST(csv_keeps_null_and_the_empty_text_apart)
{
	sample_expect(CSV, NULL, "[{\"a\":null,\"b\":\"\",\"c\":1},{\"b\":\"\"}]",
		      "a,b,c\n,\"\",1\n,\"\",\n");
}
END_TEST

START_TEST(csv_never_writes_an_empty_line)
{
	sample_expect(CSV, NULL, "[{\"a\":null},{\"a\":1},{\"a\":\"\"}]", "a\n\"\"\n1\n\"\"\n");
}
END_TEST

START_TEST(numbers_land_as_the_bytes_that_were_sent)
{
	sample_expect(
		CSV, NULL,
		"[{\"n\":9007199254740993},{\"n\":1.10},{\"n\":1e400},{\"n\":-0},{\"n\":1E+2},"
		"{\"n\":123456789012345678901234567890}]",
		"n\n9007199254740993\n1.10\n1e400\n-0\n1E+2\n123456789012345678901234567890\n");
	sample_expect(JSONL, NULL, "[1.10, 1e400 ,{\"n\": 9007199254740993 }]",
		      "1.10\n1e400\n{\"n\":9007199254740993}\n");
}
END_TEST

START_TEST(csv_unescapes_strings)
{
	sample_expect(
		CSV, NULL,
		"{\"a\":\"\\u00e9\\ud83d\\ude00\\/\\\\\",\"b\":\"\\ud800x\",\"c\":\"\\u002c\"}",
		"a,b,c\n\xc3\xa9\xf0\x9f\x98\x80/\\,\xef\xbf\xbdx,\",\"\n");
}
END_TEST

START_TEST(csv_writes_a_replacement_for_nul)
{
	sample_expect(CSV, NULL, "{\"a\":\"x\\u0000y\",\"b\":\"\\u0000,\",\"c\\u0000\":1}",
		      "a,b,c\xef\xbf\xbd\nx\xef\xbf\xbdy,\"\xef\xbf\xbd,\",1\n");
}
END_TEST

START_TEST(csv_arrays_and_empty_objects_are_compact_json)
{
	sample_expect(CSV, NULL, "{\"a\": [ 1, {\"b\": \"c d\"} ], \"e\": { }, \"f\": []}",
		      "a,e,f\n\"[1,{\"\"b\"\":\"\"c d\"\"}]\",{},[]\n");
}
END_TEST

START_TEST(csv_flattens_objects_in_order_of_first_sight)
{
	sample_expect(
		CSV, NULL,
		"[{\"a\":{\"x\":1,\"y\":{\"z\":true}}, \"b\":2},{\"c\":3,\"a\":{\"y\":{\"z\":4}}}]",
		"a.x,a.y.z,b,c\n1,true,2,\n,4,,3\n");
}
END_TEST

START_TEST(csv_the_last_of_equal_flattened_names_wins)
{
	sample_expect(CSV, NULL, "{\"a\":{\"b\":1},\"a.b\":2,\"c\":3,\"c\":4}", "a.b,c\n2,4\n");
}
END_TEST

START_TEST(csv_records_that_are_no_objects_have_one_column)
{
	sample_expect(CSV, NULL, "[1,\"x\",null,[1, 2],{},true]",
		      "value\n1\nx\n\"\"\n\"[1,2]\"\n{}\ntrue\n");
}
END_TEST

START_TEST(csv_names_are_quoted_like_texts)
{
	sample_expect(CSV, NULL, "{\"a,b\":1,\"\":2,\"q\\\"\":3,\"\\u0061\":4}",
		      "\"a,b\",\"\",\"q\"\"\",a\n1,2,3,4\n");
}
END_TEST

START_TEST(csv_a_name_that_looks_like_json_is_not_found_in_it)
{
	sample_expect(CSV, NULL, "[{\"a\\\":1,\":0},{\"a\":1,\":x\":2}]",
		      "\"a\"\":1,\",a,:x\n0,,\n,1,2\n");
	sample_expect(CSV, NULL, "[{\"a\\\\\":0},{\"a\\\":1}\":2}]", "a\\,\"a\"\":1}\"\n0,\n,2\n");
}
END_TEST

START_TEST(jsonl_lands_the_record_as_it_came_but_compact)
{
	sample_expect(JSONL, NULL,
		      "[{\"b\" : [1 ,2],\n\"a\":\"x \\u00e9\\n\", \"a\":{}}, \"s\", null ]",
		      "{\"b\":[1,2],\"a\":\"x \\u00e9\\n\",\"a\":{}}\n\"s\"\nnull\n");
	sample_expect(JSONL, NULL, "[{\"a\":\"x y\"} , {\"b\":1}]", "{\"a\":\"x y\"}\n{\"b\":1}\n");
}
END_TEST

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

/* What encode appended to "before", and its code. */
struct outcome {
	struct rows rows;
	struct err err;
	int code;
};

static void encode(const struct format *format, const struct colset *set, const struct job *job,
		   const char *body, size_t ceiling, struct outcome *outcome)
{
	struct extract extract;

	memset(outcome, 0, sizeof(*outcome));
	buf_init(&outcome->rows.bytes, ceiling);
	buf_add_text(&outcome->rows.bytes, "before");
	outcome->rows.count = 5;
	ck_assert_int_eq(sample_extract(body, "", &extract), 0);
	outcome->code = format->encode(job, set, &extract, NULL, &outcome->rows, &outcome->err);
	extract_done(&extract);
}

START_TEST(an_unknown_key_undoes_the_rows_and_is_listed_once)
{
	struct job *job = sample_job(NULL);
	struct slice a = slice_of("a");
	struct colset *empty = colset_new(job), *set = colset_extend(empty, &a, 1);
	struct outcome outcome;

	encode(format_of(CSV), set, job, "[{\"a\":1},{\"a\":1,\"b\":{\"c\":2}}]", 1000, &outcome);
	ck_assert_int_eq(outcome.code, 0);
	ck_assert(outcome.rows.unknown);
	ck_assert_uint_eq(outcome.rows.count, 5);
	ck_assert_str_eq(buf_text(&outcome.rows.bytes), "before");
	buf_done(&outcome.rows.bytes);
	encode(format_of(CSV), set, job, "[{\"a\":1},{}]", 1000, &outcome);
	ck_assert(outcome.rows.unknown); /* an empty record needs the column "value" */
	buf_done(&outcome.rows.bytes);
	encode(format_of(JSONL), set, job, "[{\"a\":1},{\"b\":2}]", 1000, &outcome);
	ck_assert(!outcome.rows.unknown);
	ck_assert_uint_eq(outcome.rows.count, 7);
	ck_assert_str_eq(buf_text(&outcome.rows.bytes), "before{\"a\":1}\n{\"b\":2}\n");
	buf_done(&outcome.rows.bytes);
	colset_unref(empty);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

static void join(struct slice name, void *arg)
{
	buf_add_slice(arg, name);
	buf_add_char(arg, ';');
}

START_TEST(new_columns_come_in_order_of_first_sight_each_once)
{
	struct job *job = sample_job(NULL);
	struct slice a = slice_of("a");
	struct colset *empty = colset_new(job), *set = colset_extend(empty, &a, 1);
	struct err err = ERR_INIT;
	struct extract extract;
	struct buf told;

	buf_init(&told, 1000);
	sample_extract("[{\"c\":{\"d\":1},\"a\":0},{\"b\":1,\"c\":{\"d\":2}},7,{\"c\":[]}]", "",
		       &extract);
	ck_assert_int_eq(format_new_columns(set, &extract, join, &told, &err), 0);
	ck_assert_str_eq(buf_text(&told), "c.d;b;value;c;");
	extract_done(&extract);
	buf_done(&told);
	colset_unref(empty);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

static char *many_columns(size_t n)
{
	struct buf body;

	buf_init(&body, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_addf(&body, "%c\"k%zu\":%zu", i ? ',' : '{', i, i);
	buf_add_char(&body, '}');
	return buf_take(&body);
}

START_TEST(more_columns_than_a_set_may_have_are_refused)
{
	struct job *job = sample_job(NULL);
	struct colset *set = colset_new(job);
	struct err err = ERR_INIT;
	struct extract extract;
	struct buf told;
	char *body;

	buf_init(&told, 1 << 20);
	body = many_columns(COLSET_MAX);
	sample_extract(body, "", &extract);
	ck_assert_int_eq(format_new_columns(set, &extract, join, &told, &err), 0);
	extract_done(&extract);
	free(body);
	body = many_columns(COLSET_MAX + 1);
	sample_extract(body, "", &extract);
	ck_assert_int_eq(format_new_columns(set, &extract, join, &told, &err), -E2BIG);
	ck_assert_ptr_nonnull(strstr(err.text, "10000"));
	extract_done(&extract);
	free(body);
	buf_done(&told);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

START_TEST(a_name_of_more_than_its_limit_is_refused)
{
	struct job *job = sample_job(NULL);
	struct colset *set = colset_new(job);
	char *key = xmalloc(COLSET_NAME_MAX + 1), *body;
	struct outcome outcome;

	memset(key, 'k', COLSET_NAME_MAX);
	key[COLSET_NAME_MAX] = '\0';
	body = xasprintf("{\"%s\":{\"x\":1}}", key);
	encode(format_of(CSV), set, job, body, 1 << 20, &outcome);
	ck_assert_int_eq(outcome.code, -EINVAL);
	ck_assert_ptr_nonnull(strstr(outcome.err.text, "record 1 of 1: the name of a column"));
	ck_assert_str_eq(buf_text(&outcome.rows.bytes), "before");
	buf_done(&outcome.rows.bytes);
	free(body);
	free(key);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

START_TEST(the_ceiling_refuses_all_of_a_response)
{
	static const char body[] = "[{\"a\":\"12345\"},{\"a\":\"1\\\\2345\"},{\"a\":[1, 2]}]";
	struct job *job = sample_job(NULL);
	struct slice a = slice_of("a");
	struct colset *empty = colset_new(job), *set = colset_extend(empty, &a, 1);
	static const size_t needs[] = { [CSV] = 6 + 6 + 7 + 8, [JSONL] = 6 + 14 + 16 + 12 };

	for (int kind = CSV; kind <= JSONL; kind++) {
		struct outcome outcome;

		for (size_t ceiling = 6; ceiling < needs[kind]; ceiling++) {
			encode(format_of(kind), set, job, body, ceiling, &outcome);
			ck_assert_int_eq(outcome.code, -E2BIG);
			ck_assert_uint_eq(outcome.rows.count, 5);
			ck_assert_str_eq(buf_text(&outcome.rows.bytes), "before");
			buf_done(&outcome.rows.bytes);
		}
		encode(format_of(kind), set, job, body, needs[kind], &outcome);
		ck_assert_int_eq(outcome.code, 0);
		ck_assert_uint_eq(outcome.rows.count, 8);
		buf_done(&outcome.rows.bytes);
	}
	colset_unref(empty);
	colset_unref(set);
	sample_job_free(job);
}
END_TEST

START_TEST(every_kind_of_the_job_has_a_format)
{
	ck_assert_str_eq(format_of(CSV)->name, "csv");
	ck_assert_str_eq(format_of(CSV)->extension, ".csv");
	ck_assert_str_eq(format_of(JSONL)->name, "jsonl");
	ck_assert_str_eq(format_of(JSONL)->extension, ".jsonl");
	ck_assert(format_of(CSV)->has_header && !format_of(JSONL)->has_header);
}
END_TEST

UNIT_MAIN("format", csv_quotes_only_where_it_must, csv_keeps_null_and_the_empty_text_apart,
	  csv_never_writes_an_empty_line, numbers_land_as_the_bytes_that_were_sent,
	  csv_unescapes_strings, csv_writes_a_replacement_for_nul,
	  csv_arrays_and_empty_objects_are_compact_json,
	  csv_flattens_objects_in_order_of_first_sight, csv_the_last_of_equal_flattened_names_wins,
	  csv_records_that_are_no_objects_have_one_column, csv_names_are_quoted_like_texts,
	  csv_a_name_that_looks_like_json_is_not_found_in_it,
	  jsonl_lands_the_record_as_it_came_but_compact, declared_columns_pick_by_pointer,
	  declared_columns_pick_from_arrays_and_scalars_too,
	  declared_columns_may_share_a_key_and_meet_escaped_ones,
	  declared_columns_take_the_last_of_equal_keys, types_accept_what_they_can_hold_exactly,
	  types_refuse_the_rest_and_say_where, metadata_columns_are_filled,
	  parameters_are_metadata_too, an_unknown_key_undoes_the_rows_and_is_listed_once,
	  new_columns_come_in_order_of_first_sight_each_once,
	  more_columns_than_a_set_may_have_are_refused, a_name_of_more_than_its_limit_is_refused,
	  the_ceiling_refuses_all_of_a_response, every_kind_of_the_job_has_a_format)
