/* How fast the scanner proves a page of small records, next to json-c on the same bytes.
 *
 *	make tests/bench/scan_bench CFLAGS=-O2 && tests/bench/scan_bench
 *
 * Prints one line a way of reading: MB/s, median and best of interleaved rounds, for machines have
 * moods.
 */
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/scan.h"

#define ROUNDS     21
#define PAGE_BYTES 1000000

typedef size_t way_fn(struct slice page);

/* An array of records of about 100 bytes, as inventories and registers send them. */
static void fill_page(struct buf *page, const char *space)
{
	static const char *const names[] = { "Schraube M4", "Mutter", "Blech 2\xc2\xa0mm",
					     "Draht" };
	struct random random;

	random_seed(&random, 1);
	buf_add_char(page, '[');
	for (unsigned id = 1; page->len < PAGE_BYTES; id++) {
		buf_addf(page, "%s%s{\"id\":%s%u,%s\"name\":%s\"%s\",%s\"price\":%s%u.%02u,%s",
			 id > 1 ? "," : "", space, space, id, space, space,
			 names[random_below(&random, 4)], space, space,
			 (unsigned)random_below(&random, 1000),
			 (unsigned)random_below(&random, 100), space);
		buf_addf(page,
			 "\"updated\":%s\"2026-11-23T06:%02u:00Z\",%s\"stock\":%s%u,%s\"sold\":%"
			 "sfalse}",
			 space, (unsigned)random_below(&random, 60), space, space,
			 (unsigned)random_below(&random, 100000), space, space);
	}
	buf_add_char(page, ']');
}

static size_t scan_tokens(struct slice page)
{
	enum scan_token token;
	struct scan scan;
	size_t n = 0;

	scan_init(&scan, page.ptr, page.len, SCAN_DEPTH_MAX);
	while ((token = scan_next(&scan)) > SCAN_END)
		n++;
	return token == SCAN_END ? n : 0;
}

/* What a digest to JSONL does: each record's bytes, compact, a line each. */
static size_t split_records(struct slice page)
{
	enum scan_token token;
	struct slice record;
	struct scan scan;
	struct buf out;
	size_t len;

	buf_init(&out, 2 * page.len);
	buf_reserve(&out, page.len);
	scan_init(&scan, page.ptr, page.len, SCAN_DEPTH_MAX);
	scan_next(&scan);
	while ((token = scan_next(&scan)) > SCAN_END && token != SCAN_ARRAY_END) {
		size_t spaces = scan.spaces;

		scan_skip(&scan, token, &record);
		if (scan.spaces == spaces)
			buf_add_slice(&out, record);
		else
			scan_compact(record, &out);
		buf_add_char(&out, '\n');
	}
	len = scan_next(&scan) == SCAN_END ? out.len : 0;
	buf_done(&out);
	return len;
}

static size_t jsonc_tree(struct slice page)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *doc = json_tokener_parse_ex(tokener, page.ptr, (int)page.len);
	size_t len = doc ? json_object_array_length(doc) : 0;

	json_object_put(doc);
	json_tokener_free(tokener);
	return len;
}

static const struct way {
	const char *name;
	way_fn *fn;
} ways[] = {
	{ "scan: tokens", scan_tokens },
	{ "scan: to JSONL", split_records },
	{ "json-c: tree", jsonc_tree },
};

enum { WAYS = sizeof(ways) / sizeof(ways[0]) };

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void measure(const char *what, struct slice page)
{
	int64_t took[WAYS][ROUNDS];

	for (int round = 0; round < ROUNDS; round++) {
		for (int way = 0; way < WAYS; way++) {
			int64_t from = clock_monotonic_us();

			if (ways[way].fn(page) == 0)
				exit(EXIT_FAILURE);
			took[way][round] = clock_monotonic_us() - from;
		}
	}
	for (int way = 0; way < WAYS; way++) {
		qsort(took[way], ROUNDS, sizeof(took[way][0]), by_value);
		printf("%-8s %-16s %8.0f MB/s, at best %.0f\n", what, ways[way].name,
		       (double)page.len / (double)(took[way][ROUNDS / 2] + 1),
		       (double)page.len / (double)(took[way][0] + 1));
	}
}

int main(void)
{
	struct buf page;

	buf_init(&page, 4 * PAGE_BYTES);
	fill_page(&page, "");
	measure("compact", buf_slice(&page));
	buf_clear(&page);
	fill_page(&page, " ");
	measure("spaced", buf_slice(&page));
	buf_clear(&page);
	fill_page(&page, "\n        ");
	measure("indented", buf_slice(&page));
	buf_done(&page);
	return EXIT_SUCCESS;
}
