#include "data/recast.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "data/unpack.h"

#include "../unit.h"

static struct job *job_of(const char *csv)
{
	char text[400];
	struct problems problems = { 0 };
	struct json *definition;
	struct job *job;

	snprintf(text, sizeof(text), "{'request': {'url': 'http://h/'}, 'output': {'csv': %s}}",
		 csv);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	ck_assert_int_eq(json_parse(text, strlen(text), &definition, NULL), 0);
	job = job_new("j", definition, NULL, "", &problems);
	ck_assert_msg(job, "%s", problems.len ? problems.items[0].sentence : "?");
	problems_done(&problems);
	json_unref(definition);
	return job;
}

static struct colset *columns(const struct job *job, const char *names)
{
	struct colset *empty = colset_new(job), *set;
	struct slice list[8];
	size_t n = 0;

	for (; *names; names++)
		list[n++] = (struct slice) { names, 1 };
	set = colset_extend(empty, list, n);
	colset_unref(empty);
	return set;
}

START_TEST(cells_keep_their_bytes_under_wider_columns)
{
	static const struct {
		const char *csv, *from, *to, *rows, *wanted;
	} cases[] = {
		{ "{}", "ab", "abc", "1,2\n3,4\n", "1,2,\n3,4,\n" },
		{ "{}", "ab", "cba", "\"x,\"\"y\"\"\n\",2\n", ",2,\"x,\"\"y\"\"\n\"\n" },
		{ "{'delimiter': ';', 'crlf': true, 'null': 'N'}", "ab", "acb", "1;2\r\n",
		  "1;N;2\r\n" },
		{ "{}", "a", "ab", "\n\"\"\n", ",\n\"\",\n" },
		{ "{}", "ab", "a", "1,2\n", "1\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct job *job = job_of(cases[i].csv);
		struct colset *from = columns(job, cases[i].from), *to = columns(job, cases[i].to);
		struct buf out;

		buf_init(&out, 1000);
		ck_assert_int_eq(recast_rows(job, slice_of(cases[i].rows), from, to, &out), 0);
		ck_assert_str_eq(buf_text(&out), cases[i].wanted);
		buf_done(&out);
		colset_unref(from);
		colset_unref(to);
		job_unref(job);
	}
}
END_TEST

START_TEST(what_are_no_rows_of_these_columns_is_refused)
{
	static const char *const rows[] = { "1\n", "1,2,3\n", "1,2", "\"1,2\n", "1,2\n3" };
	struct job *job = job_of("{}");
	struct colset *set = columns(job, "ab");
	struct buf out;

	buf_init(&out, 1000);
	buf_add_text(&out, "before");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		ck_assert_int_eq(recast_rows(job, slice_of(rows[i]), set, set, &out), -EINVAL);
	ck_assert_str_eq(buf_text(&out), "before");
	buf_done(&out);
	colset_unref(set);
	job_unref(job);
}
END_TEST

static int temporary(void)
{
	char name[] = "/tmp/fetchd-unpack-XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	return fd;
}

START_TEST(a_stream_comes_out_whole_or_not_at_all)
{
	static char text[300000], back[300000];
	struct unpack unpack = { temporary(), temporary(), 0, sizeof(text), JOB_COMPRESS_GZIP };
	struct err err = ERR_INIT;
	gzFile gz = gzdopen(dup(unpack.from), "wb");

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i % 23);
	ck_assert_int_eq(gzwrite(gz, text, sizeof(text)), (int)sizeof(text));
	gzclose(gz);
	unpack.bytes = (uint64_t)lseek(unpack.from, 0, SEEK_END);
	ck_assert_msg(unpack_file(&unpack, &err) == 0, "%s", err.text);
	ck_assert_int_eq(pread(unpack.to, back, sizeof(back), 0), (ssize_t)sizeof(back));
	ck_assert_int_eq(memcmp(text, back, sizeof(text)), 0);
	unpack.raw_bytes--;
	ck_assert_int_lt(unpack_file(&unpack, &err), 0);
	unpack.raw_bytes += 2;
	ck_assert_int_lt(unpack_file(&unpack, &err), 0);
	unpack.raw_bytes--;
	unpack.bytes -= 9;
	ck_assert_int_lt(unpack_file(&unpack, &err), 0);
	close(unpack.from);
	close(unpack.to);
}
END_TEST

UNIT_MAIN("recast", cells_keep_their_bytes_under_wider_columns,
	  what_are_no_rows_of_these_columns_is_refused, a_stream_comes_out_whole_or_not_at_all)
