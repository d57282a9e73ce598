/* Times in the forms that APIs write them, put into one: cast_time of cast.h.
 *
 * Read are RFC 3339 and the parts of ISO 8601 beside it that are seen most (a date alone, no zone,
 * "+0100", a comma before the fraction), UNIX times in seconds and in parts of them, and whatever
 * strptime(3) reads. A time without a zone is taken as UTC. The fraction is carried as digits.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "data/cast.h"

#define FRACTION_MAX 40 /* digits */

struct moment {
	struct tm tm; /* years from 1900, months from 0 */
	long offset;  /* seconds east of UTC */
	char fraction[FRACTION_MAX + 1];
};

static bool take(const char **at, const char *one_of)
{
	if (!**at || !strchr(one_of, **at))
		return false;
	++*at;
	return true;
}

static bool take_field(const char **at, int n, int low, int high, int *value)
{
	*value = 0;
	for (; n > 0; n--, ++*at) {
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (**at - '0');
	}
	return *value >= low && *value <= high;
}

static bool take_fraction(const char **at, char fraction[static FRACTION_MAX + 1])
{
	size_t len = strspn(*at, "0123456789");

	if (len == 0 || len > FRACTION_MAX)
		return false;
	memcpy(fraction, *at, len);
	fraction[len] = '\0';
	*at += len;
	return true;
}

static bool take_offset(const char **at, long *offset)
{
	bool west = **at == '-';
	int hours, minutes = 0;

	if (take(at, "Zz") || **at == '\0')
		return true;
	if (!take(at, "+-") || !take_field(at, 2, 0, 23, &hours))
		return false;
	take(at, ":");
	if (**at && !take_field(at, 2, 0, 59, &minutes))
		return false;
	*offset = (west ? -1 : 1) * (hours * 3600L + minutes * 60L);
	return true;
}

static bool read_clock(const char **at, struct moment *moment)
{
	struct tm *tm = &moment->tm;

	if (!take_field(at, 2, 0, 23, &tm->tm_hour) || !take(at, ":") ||
	    !take_field(at, 2, 0, 59, &tm->tm_min))
		return false;
	if (take(at, ":") && (!take_field(at, 2, 0, 60, &tm->tm_sec) ||
			      (take(at, ".,") && !take_fraction(at, moment->fraction))))
		return false;
	take(at, " ");
	return take_offset(at, &moment->offset);
}

static bool read_iso(const char *at, struct moment *moment)
{
	struct tm *tm = &moment->tm;

	if (!take_field(&at, 4, 0, 9999, &tm->tm_year) || !take(&at, "-") ||
	    !take_field(&at, 2, 1, 12, &tm->tm_mon) || !take(&at, "-") ||
	    !take_field(&at, 2, 1, 31, &tm->tm_mday))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return *at == '\0' || (take(&at, "Tt ") && read_clock(&at, moment) && *at == '\0');
}

static bool read_form(const char *text, const char *form, struct moment *moment)
{
	const char *end;

	moment->tm.tm_mday = 1;
	moment->tm.tm_year = 70;
	end = strptime(text, form, &moment->tm);
	moment->offset = moment->tm.tm_gmtoff;
	return end && *end == '\0';
}

/* Before 1970 the second is the one before, and the fraction counts on from there: what is left of
 * 1. False: the fraction is zero and nothing changes. */
static bool complement(char *fraction)
{
	size_t last = strlen(fraction);

	while (last > 0 && fraction[last - 1] == '0')
		last--;
	for (size_t i = 0; i < last; i++)
		fraction[i] = (char)((i + 1 < last ? '9' : '9' + 1) - fraction[i] + '0');
	return last > 0;
}

/* A count of 10^-places seconds since 1970, perhaps with a fraction of its own. */
static bool read_unix(const char *at, unsigned places, struct moment *moment)
{
	bool negative = take(&at, "-");
	size_t whole = strspn(at, "0123456789"), padding = whole > places ? 0 : places + 1 - whole;
	char digits[2 * FRACTION_MAX] = "";
	time_t seconds = 0;

	if (whole == 0 || strlen(at) > FRACTION_MAX ||
	    (at[whole] && (at[whole] != '.' || !at[whole + 1] ||
			   at[whole + 1 + strspn(at + whole + 1, "0123456789")])))
		return false;
	memset(digits, '0', padding);
	memcpy(digits + padding, at, whole);
	if (at[whole])
		strcpy(digits + padding + whole, at + whole + 1);
	whole = padding + whole - places;
	if (whole > 15 || strlen(digits + whole) > FRACTION_MAX)
		return false;
	for (size_t i = 0; i < whole; i++)
		seconds = seconds * 10 + (digits[i] - '0');
	strcpy(moment->fraction, digits + whole);
	if (negative)
		seconds = complement(moment->fraction) ? -seconds - 1 : -seconds;
	for (size_t n = strlen(moment->fraction); n > 0 && moment->fraction[n - 1] == '0'; n--)
		moment->fraction[n - 1] = '\0';
	return gmtime_r(&seconds, &moment->tm) != NULL;
}

static const struct {
	const char *name;
	unsigned places;
} unix_forms[] = { { "unix", 0 }, { "unix_ms", 3 }, { "unix_us", 6 }, { "unix_ns", 9 } };

static bool read_moment(const char *text, bool number, const char *form, struct moment *moment)
{
	if (!form)
		return !number && read_iso(text, moment);
	for (size_t i = 0; i < sizeof(unix_forms) / sizeof(unix_forms[0]); i++)
		if (strcmp(form, unix_forms[i].name) == 0)
			return read_unix(text, unix_forms[i].places, moment);
	return read_form(text, form, moment);
}

/* In UTC. False: there is no such day, or it lies outside the years that RFC 3339 has. */
static bool to_utc(struct moment *moment)
{
	struct tm day = moment->tm; /* timegm would carry a 31 June over, and a leap second too */
	int second = moment->tm.tm_sec;
	time_t minute;

	day.tm_sec = 0;
	minute = timegm(&day);
	if (day.tm_mday != moment->tm.tm_mday || day.tm_mon != moment->tm.tm_mon)
		return false;
	minute -= moment->offset;
	if (!gmtime_r(&minute, &moment->tm))
		return false;
	moment->tm.tm_sec += second;
	return moment->tm.tm_year >= -1900 && moment->tm.tm_year <= 9999 - 1900;
}

bool cast_time(struct slice text, bool number, const struct job_column *column,
	       char made[static CAST_MADE_MAX])
{
	struct moment moment = { .offset = 0 };
	const struct tm *tm = &moment.tm;
	char copy[CAST_MADE_MAX];

	if (text.len == 0 || text.len >= sizeof(copy) || memchr(text.ptr, '\0', text.len))
		return false;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (!read_moment(copy, number, column->format, &moment) || !to_utc(&moment))
		return false;
	snprintf(made, CAST_MADE_MAX, "%04d-%02d-%02dT%02d:%02d:%02d%s%sZ", tm->tm_year + 1900,
		 tm->tm_mon + 1, tm->tm_mday, tm->tm_hour, tm->tm_min, tm->tm_sec,
		 *moment.fraction ? "." : "", moment.fraction);
	return true;
}
