/* How much of a file is whole rows. */
#include "data/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"

static struct whole measure(enum job_format format, const char *text, size_t len)
{
	char name[] = "/tmp/fetchd-whole-XXXXXX";
	int fd = mkstemp(name);
	struct whole found = { 99, 99 };

	ck_assert_int_ge(fd, 0);
	unlink(name);
	ck_assert_int_eq(write(fd, text, len), (ssize_t)len);
	ck_assert_int_eq(whole_measure(fd, format, &found, NULL), 0);
	close(fd);
	return found;
}

/* Of `text`, cut at every byte, so much is whole rows as stands before the last of `ends`. */
static void expect_cuts(enum job_format format, const char *text, const size_t *ends, size_t rows)
{
	for (size_t len = 0; len <= strlen(text); len++) {
		struct whole found = measure(format, text, len);
		size_t whole = 0;

		while (whole < rows && ends[2 * whole + 1] <= len)
			whole++;
		if (whole == 0) {
			ck_assert_uint_eq(found.rows, 0);
			continue;
		}
		ck_assert_msg(found.rows == whole, "cut at %zu: %d rows", len, (int)found.rows);
		ck_assert_uint_eq(found.bytes, ends[2 * whole - 2]);
	}
}

/* Pairs: where a row ends, and how much must be there for it to count. */
START_TEST(a_csv_file_cut_anywhere_is_whole_up_to_its_last_row)
{
	static const char text[] = "id,text\n1,plain\n2,\"a \"\"b\"\"\nnext, line\"\n3,x\n";
	static const size_t ends[] = { 16, 16, 39, 39, 43, 43 };

	expect_cuts(JOB_FORMAT_CSV, text, ends, 3);
	ck_assert_uint_eq(measure(JOB_FORMAT_CSV, text, 7).bytes, 0);
	ck_assert_uint_eq(measure(JOB_FORMAT_CSV, text, 8).bytes, 8);
}
END_TEST

START_TEST(a_file_of_json_lines_cut_anywhere_is_whole_up_to_its_last_row)
{
	static const char text[] = "{\"a\":1}\n{\"a\":\"}\"}\n12\n";
	static const size_t ends[] = { 8, 8, 18, 18, 21, 21 };

	expect_cuts(JOB_FORMAT_JSONL, text, ends, 3);
}
END_TEST

START_TEST(a_json_array_cut_anywhere_is_whole_up_to_its_last_row)
{
	static const char text[] = "[\n{\"a\":1},\n{\"a\":2}\n]\n";
	static const size_t ends[] = { 9, 11, 18, 19 };

	expect_cuts(JOB_FORMAT_JSON, text, ends, 2);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSON, "[\n]\n", 4).bytes, 1);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSON, "[\n]\n", 4).rows, 0);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSON, "{\n", 2).bytes, 0);
}
END_TEST

START_TEST(what_no_writer_left_there_ends_the_rows)
{
	static const char csv[] = "id\n1\n2\0\n3\n", json[] = "{}\n\0\0\0\n{}\n";

	ck_assert_uint_eq(measure(JOB_FORMAT_CSV, csv, sizeof(csv) - 1).rows, 1);
	ck_assert_uint_eq(measure(JOB_FORMAT_CSV, csv, sizeof(csv) - 1).bytes, 5);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSONL, json, sizeof(json) - 1).rows, 1);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSONL, "{}\nnot json\n{}\n", 15).rows, 1);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSONL, "{}\n{} {}\n", 9).rows, 1);
	ck_assert_uint_eq(measure(JOB_FORMAT_JSON, "[\n{},\nx\n", 8).rows, 1);
}
END_TEST

START_TEST(rows_longer_than_what_is_read_at_once_are_whole_too)
{
	size_t len = 1 << 20;
	char *text = malloc(len + 1);

	ck_assert_ptr_nonnull(text);
	memset(text, 'x', len);
	memcpy(text, "[\n\"", 3);
	text[len - 3] = '"';
	text[len - 2] = ',';
	text[len - 1] = '\n';
	ck_assert_uint_eq(measure(JOB_FORMAT_JSON, text, len).bytes, len - 2);
	memcpy(text, "id\n", 3);
	ck_assert_uint_eq(measure(JOB_FORMAT_CSV, text, len).rows, 0);
	text[len - 3] = 'x';
	ck_assert_uint_eq(measure(JOB_FORMAT_CSV, text, len).bytes, len);
	free(text);
}
END_TEST

UNIT_MAIN("whole", a_csv_file_cut_anywhere_is_whole_up_to_its_last_row,
	  a_file_of_json_lines_cut_anywhere_is_whole_up_to_its_last_row,
	  a_json_array_cut_anywhere_is_whole_up_to_its_last_row,
	  what_no_writer_left_there_ends_the_rows,
	  rows_longer_than_what_is_read_at_once_are_whole_too)
