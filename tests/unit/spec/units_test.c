#include "spec/units.h"

#include <errno.h>

#include "../unit.h"

static void size_is(const char *text, uint64_t want)
{
	uint64_t got = 0;

	ck_assert_int_eq(size_parse(text, &got, NULL), 0);
	ck_assert_uint_eq(got, want);
}

static void duration_is(const char *text, int64_t want)
{
	int64_t got = 0;

	ck_assert_int_eq(duration_parse(text, &got, NULL), 0);
	ck_assert_int_eq(got, want);
}

START_TEST(sizes_have_binary_and_decimal_units)
{
	size_is("64MiB", 64u << 20);
	size_is("10kB", 10000);
	size_is("512", 512);
	size_is("7B", 7);
	size_is("0", 0);
	size_is("16777215TiB", UINT64_C(16777215) << 40);
}
END_TEST

START_TEST(sizes_that_are_none_are_refused)
{
	static const char *const bad[] = { "",       "MiB",         "1.5MiB",
					   "-1",     "64mib",       "1 MiB",
					   "64MiBx", "16777216TiB", "99999999999999999999" };
	struct err err = ERR_INIT;
	uint64_t got = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(size_parse(bad[i], &got, &err), -EINVAL);
	ck_assert_uint_eq(got, 42);
	ck_assert_str_eq(err.text, "the size 99999999999999999999 is too large");
}
END_TEST

START_TEST(durations_add_their_parts)
{
	duration_is("1h30m", 5400000);
	duration_is("500ms", 500);
	duration_is("2d", 172800000);
	duration_is("1w", 604800000);
	duration_is("1m1ms", 60001);
	duration_is("0", 0);
	duration_is("0s", 0);
}
END_TEST

START_TEST(durations_need_a_unit)
{
	static const char *const bad[] = { "",   "30",   "1.5s", "-1s",
					   "1x", "1h30", "1 h",  "9223372036854775807s" };
	struct err err = ERR_INIT;
	int64_t got = 42;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(duration_parse(bad[i], &got, &err), -EINVAL);
	ck_assert_int_eq(got, 42);
	ck_assert_int_eq(duration_parse("30", &got, &err), -EINVAL);
	ck_assert_str_eq(err.text, "expected a duration with its unit, \"30s\" or \"1h30m\" for "
				   "example (units: w, d, h, m, s, ms)");
}
END_TEST

START_TEST(rates_are_the_time_between_two)
{
	static const char *const shown[] = { "20/s", "3/s", "1.5/s", "30/m", "7/d", "1000000/s" };
	char text[UNITS_TEXT_MAX];
	int64_t ns = 0;

	ck_assert_int_eq(rate_parse("20/s", &ns, NULL), 0);
	ck_assert_int_eq(ns, 50000000);
	ck_assert_int_eq(rate_parse("90/m", &ns, NULL), 0);
	ck_assert_int_eq(ns, 666666667);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		ck_assert_int_eq(rate_parse(shown[i], &ns, NULL), 0);
		rate_format(ns, text);
		ck_assert_str_eq(text, shown[i]);
	}
	ck_assert_int_eq(rate_parse("20", &ns, NULL), -EINVAL);
	ck_assert_int_eq(rate_parse("0/s", &ns, NULL), -EINVAL);
	ck_assert_int_eq(rate_parse("inf/s", &ns, NULL), -EINVAL);
	ck_assert_int_eq(rate_parse("1/fortnight", &ns, NULL), -EINVAL);
	ck_assert_int_eq(rate_parse("0.5/d", &ns, NULL), -EINVAL);
	ck_assert_int_eq(rate_parse("1000001/s", &ns, NULL), -EINVAL);
}
END_TEST

START_TEST(what_is_shown_reads_back_as_the_same)
{
	static const uint64_t sizes[] = { 0, 1, 1000, 1024, 268435456, 1536, 10000000, UINT64_MAX };
	static const int64_t durations[] = { 0, 1, 500, 5400000, 86400000, 90061001, INT64_MAX };
	char text[UNITS_TEXT_MAX];

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		size_format(sizes[i], text);
		size_is(text, sizes[i]);
	}
	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++) {
		duration_format(durations[i], text);
		duration_is(text, durations[i]);
	}
	size_format(268435456, text);
	ck_assert_str_eq(text, "256MiB");
	size_format(10000, text);
	ck_assert_str_eq(text, "10kB");
	duration_format(5400000, text);
	ck_assert_str_eq(text, "1h30m");
}
END_TEST

UNIT_MAIN("units", sizes_have_binary_and_decimal_units, sizes_that_are_none_are_refused,
	  durations_add_their_parts, durations_need_a_unit, rates_are_the_time_between_two,
	  what_is_shown_reads_back_as_the_same)
