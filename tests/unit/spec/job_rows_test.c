/* What a job says about records and rows: decode, explode, columns, on_error. */
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "spec/job.h"

#define URL "request: {url: 'http://h/'}\n"

static struct job *made(const char *yaml, struct problems *problems)
{
	struct doc *doc = NULL;
	struct err err = ERR_INIT;
	struct job *job;

	ck_assert_msg(doc_parse("/etc/x/a.yaml", DOC_YAML, slice_of(yaml), &doc, &err) == 0, "%s",
		      err.text);
	job = job_new("shop", doc_root(doc), doc, "", problems);
	doc_free(doc);
	return job;
}

static struct job *good(const char *yaml)
{
	struct problems problems = { 0 };
	struct job *job = made(yaml, &problems);

	ck_assert_msg(job != NULL, "%s", problems.len ? problems.items[0].sentence : "");
	problems_done(&problems);
	return job;
}

/* The first problem holds `hint`. */
static void bad(const char *yaml, const char *hint)
{
	struct problems problems = { 0 };

	ck_assert_ptr_null(made(yaml, &problems));
	ck_assert_msg(strstr(problems.items[0].sentence, hint), "%s", problems.items[0].sentence);
	problems_done(&problems);
}

START_TEST(bodies_are_read_by_their_type_unless_told_otherwise)
{
	struct job *job = good(URL);

	ck_assert_int_eq(job->decode.as, JOB_DECODE_AUTO);
	ck_assert_ptr_null(job->decode.charset);
	ck_assert_ptr_null(job->decode.delimiter);
	ck_assert(job->decode.header);
	ck_assert_ptr_null(job->explode);
	job_unref(job);
	job = good(URL "decode: {as: csv, charset: windows-1252, delimiter: \"\\t\", "
		       "header: false}\nexplode: /a/b\n");
	ck_assert_int_eq(job->decode.as, JOB_DECODE_CSV);
	ck_assert_str_eq(job->decode.charset, "windows-1252");
	ck_assert_str_eq(job->decode.delimiter, "\t");
	ck_assert(!job->decode.header);
	ck_assert_str_eq(pointer_text(job->explode), "/a/b");
	job_unref(job);
}
END_TEST

START_TEST(settings_of_decode_that_cannot_be_are_refused)
{
	bad(URL "decode: {as: xml}\n", "expected one of auto, json, ndjson, csv");
	bad(URL "decode: {charset: klingon}\n", "expected a character set");
	bad(URL "decode: {charset: UTF-8//IGNORE}\n", "expected a character set");
	bad(URL "decode: {delimiter: ';;'}\n", "expected one character");
	bad(URL "decode: {delimiter: 'a'}\n", "expected one character");
	bad(URL "decode: {as: json, header: false}\n", "are for as: csv");
	bad(URL "decode: {as: csv}\nrecords: /data\n", "nothing for a pointer to lead to");
}
END_TEST

START_TEST(columns_have_constants_defaults_and_forms)
{
	struct job *job = good(
		URL "columns: [{name: s, value: 1.10}, {name: d, default: {a: [1e2]}}, "
		    "{name: t, type: time, format: unix_ms}, {name: p, meta: page}, "
		    "{name: u, type: uint}, {name: m, type: decimal}, {name: f, type: float}]\n");
	struct json *shown = job_show(job);
	char *text = json_text(json_find(shown, "/columns/1/default"), false);

	ck_assert_str_eq(job->columns[0].value, "1.10");
	ck_assert_ptr_null(job->columns[0].from);
	ck_assert_str_eq(job->columns[1].fallback, "{\"a\":[1e2]}");
	ck_assert_str_eq(text, "{\"a\":[1e2]}");
	ck_assert_str_eq(pointer_text(job->columns[1].from), "/d");
	ck_assert_int_eq(job->columns[2].type, JOB_TYPE_TIME);
	ck_assert_str_eq(job->columns[2].format, "unix_ms");
	ck_assert_int_eq(job->columns[3].meta, JOB_META_PAGE);
	ck_assert_int_eq(job->columns[4].type, JOB_TYPE_UINT);
	ck_assert_int_eq(job->columns[5].type, JOB_TYPE_DECIMAL);
	ck_assert_int_eq(job->columns[6].type, JOB_TYPE_FLOAT);
	free(text);
	json_unref(shown);
	job_unref(job);
}
END_TEST

START_TEST(columns_that_cannot_be_are_refused)
{
	bad(URL "columns: [{name: a, value: 1, from: /a}]\n", "the same in every row");
	bad(URL "columns: [{name: a, value: 1, meta: run}]\n", "the same in every row");
	bad(URL "columns: [{name: a, value: 1, default: 2}]\n", "the same in every row");
	bad(URL "columns: [{name: a, format: unix}]\n", "a format is for type: time");
	bad(URL "columns: [{name: a, type: time, format: iso}]\n", "expected unix, unix_ms");
	bad(URL "columns: [{name: a, type: integer}]\n", "expected one of any, text, int, uint");
}
END_TEST

START_TEST(a_bare_null_for_on_error_is_the_word)
{
	struct job *job = good(URL "on_error: null\ncolumns: [{name: a, on_error: fail}, "
				   "{name: b, on_error: null}, {name: c}]\n");

	ck_assert_int_eq(job->on_error, JOB_ERROR_NULL);
	ck_assert_int_eq(job->columns[0].on_error, JOB_ERROR_FAIL);
	ck_assert_int_eq(job->columns[1].on_error, JOB_ERROR_NULL);
	ck_assert_int_eq(job->columns[2].on_error, JOB_ERROR_INHERIT);
	job_unref(job);
	job = good(URL);
	ck_assert_int_eq(job->on_error, JOB_ERROR_FAIL);
	job_unref(job);
}
END_TEST

UNIT_MAIN("job_rows", bodies_are_read_by_their_type_unless_told_otherwise,
	  settings_of_decode_that_cannot_be_are_refused, columns_have_constants_defaults_and_forms,
	  columns_that_cannot_be_are_refused, a_bare_null_for_on_error_is_the_word)
