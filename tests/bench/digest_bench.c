/* How fast a page becomes rows: 10,000 records of 100 bytes, beside json-c on the same bytes.
 *
 * The rivals run in turn, round after round, because machines have fast and slow minutes: only
 * figures of one run may be compared. Printed are the medians. No network, no disk.
 *
 *   tests/bench/digest_bench [ROUNDS]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/pointer.h"
#include "base/xalloc.h"
#include "data/extract.h"
#include "data/format.h"
#include "jsonc_rival.h"

enum { RECORDS = 10000, ROUNDS_MAX = 1000 };

/* What all rivals read, and the memory they use again each round. */
struct bench {
	struct buf body;
	struct pointer *records;
	struct job automatic, declared, semicolons;
	struct colset *grown, *chosen;
	struct extract extract;
	struct rows rows;
};

static void die(const char *what)
{
	fprintf(stderr, "digest_bench: %s\n", what);
	exit(1);
}

static void make_body(struct buf *body)
{
	buf_init(body, 4 << 20);
	buf_add_char(body, '[');
	for (unsigned i = 0; i < RECORDS; i++)
		buf_addf(body,
			 "%s{\"id\":%u,\"name\":\"Steel rod %u mm\",\"price\":\"%u.00 EUR\","
			 "\"quantity\":%u,\"active\":%s,\"tag\":\"abcdef\"}",
			 i ? "," : "", 9000000 + i, i % 40, i % 1000, i % 50,
			 i % 3 ? "true" : "false");
	buf_add_char(body, ']');
}

static void extract(struct bench *bench)
{
	const struct extract_ask ask = { .records = bench->records };
	struct err err;
	bool truncated;

	if (extract_records(buf_slice(&bench->body), &ask, &bench->extract, &truncated, &err) < 0)
		die(err.text);
}

static struct pointer *pointer_to(const char *text)
{
	struct pointer *pointer;
	struct err err;

	if (pointer_parse(text, &pointer, &err) < 0)
		die(err.text);
	return pointer;
}

static void set_up(struct bench *bench)
{
	static char semicolon[] = ";";
	static char names[][16] = { "id", "name", "price", "quantity" };
	struct err err;

	make_body(&bench->body);
	bench->records = pointer_to("");
	bench->automatic.columns_auto = true;
	bench->semicolons = bench->automatic;
	bench->semicolons.csv.delimiter = semicolon;
	bench->declared.columns = xcalloc(4, sizeof(*bench->declared.columns));
	for (size_t i = 0; i < 4; i++) {
		char text[20] = "/";

		bench->declared.columns[i].name = names[i];
		bench->declared.columns[i].from = pointer_to(strcat(text, names[i]));
	}
	bench->declared.columns[0].type = bench->declared.columns[3].type = JOB_TYPE_INT;
	bench->declared.ncolumns = 4;
	bench->grown = colset_new(&bench->automatic);
	bench->chosen = colset_new(&bench->declared);
	buf_init(&bench->rows.bytes, 16 << 20);
	extract(bench);
	if (format_widen(&bench->extract, &bench->grown, &err) < 0)
		die(err.text);
}

static void encode(struct bench *bench, enum job_format kind, const struct job *job,
		   const struct colset *set)
{
	struct err err;

	extract(bench);
	buf_clear(&bench->rows.bytes);
	bench->rows.count = 0;
	if (format_of(kind)->encode(job, set, &bench->extract, NULL, &bench->rows, &err) < 0)
		die(err.text);
	if (bench->rows.count != RECORDS)
		die("not all records became rows");
}

static void csv_automatic(struct bench *bench)
{
	encode(bench, JOB_FORMAT_CSV, &bench->automatic, bench->grown);
}

static void csv_semicolons(struct bench *bench)
{
	encode(bench, JOB_FORMAT_CSV, &bench->semicolons, bench->grown);
}

static void csv_declared(struct bench *bench)
{
	encode(bench, JOB_FORMAT_CSV, &bench->declared, bench->chosen);
}

static void jsonl_automatic(struct bench *bench)
{
	encode(bench, JOB_FORMAT_JSONL, &bench->automatic, bench->grown);
}

static void jsonl_declared(struct bench *bench)
{
	encode(bench, JOB_FORMAT_JSONL, &bench->declared, bench->chosen);
}

static void array_automatic(struct bench *bench)
{
	encode(bench, JOB_FORMAT_JSON, &bench->automatic, bench->grown);
}

static void jsonc(struct bench *bench, enum jsonc_work work)
{
	buf_clear(&bench->rows.bytes);
	if (jsonc_rival(buf_slice(&bench->body), work, &bench->rows.bytes) != RECORDS)
		die("json-c lost records");
}

static void jsonc_parse(struct bench *bench)
{
	jsonc(bench, JSONC_PARSE);
}

static void jsonc_csv(struct bench *bench)
{
	jsonc(bench, JSONC_CSV);
}

static void jsonc_jsonl(struct bench *bench)
{
	jsonc(bench, JSONC_JSONL);
}

static const struct rival {
	const char *name;
	void (*run)(struct bench *bench);
} rivals[] = {
	{ "extract (proof and slices)", extract },
	{ "CSV, automatic columns", csv_automatic },
	{ "CSV with semicolons", csv_semicolons },
	{ "CSV, 4 declared columns", csv_declared },
	{ "JSONL as it came", jsonl_automatic },
	{ "JSONL, 4 declared columns", jsonl_declared },
	{ "JSON array as it came", array_automatic },
	{ "json-c parse", jsonc_parse },
	{ "json-c parse + CSV", jsonc_csv },
	{ "json-c parse + JSONL", jsonc_jsonl },
};
enum { RIVALS = sizeof(rivals) / sizeof(rivals[0]) };

static double cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	static double took[RIVALS][ROUNDS_MAX];
	static struct bench bench;
	int rounds = argc > 1 ? atoi(argv[1]) : 51;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		die("from 1 to 1000 rounds");
	set_up(&bench);
	printf("%zu bytes, %d records, %d rounds; CPU, medians\n", bench.body.len, RECORDS, rounds);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < RIVALS; i++) {
			double from = cpu_ms();

			rivals[i].run(&bench);
			took[i][round] = cpu_ms() - from;
		}
	}
	for (int i = 0; i < RIVALS; i++) {
		double median;

		qsort(took[i], (size_t)rounds, sizeof(double), by_value);
		median = took[i][rounds / 2];
		printf("%-28s %8.2f ms %8.0f MB/s\n", rivals[i].name, median,
		       (double)bench.body.len / 1e3 / median);
	}
	return 0;
}
