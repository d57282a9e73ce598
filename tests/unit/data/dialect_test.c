/* CSV in other dialects, by example, and the policy that tells readers of them. */
#include "data/dialect.h"

#include "sample.h"

#define TEXT(literal) ((char *)(literal))

static void expect_as(const struct job_csv *csv, const char *body, const char *expected)
{
	struct job *job = sample_job(NULL);
	char *text;

	job->csv = *csv;
	text = sample_file(job, JOB_FORMAT_CSV, body, NULL);
	ck_assert_str_eq(text, expected);
	free(text);
	sample_job_free(job);
}

START_TEST(the_delimiter_parts_fields_and_is_quoted_inside_them)
{
	const struct job_csv semicolon = { .delimiter = TEXT(";") };
	const struct job_csv tab = { .delimiter = TEXT("\t") };
	const struct job_csv dot = { .delimiter = TEXT(".") };

	expect_as(&semicolon, "[{\"a;b\":\"x,y\",\"c\":\"x;y\",\"d\":[1,2]}]",
		  "\"a;b\";c;d\nx,y;\"x;y\";[1,2]\n");
	expect_as(&tab, "[{\"a\":\"x\\ty\",\"b\":\"x\\ny\",\"c\":1}]",
		  "a\tb\tc\n\"x\ty\"\t\"x\ny\"\t1\n");
	expect_as(&dot, "[{\"a\":1.5,\"b\":15}]", "a.b\n\"1.5\".15\n");
}
END_TEST

START_TEST(crlf_ends_header_and_rows)
{
	const struct job_csv crlf = { .crlf = true };

	expect_as(&crlf, "[{\"a\":1,\"b\":\"two\\nlines\"},{\"a\":null}]",
		  "a,b\r\n1,\"two\nlines\"\r\n,\r\n");
}
END_TEST

START_TEST(a_value_that_reads_like_the_null_text_is_quoted)
{
	const struct job_csv word = { .null = TEXT("NULL") };
	const struct job_csv zero = { .null = TEXT("0") };

	expect_as(&word, "[{\"a\":null,\"b\":\"NULL\",\"c\":\"\",\"d\":\"null\"}]",
		  "a,b,c,d\nNULL,\"NULL\",\"\",null\n");
	expect_as(&word, "[{\"NULL\":null}]", "\"NULL\"\nNULL\n"); /* no line is empty */
	expect_as(&zero, "[{\"a\":0,\"b\":null,\"c\":\"\\u0030\"}]", "a,b,c\n\"0\",0,\"0\"\n");
}
END_TEST

START_TEST(the_mark_of_utf8_begins_the_file)
{
	const struct job_csv bom = { .bom = true };

	expect_as(&bom, "[{\"a\":1}]",
		  "\xef\xbb\xbf"
		  "a\n1\n");
	expect_as(&bom, "[]", "");
}
END_TEST

START_TEST(the_guard_disarms_texts_and_names_but_no_numbers)
{
	const struct job_csv guard = { .guard = true };

	expect_as(&guard,
		  "[{\"=n\":\"=1+1\",\"b\":-5,\"c\":\"-5\",\"d\":\"@x, "
		  "y\",\"e\":\"\\t\",\"f\":\"\\r\","
		  "\"g\":\"a=b\",\"h\":[-1],\"i\":\"+\"}]",
		  "'=n,b,c,d,e,f,g,h,i\n'=1+1,-5,'-5,\"'@x, y\",'\t,\"'\r\",a=b,[-1],'+\n");
	expect_as(&(struct job_csv) { 0 }, "[{\"=n\":\"=1+1\"}]", "=n\n=1+1\n");
}
END_TEST

static void expect_policy(const struct job_csv *csv, const char *expected)
{
	struct job job = { .csv = *csv };
	struct json *policy = format_policy(&job);
	struct dialect dialect;
	struct json *again;
	char *text = json_text(policy, false);

	ck_assert_str_eq(text, expected);
	ck_assert(format_fits_policy(&job, policy));
	dialect_of_policy(policy, &dialect);
	again = dialect_policy(&dialect);
	ck_assert(json_equal(policy, again));
	free(text);
	json_unref(again);
	json_unref(policy);
}

START_TEST(the_policy_names_what_differs_and_reads_back)
{
	expect_policy(&(struct job_csv) { 0 }, "null");
	expect_policy(&(struct job_csv) { .delimiter = TEXT(","), .null = TEXT("") }, "null");
	expect_policy(&(struct job_csv) { .delimiter = TEXT(";"), .crlf = true },
		      "{\"delimiter\":\";\",\"crlf\":true}");
	expect_policy(&(struct job_csv) { .bom = true, .guard = true, .null = TEXT("-") },
		      "{\"bom\":true,\"guard\":true,\"null\":\"-\"}");
}
END_TEST

START_TEST(rows_of_another_dialect_do_not_fit)
{
	struct job comma = { 0 }, tab = { .csv = { .delimiter = TEXT("\t") } };
	struct job json = { .format = JOB_FORMAT_JSON, .csv = { .crlf = true } };
	struct json *policy = format_policy(&tab);

	ck_assert(!format_fits_policy(&comma, policy));
	ck_assert(!format_fits_policy(&tab, NULL));
	ck_assert(format_fits_policy(&comma, NULL));
	ck_assert(format_fits_policy(&json, NULL)); /* the setting says nothing about JSON */
	json_unref(policy);
}
END_TEST

UNIT_MAIN("dialect", the_delimiter_parts_fields_and_is_quoted_inside_them,
	  crlf_ends_header_and_rows, a_value_that_reads_like_the_null_text_is_quoted,
	  the_mark_of_utf8_begins_the_file, the_guard_disarms_texts_and_names_but_no_numbers,
	  the_policy_names_what_differs_and_reads_back, rows_of_another_dialect_do_not_fit)
