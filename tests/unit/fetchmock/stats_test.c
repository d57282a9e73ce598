/* Counters: what is counted where, and what a reset keeps. Also the record of served targets. */
#include "fetchmock/stats.h"

#include <stdio.h>

#include "../unit.h"
#include "fetchmock/gzip.h"
#include "fetchmock/served.h"

static int64_t number(const struct stats *stats, const char *pointer)
{
	struct json *doc = stats_json(stats);
	int64_t value = json_int(json_find(doc, pointer), -1);

	json_unref(doc);
	return value;
}

START_TEST(requests_are_counted_in_total_by_status_and_by_route)
{
	struct stats *stats = stats_new();
	size_t a = stats_route(stats, "/a"), b = stats_route(stats, "/b");

	ck_assert_uint_eq(stats_route(stats, "/a"), a);
	stats_connection(stats);
	stats_begin(stats, a);
	stats_begin(stats, b);
	stats_begin(stats, STATS_NO_ROUTE);
	ck_assert_int_eq(number(stats, "/in_flight"), 3);
	stats_end(stats, a, 200);
	stats_end(stats, b, STATS_RESET);
	stats_end(stats, STATS_NO_ROUTE, 404);
	ck_assert_int_eq(number(stats, "/requests"), 3);
	ck_assert_int_eq(number(stats, "/connections"), 1);
	ck_assert_int_eq(number(stats, "/in_flight"), 0);
	ck_assert_int_eq(number(stats, "/max_in_flight"), 3);
	ck_assert_int_eq(number(stats, "/by_status/404"), 1);
	ck_assert_int_eq(number(stats, "/by_status/reset"), 1);
	ck_assert_int_eq(number(stats, "/by_route/~1a/statuses/200"), 1);
	ck_assert_int_eq(number(stats, "/by_route/~1b/requests"), 1);
	stats_free(stats);
}
END_TEST

START_TEST(a_reset_keeps_what_is_in_flight)
{
	struct stats *stats = stats_new();
	size_t a = stats_route(stats, "/a");

	stats_begin(stats, a);
	stats_begin(stats, a);
	stats_end(stats, a, 200);
	stats_reset(stats);
	ck_assert_int_eq(number(stats, "/requests"), 0);
	ck_assert_int_eq(number(stats, "/max_in_flight"), 1);
	ck_assert_int_eq(number(stats, "/by_route/~1a/requests"), 0);
	stats_end(stats, a, 200);
	ck_assert_int_eq(number(stats, "/in_flight"), 0);
	stats_free(stats);
}
END_TEST

START_TEST(served_targets_are_counted_beyond_every_growth)
{
	struct served *served = served_new();
	const char *line;
	struct buf out;
	char target[32];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 5000; i++) {
			snprintf(target, sizeof(target), "/x?id=%d", i);
			served_add(served, target);
		}
	}
	buf_init(&out, 1024 * 1024);
	served_write(served, &out);
	line = buf_text(&out);
	for (int i = 0; i < 5000; i++) {
		char want[64];

		snprintf(want, sizeof(want), "{\"target\":\"/x?id=%d\",\"times\":2}\n", i);
		ck_assert(strncmp(line, want, strlen(want)) == 0);
		line += strlen(want);
	}
	ck_assert_str_eq(line, "");
	served_reset(served);
	buf_clear(&out);
	served_write(served, &out);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
	served_free(served);
}
END_TEST

START_TEST(gzip_is_for_those_who_accept_it)
{
	ck_assert(gzip_accepted("gzip"));
	ck_assert(gzip_accepted("deflate, GZIP;q=0.5"));
	ck_assert(gzip_accepted("*"));
	ck_assert(!gzip_accepted(NULL));
	ck_assert(!gzip_accepted(""));
	ck_assert(!gzip_accepted("identity, br"));
	ck_assert(!gzip_accepted("gzip;q=0, *"));
	ck_assert(!gzip_accepted("gzip ; q=0"));
	ck_assert(!gzip_accepted("gzipped"));
}
END_TEST

UNIT_MAIN("stats", requests_are_counted_in_total_by_status_and_by_route,
	  a_reset_keeps_what_is_in_flight, served_targets_are_counted_beyond_every_growth,
	  gzip_is_for_those_who_accept_it)
