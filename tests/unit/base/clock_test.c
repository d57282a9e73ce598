/* Times, written and read. */
#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/random.h"

#include "../unit.h"

START_TEST(times_are_written_as_rfc_3339)
{
	char text[CLOCK_TEXT_MAX];

	clock_format(1795413600123, text);
	ck_assert_str_eq(text, "2026-11-23T06:00:00.123Z");
	clock_format(1795413600000, text);
	ck_assert_str_eq(text, "2026-11-23T06:00:00Z");
	clock_format(7, text);
	ck_assert_str_eq(text, "1970-01-01T00:00:00.007Z");
	clock_format(-1, text);
	ck_assert_str_eq(text, "1969-12-31T23:59:59.999Z");
	clock_format_compact(1795413600999, text);
	ck_assert_str_eq(text, "20261123T060000Z");
	clock_format(INT64_MAX, text); /* absurd, but within its bounds */
	clock_format(INT64_MIN, text);
}
END_TEST

static const struct reading {
	const char *text;
	int64_t ms;
} readings[] = {
	{ "2026-11-23T06:00:00Z", 1795413600000 },
	{ "2026-11-23t06:00:00z", 1795413600000 },
	{ "2026-11-23 06:00:00Z", 1795413600000 },
	{ "2026-11-23T06:00:00.5Z", 1795413600500 },
	{ "2026-11-23T06:00:00.123456789Z", 1795413600123 },
	{ "2026-11-23T07:30:00+01:30", 1795413600000 },
	{ "2026-11-22T22:00:00-08:00", 1795413600000 },
	{ "2026-11-23T06:00:00-00:00", 1795413600000 },
	{ "2024-02-29T00:00:00Z", 1709164800000 },
	{ "2016-12-31T23:59:60Z", 1483228800000 },
	{ "1985-04-12T23:20:50.52Z", 482196050520 },
	{ "1937-01-01T12:00:27.87+00:20", -1041337172130 },
	{ "0001-01-01T00:00:00Z", -62135596800000 },
	{ "9999-12-31T23:59:59Z", 253402300799000 },
};

START_TEST(rfc_3339_is_read_with_any_offset)
{
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		int64_t ms = 0;

		ck_assert_msg(clock_parse(readings[i].text, &ms) == 0, "%s", readings[i].text);
		ck_assert_msg(ms == readings[i].ms, "%s gave %lld", readings[i].text,
			      (long long)ms);
	}
}
END_TEST

START_TEST(what_is_no_time_is_refused)
{
	static const char *const bad[] = {
		"",
		"2026-11-23",
		"2026-11-23T06:00:00",
		"2026-11-23T06:00Z",
		"2026-13-01T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2026-04-31T00:00:00Z",
		"2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z",
		"2026-01-01T24:00:00Z",
		"2026-01-01T00:60:00Z",
		"2026-01-01T00:00:61Z",
		"2026-01-01T00:00:00.Z",
		"2026-01-01T00:00:00+0100",
		"2026-01-01T00:00:00+24:00",
		"2026-01-01T00:00:00Zx",
		" 2026-01-01T00:00:00Z",
		"26-01-01T00:00:00Z",
		"2026-1-1T00:00:00Z",
		"+026-01-01T00:00:00Z",
		"2026-01-01T00:00:00+01:60",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t ms = 42;

		ck_assert_msg(clock_parse(bad[i], &ms) == -EINVAL, "%s", bad[i]);
		ck_assert_int_eq(ms, 42);
	}
}
END_TEST

START_TEST(every_time_survives_being_written_and_read)
{
	struct random random;
	char text[CLOCK_TEXT_MAX];

	random_seed(&random, 5);
	for (int i = 0; i < 20000; i++) {
		int64_t ms = (int64_t)random_below(&random, 253402300800000), back = 0;

		clock_format(ms, text);
		ck_assert_int_eq(clock_parse(text, &back), 0);
		ck_assert_int_eq(back, ms);
	}
}
END_TEST

static const struct reading http_dates[] = {
	{ "Sun, 06 Nov 1994 08:49:37 GMT", 784111777000 },
	{ "Sunday, 06-Nov-94 08:49:37 GMT", 784111777000 },
	{ "Sun Nov  6 08:49:37 1994", 784111777000 },
	{ "Wed Nov 16 08:49:37 1994", 784975777000 },
	{ "Thu, 31 Dec 2026 23:59:60 GMT", 1798761600000 },
	{ "Sat, 6 Nov 1994 08:49:37 GMT",
	  784111777000 }, /* nobody counts days, some drop the zero */
};

START_TEST(http_dates_are_read_in_all_three_forms)
{
	for (size_t i = 0; i < sizeof(http_dates) / sizeof(http_dates[0]); i++) {
		int64_t ms = 0;

		ck_assert_msg(clock_parse_http_date(http_dates[i].text, &ms) == 0, "%s",
			      http_dates[i].text);
		ck_assert_msg(ms == http_dates[i].ms, "%s gave %lld", http_dates[i].text,
			      (long long)ms);
	}
}
END_TEST

START_TEST(what_is_no_http_date_is_refused)
{
	static const char *const bad[] = {
		"",
		"0",
		"-1",
		"120",
		"Sun, 06 Nov 1994 08:49:37",
		"Sun, 06 Nov 1994 08:49:37 UTC",
		"Sun, 06 Nov 94 08:49:37 GMT",
		"Sun, 31 Feb 1994 08:49:37 GMT",
		"Son, 06 Nov 1994 08:49:37 GMT",
		"Sun, 06 Okt 1994 08:49:37 GMT",
		"Sun, 06 Nov 1994 24:49:37 GMT",
		"Sun, 06 Nov 1994 08:49:37 GMT ",
		"Sun, 06-Nov-94 08:49:37 GMT",
		"2026-11-23T06:00:00Z",
		"Sunday, 06-Nov-1994 08:49:37 GMT",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t ms = 42;

		ck_assert_msg(clock_parse_http_date(bad[i], &ms) == -EINVAL, "%s", bad[i]);
		ck_assert_int_eq(ms, 42);
	}
}
END_TEST

/* RFC 9110: more than 50 years ahead means the past. Two years on either side of the border. */
START_TEST(two_digit_years_are_at_most_fifty_years_ahead)
{
	time_t now = (time_t)(clock_unix_ms() / 1000);
	struct tm tm;

	gmtime_r(&now, &tm);
	for (int ahead = -48; ahead <= 52; ahead += ahead == 48 ? 4 : 96) {
		int year = tm.tm_year + 1900 + ahead, expected = ahead > 50 ? year - 100 : year;
		char text[CLOCK_TEXT_MAX];
		int64_t ms = 0;

		snprintf(text, sizeof(text), "Monday, 02-Jan-%02d 00:00:00 GMT", year % 100);
		ck_assert_int_eq(clock_parse_http_date(text, &ms), 0);
		clock_format(ms, text);
		ck_assert_int_eq(atoi(text), expected);
	}
}
END_TEST

START_TEST(the_clocks_go_forward)
{
	int64_t ms = clock_monotonic_ms(), us = clock_monotonic_us();

	ck_assert_int_ge(clock_monotonic_ms(), ms);
	ck_assert_int_ge(clock_monotonic_us(), us);
	ck_assert_int_le(ms, us / 1000);
	ck_assert_int_gt(clock_unix_ms(), 1700000000000);
}
END_TEST

UNIT_MAIN("clock", times_are_written_as_rfc_3339, rfc_3339_is_read_with_any_offset,
	  what_is_no_time_is_refused, every_time_survives_being_written_and_read,
	  http_dates_are_read_in_all_three_forms, what_is_no_http_date_is_refused,
	  two_digit_years_are_at_most_fifty_years_ahead, the_clocks_go_forward)
