#include "fetch/retry.h"

#include "../unit.h"

static struct job job = { .retry_first_ms = 500, .retry_max_ms = 30000 };

static int64_t largest(unsigned tries)
{
	struct random random;
	int64_t most = 0;

	random_seed(&random, tries);
	for (int i = 0; i < 20000; i++) {
		int64_t delay = retry_delay_ms(&job, tries, &random);

		ck_assert_int_ge(delay, 0);
		if (delay > most)
			most = delay;
	}
	return most;
}

static void check_cap(unsigned tries, int64_t cap)
{
	int64_t most = largest(tries);

	ck_assert_int_le(most, cap);
	ck_assert_int_gt(most, cap * 9 / 10); /* uniform up to the cap, not around half of it */
}

START_TEST(delays_double_up_to_the_limit)
{
	check_cap(1, 500);
	check_cap(2, 1000);
	check_cap(3, 2000);
	check_cap(7, 30000);
	check_cap(64, 30000);
	check_cap(65535, 30000);
}
END_TEST

START_TEST(jitter_is_full)
{
	struct random random;
	int low = 0;

	random_seed(&random, 1);
	for (int i = 0; i < 10000; i++)
		low += retry_delay_ms(&job, 1, &random) < 125;
	ck_assert_int_gt(low, 2000);
	ck_assert_int_lt(low, 3000);
}
END_TEST

START_TEST(no_delay_is_no_delay)
{
	struct job eager = { .retry_first_ms = 0, .retry_max_ms = 0 };
	struct job odd = { .retry_first_ms = 500, .retry_max_ms = 100 };
	struct random random;

	random_seed(&random, 1);
	ck_assert_int_eq(retry_delay_ms(&eager, 5, &random), 0);
	ck_assert_int_le(retry_delay_ms(&odd, 5, &random), 100);
}
END_TEST

/* 2026-11-23T06:00:00Z */
#define NOW    INT64_C(1795413600000)
#define AT_NOW "Mon, 23 Nov 2026 06:00:00 GMT"

START_TEST(retry_after_may_be_seconds)
{
	ck_assert_int_eq(retry_after_ms("0", NULL, NOW), 0);
	ck_assert_int_eq(retry_after_ms("120", NULL, NOW), 120000);
	ck_assert_int_eq(retry_after_ms(" 7 ", NULL, NOW), 7000);
	ck_assert_int_eq(retry_after_ms("86400000", NULL, NOW),
			 INT64_C(86400000000)); /* not clipped */
	ck_assert_int_eq(retry_after_ms("5, 120, 7", NULL, NOW), 120000);
}
END_TEST

START_TEST(retry_after_may_be_a_date_against_the_servers_clock)
{
	const char *later = "Mon, 23 Nov 2026 06:02:00 GMT";

	ck_assert_int_eq(retry_after_ms(later, NULL, NOW), 120000);
	ck_assert_int_eq(retry_after_ms(later, AT_NOW, NOW + 3600000), 120000);
	ck_assert_int_eq(retry_after_ms(later, "junk", NOW), 120000);
	ck_assert_int_eq(retry_after_ms("Monday, 23-Nov-26 06:02:00 GMT", AT_NOW, 0), 120000);
	ck_assert_int_eq(retry_after_ms(AT_NOW, later, NOW), 0); /* in the past */
}
END_TEST

START_TEST(negative_means_now_and_absurd_does_not_overflow)
{
	ck_assert_int_eq(retry_after_ms("-5", NULL, NOW), 0);
	ck_assert_int_gt(retry_after_ms("99999999999999999999999999", NULL, NOW), NOW);
	ck_assert_int_lt(retry_after_ms("99999999999999999999999999", NULL, NOW), INT64_MAX / 4);
}
END_TEST

START_TEST(junk_is_no_answer)
{
	static const char *const junk[] = { "", " ", "soon", "1.5", "12x", "5;6", "-", ",", "5," };

	ck_assert_int_eq(retry_after_ms(NULL, NULL, NOW), -1);
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		ck_assert_int_eq(retry_after_ms(junk[i], NULL, NOW), -1);
}
END_TEST

UNIT_MAIN("retry", delays_double_up_to_the_limit, jitter_is_full, no_delay_is_no_delay,
	  retry_after_may_be_seconds, retry_after_may_be_a_date_against_the_servers_clock,
	  negative_means_now_and_absurd_does_not_overflow, junk_is_no_answer)
