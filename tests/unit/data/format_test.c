/* Rows of both formats, by example. */
#include "data/format.h"

#include <stdio.h>

#include "sample.h"

#define CSV   JOB_FORMAT_CSV
#define JSONL JOB_FORMAT_JSONL
#define JSON  JOB_FORMAT_JSON

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

START_TEST(json_is_one_array_with_a_record_a_line)
{
	sample_expect(JSON, NULL, "[{\"b\" : [1 ,2],\n\"a\":\"x \\n\"}, \"s\"]",
		      "[\n{\"b\":[1,2],\"a\":\"x \\n\"},\n\"s\"\n]\n");
	sample_expect(JSON, NULL, "[{\"a\":1},7]", "[\n{\"a\":1},\n7\n]\n");
	sample_expect(JSON, NULL, "[]", "[\n]\n");
}
END_TEST

START_TEST(json_declared_columns_are_objects_of_those_names)
{
	static const struct sample_column columns[] = { { "n", "/a" }, { "t", "/b" }, { NULL } };

	sample_expect(JSON, columns, "[{\"b\":\"\\\"\",\"a\":[ 1]},{}]",
		      "[\n{\"n\":[1],\"t\":\"\\\"\"},\n{\"n\":null,\"t\":null}\n]\n");
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

START_TEST(widening_adds_names_in_order_of_first_sight)
{
	struct job *job = sample_job(NULL);
	struct slice a = slice_of("a");
	struct colset *empty = colset_new(job), *set = colset_extend(empty, &a, 1), *wider;
	struct err err = ERR_INIT;
	struct extract extract;
	struct json *names;
	char *text;

	sample_extract("[{\"c\":{\"d\":1},\"a\":0},{\"b\":1,\"c\":{\"d\":2}},7,{\"c\":[]}]", "",
		       &extract);
	wider = colset_ref(set);
	ck_assert_int_eq(format_widen(&extract, &wider, &err), 0);
	names = colset_json(wider);
	text = json_text(names, false);
	ck_assert_str_eq(text, "[\"a\",\"c.d\",\"b\",\"value\",\"c\"]");
	ck_assert_uint_eq(colset_version(wider), colset_version(set) + 1);
	colset_unref(set);
	set = wider;
	ck_assert_int_eq(format_widen(&extract, &wider, &err), 0);
	ck_assert_ptr_eq(wider, set); /* nothing lacks any more */
	free(text);
	json_unref(names);
	extract_done(&extract);
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
	struct colset *set = colset_new(job), *same;
	struct err err = ERR_INIT;
	struct extract extract;
	char *body;

	body = many_columns(COLSET_MAX + 1);
	sample_extract(body, "", &extract);
	same = set;
	ck_assert_int_eq(format_widen(&extract, &set, &err), -E2BIG);
	ck_assert_ptr_eq(set, same);
	ck_assert_ptr_nonnull(strstr(err.text, "10000"));
	extract_done(&extract);
	free(body);
	body = many_columns(COLSET_MAX);
	sample_extract(body, "", &extract);
	ck_assert_int_eq(format_widen(&extract, &set, &err), 0);
	ck_assert_uint_eq(colset_len(set), COLSET_MAX);
	extract_done(&extract);
	free(body);
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
	static const size_t needs[] = {
		[CSV] = 6 + 6 + 7 + 8, [JSONL] = 6 + 14 + 16 + 12, [JSON] = 6 + 15 + 17 + 14
	};

	for (int kind = CSV; kind <= JSON; kind++) {
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

static void expect_name(const char *name, const char *format, enum job_compress compress)
{
	enum job_compress found = JOB_COMPRESS_NONE;
	const struct format *by_name = format_by_name(name, &found);

	ck_assert_msg((by_name != NULL) == (format != NULL), "%s", name);
	if (format)
		ck_assert_str_eq(by_name->name, format);
	ck_assert_int_eq(found, compress);
}

START_TEST(a_file_tells_by_its_name_what_it_is)
{
	expect_name("d/x.csv", "csv", JOB_COMPRESS_NONE);
	expect_name("d/x.csv-20261123T060000Z-1.json", "json", JOB_COMPRESS_NONE);
	expect_name("x-1.jsonl.gz", "jsonl", JOB_COMPRESS_GZIP);
	expect_name("x-1.json.zst", "json", JOB_COMPRESS_ZSTD);
	expect_name("x-1.csv.closed", "csv", JOB_COMPRESS_NONE);
	expect_name(".7.staging/part-00001.csv.gz.part", "csv", JOB_COMPRESS_GZIP);
	expect_name(".7.staging/rows.json.live", "json", JOB_COMPRESS_NONE);
	expect_name("x.csv.quarantine", NULL, JOB_COMPRESS_NONE);
	expect_name("x.gz", NULL, JOB_COMPRESS_NONE);
	expect_name("", NULL, JOB_COMPRESS_NONE);
}
END_TEST

START_TEST(every_kind_of_the_job_has_a_format)
{
	ck_assert_str_eq(format_of(CSV)->name, "csv");
	ck_assert_str_eq(format_of(CSV)->extension, ".csv");
	ck_assert_str_eq(format_of(JSONL)->name, "jsonl");
	ck_assert_str_eq(format_of(JSONL)->extension, ".jsonl");
	ck_assert(format_of(CSV)->has_header && !format_of(JSONL)->has_header);
	ck_assert_str_eq(format_of(JSON)->name, "json");
	ck_assert_str_eq(format_of(JSON)->extension, ".json");
	ck_assert_ptr_eq(format_by_extension(".json"), format_of(JSON));
	ck_assert_ptr_null(format_by_extension(".jso"));
}
END_TEST

UNIT_MAIN("format", csv_quotes_only_where_it_must, csv_keeps_null_and_the_empty_text_apart,
	  csv_never_writes_an_empty_line, numbers_land_as_the_bytes_that_were_sent,
	  csv_unescapes_strings, csv_writes_a_replacement_for_nul,
	  csv_arrays_and_empty_objects_are_compact_json,
	  csv_flattens_objects_in_order_of_first_sight, csv_the_last_of_equal_flattened_names_wins,
	  csv_records_that_are_no_objects_have_one_column, csv_names_are_quoted_like_texts,
	  csv_a_name_that_looks_like_json_is_not_found_in_it,
	  jsonl_lands_the_record_as_it_came_but_compact, json_is_one_array_with_a_record_a_line,
	  json_declared_columns_are_objects_of_those_names,
	  an_unknown_key_undoes_the_rows_and_is_listed_once,
	  widening_adds_names_in_order_of_first_sight, more_columns_than_a_set_may_have_are_refused,
	  a_name_of_more_than_its_limit_is_refused, the_ceiling_refuses_all_of_a_response,
	  a_file_tells_by_its_name_what_it_is, every_kind_of_the_job_has_a_format)
