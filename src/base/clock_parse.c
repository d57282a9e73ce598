/* Times as others write them: RFC 3339 and the three HTTP-dates. See clock.h.
 *
 * Names of days and months are English whatever the locale, so strptime is of no use here.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

/* Reads exactly `n` digits; -1 when they are not there. */
static int take_digits(const char **at, int n)
{
	int value = 0;

	for (; n > 0; n--, ++*at) {
		if (**at < '0' || **at > '9')
			return -1;
		value = value * 10 + (**at - '0');
	}
	return value;
}

static bool take(const char **at, const char *one_of)
{
	if (!**at || !strchr(one_of, **at))
		return false;
	++*at;
	return true;
}

static bool take_field(const char **at, int n, int low, int high, int *value)
{
	*value = take_digits(at, n);
	return *value >= low && *value <= high;
}

/* full-date, the letter between, and the time up to its seconds. */
static bool take_date_time(const char **at, struct tm *tm)
{
	return take_field(at, 4, 0, 9999, &tm->tm_year) && take(at, "-") &&
	       take_field(at, 2, 1, 12, &tm->tm_mon) && take(at, "-") &&
	       take_field(at, 2, 1, 31, &tm->tm_mday) && take(at, "Tt ") &&
	       take_field(at, 2, 0, 23, &tm->tm_hour) && take(at, ":") &&
	       take_field(at, 2, 0, 59, &tm->tm_min) && take(at, ":") &&
	       take_field(at, 2, 0, 60, &tm->tm_sec);
}

/* ".123456", any number of digits; what is beyond milliseconds is cut. */
static bool take_fraction(const char **at, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (!take(at, "."))
		return true;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; ++*at, scale /= 10)
		*ms += (**at - '0') * scale;
	return true;
}

static bool take_offset(const char **at, int *minutes)
{
	bool west = **at == '-';
	int hours, rest;

	*minutes = 0;
	if (take(at, "Zz"))
		return true;
	if (!take(at, "+-") || !take_field(at, 2, 0, 23, &hours) || !take(at, ":") ||
	    !take_field(at, 2, 0, 59, &rest))
		return false;
	*minutes = (west ? -1 : 1) * (hours * 60 + rest);
	return true;
}

/* The time that `tm` is in UTC; its month counts from 0, its year from 1900. */
static int from_utc(const struct tm *tm, int64_t *unix_ms)
{
	struct tm minute = *tm; /* timegm would carry a 31 June over, and a leap second too */
	time_t seconds;

	minute.tm_sec = 0;
	seconds = timegm(&minute);
	if (minute.tm_mday != tm->tm_mday)
		return -EINVAL;
	*unix_ms = ((int64_t)seconds + tm->tm_sec) * 1000;
	return 0;
}

int clock_parse(const char *text, int64_t *unix_ms)
{
	struct tm tm = { 0 };
	int ms, minutes;
	int64_t value;

	if (!take_date_time(&text, &tm) || !take_fraction(&text, &ms) ||
	    !take_offset(&text, &minutes) || *text)
		return -EINVAL;
	tm.tm_year -= 1900;
	tm.tm_mon--;
	if (from_utc(&tm, &value) < 0)
		return -EINVAL;
	*unix_ms = value + ms - (int64_t)minutes * 60000;
	return 0;
}

static const char *const short_days[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", NULL };
static const char *const long_days[] = { "Sunday",   "Monday", "Tuesday",  "Wednesday",
					 "Thursday", "Friday", "Saturday", NULL };
static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
				      "Aug", "Sep", "Oct", "Nov", "Dec", NULL };

static bool take_name(const char **at, const char *const *names, int *index)
{
	for (*index = 0; names[*index]; ++*index) {
		size_t len = strlen(names[*index]);

		if (strncmp(*at, names[*index], len) == 0) {
			*at += len;
			return true;
		}
	}
	return false;
}

/* One or two digits; asctime pads with a space. */
static bool take_day(const char **at, int *day)
{
	take(at, " ");
	return take_field(at, (*at)[0] && (*at)[1] >= '0' && (*at)[1] <= '9' ? 2 : 1, 1, 31, day);
}

/* One conversion of a pattern, as strftime names them. The year is left as it is written. */
static bool take_part(const char **at, char part, struct tm *tm)
{
	switch (part) {
	case 'a':
		return take_name(at, short_days, &tm->tm_wday);
	case 'A':
		return take_name(at, long_days, &tm->tm_wday);
	case 'b':
		return take_name(at, months, &tm->tm_mon);
	case 'd':
		return take_day(at, &tm->tm_mday);
	case 'H':
		return take_field(at, 2, 0, 23, &tm->tm_hour);
	case 'M':
		return take_field(at, 2, 0, 59, &tm->tm_min);
	case 'S':
		return take_field(at, 2, 0, 60, &tm->tm_sec);
	case 'Y':
		return take_field(at, 4, 0, 9999, &tm->tm_year);
	default:
		return take_field(at, 2, 0, 99, &tm->tm_year);
	}
}

static bool matches(const char *text, const char *pattern, struct tm *tm)
{
	for (; *pattern; pattern++) {
		bool literal = *pattern != '%';

		if (literal ? *text++ != *pattern : !take_part(&text, *++pattern, tm))
			return false;
	}
	return *text == '\0';
}

/* A two-digit year is of the latest century that does not put the time more than 50 years ahead. */
static int nearest_century(struct tm *tm, int64_t *unix_ms)
{
	time_t now = (time_t)(clock_unix_ms() / 1000);
	struct tm limit = { 0 };
	int year = tm->tm_year;

	gmtime_r(&now, &limit);
	limit.tm_year += 50;
	for (year += (limit.tm_year / 100 + 1) * 100; year > 0; year -= 100) {
		tm->tm_year = year;
		if (from_utc(tm, unix_ms) == 0 && *unix_ms / 1000 <= timegm(&limit))
			return 0;
	}
	return -EINVAL;
}

int clock_parse_http_date(const char *text, int64_t *unix_ms)
{
	static const char *const full_year[] = { "%a, %d %b %Y %H:%M:%S GMT",
						 "%a %b %d %H:%M:%S %Y" };
	struct tm tm = { 0 };
	int64_t value;

	for (size_t i = 0; i < sizeof(full_year) / sizeof(full_year[0]); i++) {
		if (matches(text, full_year[i], &tm)) {
			tm.tm_year -= 1900;
			return from_utc(&tm, unix_ms);
		}
	}
	if (!matches(text, "%A, %d-%b-%y %H:%M:%S GMT", &tm) || nearest_century(&tm, &value) < 0)
		return -EINVAL;
	*unix_ms = value;
	return 0;
}
