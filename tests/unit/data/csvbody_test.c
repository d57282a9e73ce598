/* CSV answers become records. */
#include "data/csvbody.h"

#include "sample.h"

static const struct csvbody_dialect rfc = { ',', true };

/* The records, each on a line, as one text, the caller's to free; the error's sentence instead. */
static char *read_as(const char *body, const struct csvbody_dialect *dialect)
{
	struct extract extract = { 0 };
	struct err err = ERR_INIT;
	bool truncated;
	struct buf text;
	char *copy = xstrdup(body); /* so that a sanitizer sees every byte too far */

	buf_init(&text, 1 << 20);
	if (csvbody_records((struct slice) { copy, strlen(body) }, dialect, 1 << 20, &extract,
			    &truncated, &err) < 0)
		buf_addf(&text, "%s%s", truncated ? "cut: " : "", err.text);
	for (size_t i = 0; i < extract.len; i++) {
		buf_add_slice(&text, extract.records[i]);
		buf_add_char(&text, '\n');
	}
	extract_done(&extract);
	free(copy);
	return buf_take(&text);
}

static void expect_as(const char *body, const struct csvbody_dialect *dialect, const char *want)
{
	char *said = read_as(body, dialect);

	ck_assert_str_eq(said, want);
	free(said);
}

static void expect(const char *body, const char *want)
{
	expect_as(body, &rfc, want);
}

START_TEST(every_row_is_an_object_of_texts)
{
	expect("id,name\n1,a b\n2,x\n",
	       "{\"id\":\"1\",\"name\":\"a b\"}\n{\"id\":\"2\",\"name\":\"x\"}\n");
	expect("id\n1", "{\"id\":\"1\"}\n");
	expect("id,name\n", "");
	expect("a,b\n 1 ,007\n", "{\"a\":\" 1 \",\"b\":\"007\"}\n");
}
END_TEST

START_TEST(an_empty_field_is_null_and_a_quoted_one_is_empty)
{
	expect("a,b,c\n,\"\",\n", "{\"a\":null,\"b\":\"\",\"c\":null}\n");
}
END_TEST

START_TEST(quotes_hold_delimiters_line_ends_and_quotes)
{
	expect("a,b\r\n\"x,\"\"y\"\"\r\nz\",\"\"\"\"\r\n\"q\",r\"s\r\n",
	       "{\"a\":\"x,\\\"y\\\"\\u000d\\u000az\",\"b\":\"\\\"\"}\n"
	       "{\"a\":\"q\",\"b\":\"r\\\"s\"}\n");
}
END_TEST

START_TEST(both_line_ends_and_empty_lines_are_taken)
{
	expect("\n\r\na,b\r\n1,2\r\n\r\n3,4\n\n5,6\r\n", "{\"a\":\"1\",\"b\":\"2\"}\n"
							 "{\"a\":\"3\",\"b\":\"4\"}\n"
							 "{\"a\":\"5\",\"b\":\"6\"}\n");
}
END_TEST

START_TEST(other_delimiters_and_rows_without_a_header)
{
	static const struct csvbody_dialect semicolons = { ';', true }, bare = { '\t', false };

	expect_as("a;b\n1,5;\"x;y\"\n", &semicolons, "{\"a\":\"1,5\",\"b\":\"x;y\"}\n");
	expect_as("1\t\"a\tb\"\n2\t\n", &bare,
		  "{\"column1\":\"1\",\"column2\":\"a\\u0009b\"}\n"
		  "{\"column1\":\"2\",\"column2\":null}\n");
}
END_TEST

START_TEST(columns_without_a_name_are_numbered)
{
	expect("a,,\n1,2,3\n", "{\"a\":\"1\",\"column2\":\"2\",\"column3\":\"3\"}\n");
}
END_TEST

START_TEST(what_is_not_csv_is_refused_with_its_line)
{
	expect("a,b\n1,2\n\n3\n", "line 4: 1 field where the first row has 2");
	expect("a\n\"x\ny\"\n1,2\n", "line 4: 2 fields where the first row has 1");
	expect("a,b\n\"x\"y,1\n", "line 2: something follows the quotes of a field");
	expect("a,b,a\n", "line 1: two columns are named \"a\"");
	expect("column2,\n", "line 1: a column without a name has the name of another");
	expect("a\n\xff\n", "the answer is not UTF-8: set decode.charset");
}
END_TEST

START_TEST(an_answer_cut_within_quotes_is_truncated)
{
	expect("a,b\n1,\"x\ny",
	       "cut: line 2: the quotes that open here are not closed by the end of the answer");
}
END_TEST

START_TEST(records_stay_below_their_ceiling)
{
	struct extract extract = { 0 };
	struct err err = ERR_INIT;
	bool truncated;

	ck_assert_int_eq(
		csvbody_records(slice_of("name\n1\n2\n"), &rfc, 23, &extract, &truncated, &err),
		-E2BIG);
	ck_assert_uint_eq(extract.len, 0);
	ck_assert_int_eq(
		csvbody_records(slice_of("name\n1\n2\n"), &rfc, 24, &extract, &truncated, &err), 0);
	ck_assert_uint_eq(extract.len, 2);
	extract_done(&extract);
}
END_TEST

UNIT_MAIN("csvbody", every_row_is_an_object_of_texts,
	  an_empty_field_is_null_and_a_quoted_one_is_empty,
	  quotes_hold_delimiters_line_ends_and_quotes, both_line_ends_and_empty_lines_are_taken,
	  other_delimiters_and_rows_without_a_header, columns_without_a_name_are_numbered,
	  what_is_not_csv_is_refused_with_its_line, an_answer_cut_within_quotes_is_truncated,
	  records_stay_below_their_ceiling)
