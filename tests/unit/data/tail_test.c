/* The last rows of a file, read back. */
#include "data/tail.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../unit.h"
#include "base/random.h"
#include "data/pack_codec.h"

#define CSV   JOB_FORMAT_CSV
#define JSONL JOB_FORMAT_JSONL
#define JSON  JOB_FORMAT_JSON

static int file_of(const char *text, size_t len)
{
	int fd = memfd_create("tail_test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	for (size_t done = 0; done < len;) {
		ssize_t wrote = write(fd, text + done, len - done);

		ck_assert_int_gt(wrote, 0);
		done += (size_t)wrote;
	}
	return fd;
}

/* The answer to a question without its arrays as one JSON text, [columns, rows], the caller's; an
 * error's sentence instead. */
static char *answer_to(struct tail tail)
{
	struct json *both = json_new_array();
	struct err err = ERR_INIT;
	char *answer;

	tail.columns = json_push(both, json_new_array());
	tail.rows = json_push(both, json_new_array());
	if (tail_read(&tail, &err) < 0) {
		ck_assert_uint_eq(json_len(tail.columns) + json_len(tail.rows), 0);
		answer = strdup(err.text);
	} else {
		answer = json_text(both, false);
	}
	json_unref(both);
	return answer;
}

static char *tail_of(enum job_format format, const char *text, size_t committed, unsigned n)
{
	int fd = file_of(text, strlen(text));
	char *answer =
		answer_to((struct tail) { .fd = fd, .bytes = committed, .format = format, .n = n });

	close(fd);
	return answer;
}

static void expect(enum job_format format, const char *text, unsigned n, const char *expected)
{
	char *answer = tail_of(format, text, strlen(text), n);

	ck_assert_str_eq(answer, expected);
	free(answer);
}

START_TEST(csv_the_last_rows_in_file_order)
{
	static const char text[] = "id,name\n1,a\n2,b\n3,c\n";

	expect(CSV, text, 2, "[[\"id\",\"name\"],[[\"2\",\"b\"],[\"3\",\"c\"]]]");
	expect(CSV, text, 3, "[[\"id\",\"name\"],[[\"1\",\"a\"],[\"2\",\"b\"],[\"3\",\"c\"]]]");
	expect(CSV, text, 10000, "[[\"id\",\"name\"],[[\"1\",\"a\"],[\"2\",\"b\"],[\"3\",\"c\"]]]");
	expect(CSV, text, 0, "[[\"id\",\"name\"],[]]");
}
END_TEST

START_TEST(csv_a_null_is_null_and_an_empty_text_is_empty)
{
	expect(CSV, "a,b,c\n,\"\",1\n", 5, "[[\"a\",\"b\",\"c\"],[[null,\"\",\"1\"]]]");
	expect(CSV, "a\n\"\"\n", 5, "[[\"a\"],[[\"\"]]]");
}
END_TEST

START_TEST(csv_line_feeds_and_quotes_inside_fields_end_no_row)
{
	expect(CSV, "a,\"b\nc\"\n1,\"x\n\"\"y\"\"\n\"\n\"\n\n\",2\n", 1,
	       "[[\"a\",\"b\\nc\"],[[\"\\n\\n\",\"2\"]]]");
	expect(CSV, "a,\"b\nc\"\n1,\"x\n\"\"y\"\"\n\"\n\"\n\n\",2\n", 2,
	       "[[\"a\",\"b\\nc\"],[[\"1\",\"x\\n\\\"y\\\"\\n\"],[\"\\n\\n\",\"2\"]]]");
}
END_TEST

START_TEST(csv_no_rows_and_no_file)
{
	expect(CSV, "", 5, "[[],[]]");
	expect(CSV, "a,b\n", 5, "[[\"a\",\"b\"],[]]");
	expect(JSONL, "", 5, "[[],[]]");
}
END_TEST

START_TEST(only_committed_rows_are_read)
{
	char *answer = tail_of(CSV, "a\n1\n2\n3,half", 6, 5);

	ck_assert_str_eq(answer, "[[\"a\"],[[\"1\"],[\"2\"]]]");
	free(answer);
	answer = tail_of(JSONL, "{\"a\":1}\n{\"a\":", 8, 5);
	ck_assert_str_eq(answer, "[[\"a\"],[[\"1\"]]]");
	free(answer);
}
END_TEST

START_TEST(what_we_did_not_write_is_refused)
{
	expect(CSV, "a,b\n1,\"x\"y\n", 5, "the last rows are not CSV as it was written");
	expect(CSV, "a,b\n1,x\"y\"\n", 5, "the last rows are not CSV as it was written");
	expect(CSV, "a\n\xff\n", 5, "the last rows are not CSV as it was written");
	expect(CSV, "\xff\n1\n", 5, "the file does not begin with a header");
	expect(CSV, "no header", 5, "the file does not begin with a header");
	expect(CSV, "a\n1\n2", 1, "the last row has no end");
	expect(JSONL, "1\n2", 5, "the last row has no end");
	expect(JSONL, "{\"a\":1}\n{\"a\":\n", 5, "the last rows are not JSON as it was written");
	expect(JSONL, "{\"a\":1}\n\n", 5, "the last rows are not JSON as it was written");
	expect(JSONL, "{\"a\":1} x\n", 5, "the last rows are not JSON as it was written");
}
END_TEST

START_TEST(a_file_shorter_than_recorded_is_an_error)
{
	char *answer = tail_of(CSV, "a\n1\n", 100, 5);

	ck_assert_ptr_nonnull(strstr(answer, "cannot read"));
	free(answer);
}
END_TEST

START_TEST(jsonl_is_flattened_with_keys_in_order_of_first_sight)
{
	expect(JSONL,
	       "{\"old\":1}\n{\"b\":{\"x\":\"t\\n\",\"y\":null},\"a\":[1,{\"z\":2}]}\n"
	       "{\"a\":true,\"c\":1.10,\"b\":{}}\n7\n",
	       3,
	       "[[\"b.x\",\"b.y\",\"a\",\"c\",\"b\",\"value\"],"
	       "[[\"t\\n\",null,\"[1,{\\\"z\\\":2}]\",null,null,null],"
	       "[null,null,\"true\",\"1.10\",\"{}\",null],"
	       "[null,null,null,null,null,\"7\"]]]");
}
END_TEST

START_TEST(json_arrays_with_and_without_their_end)
{
	static const char text[] = "[\n{\"a\":1},\n{\"a\":\"x,\",\"b\":2},\n[]\n]\n";
	static const char last[] = "[[\"a\",\"b\",\"value\"],"
				   "[[\"x,\",\"2\",null],[null,null,\"[]\"]]]";
	char *answer;

	expect(JSON, text, 2, last);
	answer = tail_of(JSON, text, strlen(text) - 3, 2);
	ck_assert_str_eq(answer, last);
	free(answer);
	expect(JSON, text, 1, "[[\"value\"],[[\"[]\"]]]");
	expect(JSON, text, 10,
	       "[[\"a\",\"b\",\"value\"],"
	       "[[\"1\",null,null],[\"x,\",\"2\",null],[null,null,\"[]\"]]]");
}
END_TEST

START_TEST(json_arrays_without_rows)
{
	expect(JSON, "[\n]\n", 5, "[[],[]]");
	expect(JSON, "[", 5, "[[],[]]");
	expect(JSON, "[\n7\n]\n", 5, "[[\"value\"],[[\"7\"]]]");
	expect(JSON, "[\n7,\n8,\n]\n", 1, "the last rows are not JSON as it was written");
}
END_TEST

static void expect_in(const char *policy, const char *text, const char *expected)
{
	struct json *json;
	int fd = file_of(text, strlen(text));
	char *answer;

	ck_assert_int_eq(json_parse(policy, strlen(policy), &json, NULL), 0);
	answer = answer_to((struct tail) {
		.fd = fd, .bytes = strlen(text), .format = CSV, .n = 10, .policy = json });
	ck_assert_str_eq(answer, expected);
	free(answer);
	json_unref(json);
	close(fd);
}

START_TEST(csv_is_read_in_the_dialect_it_was_written_in)
{
	expect_in("{\"delimiter\":\";\"}", "a;b\n1,5;\"x;y\"\n",
		  "[[\"a\",\"b\"],[[\"1,5\",\"x;y\"]]]");
	expect_in("{\"crlf\":true}", "a,\"b\r\n\"\r\n1,\"x\r\n\"\r\n,2\r\n",
		  "[[\"a\",\"b\\r\\n\"],[[\"1\",\"x\\r\\n\"],[null,\"2\"]]]");
	expect_in("{\"null\":\"NULL\"}", "a,b,c\nNULL,\"NULL\",\"\"\n",
		  "[[\"a\",\"b\",\"c\"],[[null,\"NULL\",\"\"]]]");
	expect_in("{\"bom\":true}", "\xef\xbb\xbf\"a\"\n1\n", "[[\"a\"],[[\"1\"]]]");
	expect_in("{\"bom\":true}", "a\n1\n", "the file does not begin with a header");
	expect_in("{\"crlf\":true}", "a\r\n1\rx\r\n",
		  "the last rows are not CSV as it was written");
}
END_TEST

/* A file of random fields and, for each row, the answer expected. */
struct sample {
	struct buf file;
	struct buf expected; /* each row's JSON, one after the other */
	size_t begins[4000]; /* of row i in `expected` */
	unsigned rows;
};

static void add_field(struct sample *sample, struct random *random)
{
	static const char *const csv[] = { "a", ",", "\"\"", "\n", " ", "word" };
	static const char *const json[] = { "a", ",", "\\\"", "\\n", " ", "word" };
	unsigned n = (unsigned)random_below(random, 40);

	buf_add_char(&sample->file, '"');
	buf_add_char(&sample->expected, '"');
	for (unsigned i = 0; i < n; i++) {
		uint64_t piece = random_below(random, 6);

		buf_add_text(&sample->file, csv[piece]);
		buf_add_text(&sample->expected, json[piece]);
	}
	buf_add_char(&sample->file, '"');
	buf_add_char(&sample->expected, '"');
}

static void fill(struct sample *sample, uint64_t seed)
{
	struct random random;

	random_seed(&random, seed);
	buf_init(&sample->file, 1 << 24);
	buf_init(&sample->expected, 1 << 24);
	buf_add_text(&sample->file, "a,b\n");
	for (sample->rows = 0; sample->rows < 4000; sample->rows++) {
		sample->begins[sample->rows] = sample->expected.len;
		buf_add_text(&sample->expected, ",[");
		add_field(sample, &random);
		buf_add_char(&sample->file, ',');
		buf_add_char(&sample->expected, ',');
		add_field(sample, &random);
		buf_add_char(&sample->file, '\n');
		buf_add_char(&sample->expected, ']');
	}
}

START_TEST(csv_any_number_of_rows_over_any_read_boundary)
{
	static const unsigned counts[] = { 1, 2, 7, 500, 1234, 2500, 3999, 4000 };
	struct sample *sample = calloc(1, sizeof(*sample));

	fill(sample, 7);
	ck_assert_uint_gt(sample->file.len, 200000); /* several steps of reading */
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const char *rows = sample->expected.data + sample->begins[4000 - counts[i]] + 1;
		char *answer = tail_of(CSV, buf_text(&sample->file), sample->file.len, counts[i]);
		size_t len = strlen(rows);

		ck_assert_int_eq(strncmp(answer, "[[\"a\",\"b\"],[", 12), 0);
		ck_assert_int_eq(strncmp(answer + 12, rows, len), 0);
		ck_assert_str_eq(answer + 12 + len, "]]");
		free(answer);
	}
	buf_done(&sample->file);
	buf_done(&sample->expected);
	free(sample);
}
END_TEST

/* The text as one stream, in a file. */
static int packed_file(enum job_compress compress, const struct buf *text, uint64_t *bytes)
{
	const struct pack_machine *squeeze = &pack_codec_of(compress)->squeeze;
	size_t room = text->len + 4096;
	unsigned char *out = malloc(room);
	struct pack_flow flow = { (unsigned char *)text->data, text->len, out, room };
	void *machine = squeeze->make(text->len);
	int fd;

	ck_assert_int_eq(squeeze->step(machine, &flow, true), 1);
	squeeze->drop(machine);
	*bytes = room - flow.room;
	fd = file_of((const char *)out, *bytes);
	free(out);
	return fd;
}

/* 33 MB of CSV: more than is ever kept of it. */
static void fill_large(struct buf *text)
{
	buf_init(text, (size_t)1 << 26);
	buf_add_text(text, "id,text\n");
	for (unsigned i = 0; i < 1000000; i++)
		buf_addf(text, "%u,\"a quite, long text %u\n\"\n", i, i % 1000);
}

START_TEST(compressed_files_give_their_last_rows)
{
	static const enum job_compress all[] = { JOB_COMPRESS_GZIP, JOB_COMPRESS_ZSTD };
	struct buf text;

	fill_large(&text);
	ck_assert_uint_gt(text.len, TAIL_BYTES_MAX * 3 / 2);
	for (size_t i = 0; i < 2; i++) {
		struct tail tail = { .format = CSV, .n = 2, .compress = all[i] };
		char *answer;

		tail.raw_bytes = text.len;
		tail.fd = packed_file(all[i], &text, &tail.bytes);
		answer = answer_to(tail);
		ck_assert_str_eq(answer, "[[\"id\",\"text\"],"
					 "[[\"999998\",\"a quite, long text 998\\n\"],"
					 "[\"999999\",\"a quite, long text 999\\n\"]]]");
		free(answer);
		close(tail.fd);
	}
	buf_done(&text);
}
END_TEST

START_TEST(compressed_files_that_are_not_whole_are_refused)
{
	static const char refused[] = "the compressed file is not as it was written";
	struct tail tail = { .format = CSV, .n = 2, .compress = JOB_COMPRESS_GZIP };
	struct buf text;
	uint64_t whole;

	buf_init(&text, 100);
	buf_add_text(&text, "a\n1\n2\n3\n"); /* 8 bytes */
	tail.fd = packed_file(JOB_COMPRESS_GZIP, &text, &whole);
	for (tail.bytes = 0; tail.bytes <= whole; tail.bytes++) {
		for (tail.raw_bytes = 7; tail.raw_bytes <= 9; tail.raw_bytes++) {
			bool good = tail.bytes == whole && tail.raw_bytes == text.len;
			char *answer = answer_to(tail);

			ck_assert_str_eq(answer, good ? "[[\"a\"],[[\"2\"],[\"3\"]]]" : refused);
			free(answer);
		}
	}
	close(tail.fd);
	buf_done(&text);
}
END_TEST

START_TEST(a_row_beyond_the_limit_is_left_out_or_refused)
{
	size_t big = (size_t)17 << 20;
	char *text = malloc(big + 20), *answer;

	memcpy(text, "a\n", 2);
	memset(text + 2, 'x', big);
	strcpy(text + 2 + big, "\nlast\n");
	answer = tail_of(CSV, text, strlen(text), 2);
	ck_assert_str_eq(answer, "[[\"a\"],[[\"last\"]]]");
	free(answer);
	answer = tail_of(CSV, text, big + 3, 2);
	ck_assert_str_eq(answer, "the last row is longer than 16 MiB");
	free(answer);
	memset(text, 'x', 2);
	answer = tail_of(CSV, text, big + 3, 2);
	ck_assert_ptr_nonnull(strstr(answer, "cannot read the header"));
	free(answer);
	free(text);
}
END_TEST

START_TEST(many_cells_mean_fewer_rows)
{
	struct json *columns = json_new_array(), *rows = json_new_array();
	struct err err = ERR_INIT;
	struct buf text;
	int fd;

	buf_init(&text, 1 << 24);
	for (unsigned i = 0; i < 1001; i++) {
		for (unsigned column = 0; column < 999; column++)
			buf_add_text(&text, "c,");
		buf_addf(&text, "%u\n", i);
	}
	fd = file_of(text.data, text.len);
	ck_assert_int_eq(tail_read(&(struct tail) { .fd = fd,
						    .bytes = text.len,
						    .n = 10000,
						    .columns = columns,
						    .rows = rows },
				   &err),
			 0);
	ck_assert_uint_eq(json_len(columns), 1000);
	ck_assert_uint_eq(json_len(rows), TAIL_CELLS_MAX / 1000);
	ck_assert_str_eq(json_str(json_at(json_at(rows, json_len(rows) - 1), 999)), "1000");
	close(fd);
	buf_done(&text);
	json_unref(columns);
	json_unref(rows);
}
END_TEST

UNIT_MAIN("tail", csv_the_last_rows_in_file_order, csv_a_null_is_null_and_an_empty_text_is_empty,
	  csv_line_feeds_and_quotes_inside_fields_end_no_row, csv_no_rows_and_no_file,
	  only_committed_rows_are_read, what_we_did_not_write_is_refused,
	  a_file_shorter_than_recorded_is_an_error,
	  jsonl_is_flattened_with_keys_in_order_of_first_sight,
	  json_arrays_with_and_without_their_end, json_arrays_without_rows,
	  csv_is_read_in_the_dialect_it_was_written_in,
	  csv_any_number_of_rows_over_any_read_boundary, compressed_files_give_their_last_rows,
	  compressed_files_that_are_not_whole_are_refused,
	  a_row_beyond_the_limit_is_left_out_or_refused, many_cells_mean_fewer_rows)
