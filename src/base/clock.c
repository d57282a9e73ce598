/* What the clocks say, and how a time is written. Reading is in clock_parse.c. See clock.h. */
#include "base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_monotonic_ms(void)
{
	return read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t clock_monotonic_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

int64_t clock_unix_ms(void)
{
	return read_us(CLOCK_REALTIME) / 1000;
}

/* Splits into whole seconds, rounded down also before 1970, and the milliseconds beyond. */
static unsigned split(int64_t unix_ms, struct tm *tm)
{
	int64_t ms = unix_ms % 1000;
	time_t seconds = (time_t)(unix_ms / 1000);

	if (ms < 0) {
		ms += 1000;
		seconds--;
	}
	gmtime_r(&seconds, tm);
	return (unsigned)ms;
}

void clock_format(int64_t unix_ms, char text[static CLOCK_TEXT_MAX])
{
	struct tm tm = { 0 };
	unsigned ms = split(unix_ms, &tm);
	size_t len = strftime(text, CLOCK_TEXT_MAX, "%Y-%m-%dT%H:%M:%S", &tm);

	if (ms)
		len += (size_t)snprintf(text + len, CLOCK_TEXT_MAX - len, ".%03u", ms);
	snprintf(text + len, CLOCK_TEXT_MAX - len, "Z");
}

void clock_format_compact(int64_t unix_ms, char text[static CLOCK_TEXT_MAX])
{
	struct tm tm = { 0 };

	split(unix_ms, &tm);
	strftime(text, CLOCK_TEXT_MAX, "%Y%m%dT%H%M%SZ", &tm);
}
