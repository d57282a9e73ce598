#include "fetch/pace.h"

#include <stdio.h>

#include "../unit.h"

static int64_t until;

START_TEST(the_total_cap_holds_over_all_hosts)
{
	struct pace *pace = pace_new(2, 0);
	struct pace_host *a = pace_host(pace, "a:80"), *b = pace_host(pace, "b:80");

	ck_assert_int_eq(pace_take(pace, a, 0, 0, &until), PACE_GO);
	ck_assert_int_eq(pace_take(pace, b, 0, 0, &until), PACE_GO);
	ck_assert_int_eq(pace_take(pace, a, 0, 0, &until), PACE_FULL);
	ck_assert_uint_eq(pace_in_flight(pace), 2);
	pace_return(pace, b);
	ck_assert_int_eq(pace_take(pace, a, 0, 0, &until), PACE_GO);
	pace_free(pace);
}
END_TEST

START_TEST(the_smaller_cap_of_a_host_holds)
{
	struct pace *pace = pace_new(0, 2);
	struct pace_host *a = pace_host(pace, "a:80"), *b = pace_host(pace, "b:80");

	ck_assert_int_eq(pace_take(pace, a, 1, 0, &until), PACE_GO);
	ck_assert_int_eq(pace_take(pace, a, 1, 0, &until), PACE_FULL); /* the job's cap */
	ck_assert_int_eq(pace_take(pace, a, 5, 0, &until), PACE_GO);   /* another job's */
	ck_assert_int_eq(pace_take(pace, a, 5, 0, &until), PACE_FULL); /* the daemon's */
	ck_assert_int_eq(pace_take(pace, b, 1, 0, &until), PACE_GO);
	pace_free(pace);
}
END_TEST

START_TEST(a_held_host_waits_and_the_later_hold_wins)
{
	struct pace *pace = pace_new(0, 0);
	struct pace_host *a = pace_host(pace, "a:80");

	ck_assert(pace_hold(pace, a, 2000, "Retry-After"));
	ck_assert(!pace_hold(pace, a, 1000, "shorter"));
	ck_assert(!pace_hold(pace, a, 2000 + PACE_SAME_MS, "the same moment"));
	ck_assert(pace_hold(pace, a, 2000 + 3 * PACE_SAME_MS, "much longer"));
	ck_assert_int_eq(pace_take(pace, a, 0, 4999, &until), PACE_WAIT);
	ck_assert_int_eq(until, 5000);
	ck_assert_uint_eq(pace_in_flight(pace), 0);
	ck_assert_int_eq(pace_take(pace, a, 0, 5000, &until), PACE_GO);
	ck_assert_int_eq(pace_take(pace, pace_host(pace, "b:80"), 0, 0, &until), PACE_GO);
	pace_free(pace);
}
END_TEST

START_TEST(a_host_is_one_entry_however_many_there_are)
{
	struct pace *pace = pace_new(0, 0);
	struct pace_host *first[500];
	char name[32];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 500; i++) {
			struct pace_host *host;

			snprintf(name, sizeof(name), "host%d:80", i);
			host = pace_host(pace, name);
			if (round == 0)
				first[i] = host;
			ck_assert_ptr_eq(host, first[i]);
		}
	}
	pace_free(pace);
	pace_free(NULL);
}
END_TEST

START_TEST(the_book_can_be_read)
{
	struct pace *pace = pace_new(0, 0);
	struct pace_host *a = pace_host(pace, "a:80");
	struct json *list;

	pace_take(pace, a, 0, 0, &until);
	pace_hold(pace, a, 5000, "429 with Retry-After");
	list = pace_json(pace, 2000);
	ck_assert_uint_eq(json_len(list), 1);
	ck_assert_str_eq(json_str(json_find(list, "/0/host")), "a:80");
	ck_assert_int_eq(json_int(json_find(list, "/0/in_flight"), -1), 1);
	ck_assert_int_eq(json_int(json_find(list, "/0/held_ms"), -1), 3000);
	ck_assert_str_eq(json_str(json_find(list, "/0/reason")), "429 with Retry-After");
	json_unref(list);
	list = pace_json(pace, 5000);
	ck_assert_int_eq(json_int(json_find(list, "/0/held_ms"), -1), 0);
	ck_assert_ptr_null(json_find(list, "/0/reason"));
	json_unref(list);
	pace_free(pace);
}
END_TEST

UNIT_MAIN("pace", the_total_cap_holds_over_all_hosts, the_smaller_cap_of_a_host_holds,
	  a_held_host_waits_and_the_later_hold_wins, a_host_is_one_entry_however_many_there_are,
	  the_book_can_be_read)
