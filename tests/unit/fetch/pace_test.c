#include "fetch/pace.h"

#include <stdio.h>

#include "../unit.h"

static int64_t until;

/* One request of a job with a cap of its own and no rate. */
static enum pace_answer take(struct pace *pace, struct pace_host *host, unsigned per_host,
			     int64_t now_ms)
{
	struct pace_ask ask = { host, pace_job(pace, "job"), { .per_host = per_host } };

	return pace_take(pace, &ask, now_ms, &until);
}

/* The same of a job with a rate. */
static enum pace_answer take_at(struct pace *pace, const char *job, struct bucket_rate rate,
				int64_t now_ms)
{
	struct pace_ask ask = { pace_host(pace, "a:80"), pace_job(pace, job), { .rate = rate } };
	enum pace_answer answer = pace_take(pace, &ask, now_ms, &until);

	if (answer == PACE_GO)
		pace_return(pace, ask.host);
	return answer;
}

START_TEST(the_total_cap_holds_over_all_hosts)
{
	struct pace *pace = pace_new(2, 0);
	struct pace_host *a = pace_host(pace, "a:80"), *b = pace_host(pace, "b:80");

	ck_assert_int_eq(take(pace, a, 0, 0), PACE_GO);
	ck_assert_int_eq(take(pace, b, 0, 0), PACE_GO);
	ck_assert_int_eq(take(pace, a, 0, 0), PACE_FULL);
	ck_assert_uint_eq(pace_in_flight(pace), 2);
	pace_return(pace, b);
	ck_assert_int_eq(take(pace, a, 0, 0), PACE_GO);
	pace_free(pace);
}
END_TEST

START_TEST(the_smaller_cap_of_a_host_holds)
{
	struct pace *pace = pace_new(0, 2);
	struct pace_host *a = pace_host(pace, "a:80"), *b = pace_host(pace, "b:80");

	ck_assert_int_eq(take(pace, a, 1, 0), PACE_GO);
	ck_assert_int_eq(take(pace, a, 1, 0), PACE_FULL); /* the job's cap */
	ck_assert_int_eq(take(pace, a, 5, 0), PACE_GO);   /* another job's */
	ck_assert_int_eq(take(pace, a, 5, 0), PACE_FULL); /* the daemon's */
	ck_assert_int_eq(take(pace, b, 1, 0), PACE_GO);
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
	ck_assert_int_eq(take(pace, a, 0, 4999), PACE_WAIT);
	ck_assert_int_eq(until, 5000);
	ck_assert_uint_eq(pace_in_flight(pace), 0);
	ck_assert_int_eq(take(pace, a, 0, 5000), PACE_GO);
	ck_assert_int_eq(take(pace, pace_host(pace, "b:80"), 0, 0), PACE_GO);
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

	take(pace, a, 0, 0);
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

#define RATE_20 ((struct bucket_rate) { 50000000, 1 })

START_TEST(a_rate_spreads_the_requests_of_a_job)
{
	struct pace *pace = pace_new(0, 0);

	ck_assert_int_eq(take_at(pace, "x", RATE_20, 1000), PACE_GO);
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 1000), PACE_WAIT);
	ck_assert_int_eq(until, 1050);
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 1049), PACE_WAIT);
	ck_assert_int_eq(take_at(pace, "y", RATE_20, 1049), PACE_GO); /* another job's bucket */
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 1050), PACE_GO);
	/* Time in which nothing was asked is not saved up. */
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 9000), PACE_GO);
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 9001), PACE_WAIT);
	ck_assert_int_eq(until, 9050);
	pace_free(pace);
}
END_TEST

START_TEST(a_burst_goes_at_once_but_for_the_last_token)
{
	struct pace *pace = pace_new(0, 0);
	struct bucket_rate rate = { 50000000, 5 };

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < 4; i++)
			ck_assert_int_eq(take_at(pace, "x", rate, 1000 + round * 200), PACE_GO);
		ck_assert_int_eq(take_at(pace, "x", rate, 1000 + round * 200), PACE_WAIT);
		ck_assert_int_eq(until, 1050 + round * 200);
	}
	pace_free(pace);
}
END_TEST

/* Timers are late by a millisecond or so; 500 a second must stay 500. */
START_TEST(a_high_rate_makes_up_for_late_timers)
{
	struct pace *pace = pace_new(0, 0);
	struct bucket_rate rate = { 2000000, 1 };
	unsigned gone = 0;

	for (int64_t now = 1000; now < 11000; now += 3)
		while (take_at(pace, "x", rate, now) == PACE_GO)
			gone++;
	ck_assert_uint_ge(gone, 4990);
	ck_assert_uint_le(gone, 5010);
	pace_free(pace);
}
END_TEST

START_TEST(the_terms_of_a_host_hold_for_all_jobs)
{
	struct pace *pace = pace_new(0, 0);
	struct pace_terms one = { .per_host = 1 }, slow = { .rate = RATE_20 };
	struct bucket_rate none = { 0, 1 };
	struct pace_host *host;

	pace_agree(pace, "h", &one);
	pace_agree(pace, "a", &one);
	pace_agree(pace, "a:80", &slow); /* wins over its name alone */
	host = pace_host(pace, "h:8080");
	ck_assert_int_eq(take(pace, host, 0, 0), PACE_GO);
	ck_assert_int_eq(take(pace, host, 9, 0), PACE_FULL);
	ck_assert_int_eq(take_at(pace, "x", none, 1000), PACE_GO);
	ck_assert_int_eq(take_at(pace, "y", none, 1000), PACE_WAIT);
	ck_assert_int_eq(until, 1050);
	pace_free(pace);
}
END_TEST

/* What could not go for another reason has used no token up. */
START_TEST(a_full_host_costs_no_token)
{
	struct pace *pace = pace_new(1, 0);
	struct pace_host *other = pace_host(pace, "b:80");

	ck_assert_int_eq(take(pace, other, 0, 1000), PACE_GO);
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 1000), PACE_FULL);
	pace_return(pace, other);
	ck_assert_int_eq(take_at(pace, "x", RATE_20, 1000), PACE_GO);
	pace_free(pace);
}
END_TEST

UNIT_MAIN("pace", the_total_cap_holds_over_all_hosts, the_smaller_cap_of_a_host_holds,
	  a_held_host_waits_and_the_later_hold_wins, a_host_is_one_entry_however_many_there_are,
	  the_book_can_be_read, a_rate_spreads_the_requests_of_a_job,
	  a_burst_goes_at_once_but_for_the_last_token, a_high_rate_makes_up_for_late_timers,
	  the_terms_of_a_host_hold_for_all_jobs, a_full_host_costs_no_token)
