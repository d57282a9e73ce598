#include "run/latency.h"

#include "../unit.h"

static void near(double value, double expected)
{
	ck_assert_double_ge(value, expected * 0.98);
	ck_assert_double_le(value, expected * 1.02);
}

START_TEST(percentiles_are_exact_to_two_in_a_hundred)
{
	struct latency latency = { 0 };

	for (int i = 1; i <= 1000; i++)
		latency_add(&latency, i * 1000);
	near(latency_percentile(&latency, 0.50), 500);
	near(latency_percentile(&latency, 0.95), 950);
	near(latency_percentile(&latency, 0.99), 990);
}
END_TEST

START_TEST(nothing_added_is_zero_and_extremes_stay_in_bounds)
{
	struct latency latency = { 0 };

	ck_assert_double_eq(latency_percentile(&latency, 0.5), 0);
	latency_add(&latency, 0);
	latency_add(&latency, -5);
	latency_add(&latency, INT64_MAX);
	ck_assert_uint_eq(latency.count, 3);
	ck_assert_double_lt(latency_percentile(&latency, 0.5), 0.01);
}
END_TEST

UNIT_MAIN("latency", percentiles_are_exact_to_two_in_a_hundred,
	  nothing_added_is_zero_and_extremes_stay_in_bounds)
