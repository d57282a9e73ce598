/* Times of marks: see mark_time.h. base/clock.h knows the calendar; here the parts it would round
 * off or forget are kept: every digit of the fraction, and how the zone was written. */
#include "spec/mark_time.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#define DATE_LEN    10 /* 2026-01-01 */
#define SECONDS_LEN 19 /* 2026-01-01T00:00:00 */
#define DAY_S       INT64_C(86400)

static bool all_digits(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	return text.len > 0;
}

/* The zone in the form that clock_parse takes; false when it is none. */
static bool zone_of(struct slice zone, char text[static 8])
{
	if (zone.len == 0) {
		strcpy(text, "Z");
		return true;
	}
	if (zone.len > 6)
		return false;
	memcpy(text, zone.ptr, zone.len);
	text[zone.len] = '\0';
	if (zone.len == 5 && all_digits((struct slice) { zone.ptr + 1, 4 }))
		snprintf(text, 8, "%.3s:%.2s", zone.ptr, zone.ptr + 3);
	return true;
}

static int seconds_of(const char *head, const char *zone, int64_t *seconds)
{
	char whole[SECONDS_LEN + 8];
	int64_t ms;

	snprintf(whole, sizeof(whole), "%.19s%s", head, zone);
	if (clock_parse(whole, &ms) < 0)
		return -EINVAL;
	*seconds = ms / 1000;
	return 0;
}

/* What stands behind the seconds: ".123", then the zone. */
static int read_tail(struct slice tail, struct mark_time *time)
{
	time->fraction = (struct slice) { tail.ptr, 0 };
	if (tail.len > 0 && *tail.ptr == '.') {
		size_t n = 1;

		while (n < tail.len && tail.ptr[n] >= '0' && tail.ptr[n] <= '9')
			n++;
		time->fraction = (struct slice) { tail.ptr + 1, n - 1 };
		if (n == 1)
			return -EINVAL;
		tail = (struct slice) { tail.ptr + n, tail.len - n };
	}
	time->zone = tail;
	return 0;
}

int mark_time_read(struct slice text, struct mark_time *time)
{
	char head[SECONDS_LEN + 1] = "0000-00-00T00:00:00", zone[8];
	int64_t here, there;

	*time = (struct mark_time) { .fraction = { text.ptr, 0 } };
	if (text.len == DATE_LEN) {
		memcpy(head, text.ptr, DATE_LEN);
		return seconds_of(head, "Z", &time->seconds);
	}
	if (text.len < SECONDS_LEN)
		return -EINVAL;
	memcpy(head, text.ptr, SECONDS_LEN);
	time->between = head[DATE_LEN];
	if (read_tail((struct slice) { text.ptr + SECONDS_LEN, text.len - SECONDS_LEN }, time) <
		    0 ||
	    !zone_of(time->zone, zone) || seconds_of(head, zone, &there) < 0 ||
	    seconds_of(head, "Z", &here) < 0)
		return -EINVAL;
	time->seconds = there;
	time->offset_s = here - there;
	return 0;
}

/* The fraction, at least three digits of it, less `back` milliseconds; true when that borrows a
 * second. */
static bool less_ms(struct slice fraction, int back, struct buf *out)
{
	char first[4] = "000", text[16];
	int ms;

	memcpy(first, fraction.ptr, fraction.len < 3 ? fraction.len : 3);
	ms = atoi(first) - back;
	snprintf(text, sizeof(text), "%03d", ms < 0 ? ms + 1000 : ms);
	buf_add_text(out, text);
	if (fraction.len > 3)
		buf_add(out, fraction.ptr + 3, fraction.len - 3);
	return ms < 0;
}

static void add_date(const struct mark_time *time, int64_t seconds, struct buf *out)
{
	time_t local = (time_t)(seconds + time->offset_s);
	struct tm tm;

	gmtime_r(&local, &tm);
	buf_addf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
	if (time->between)
		buf_addf(out, "%c%02d:%02d:%02d", time->between, tm.tm_hour, tm.tm_min, tm.tm_sec);
}

void mark_time_write(const struct mark_time *time, int64_t back_ms, struct buf *out)
{
	int64_t seconds = time->seconds - back_ms / 1000;
	int back = (int)(back_ms % 1000);
	struct buf fraction;

	buf_init(&fraction, 4096);
	if (back == 0)
		buf_add_slice(&fraction, time->fraction);
	else if (less_ms(time->fraction, back, &fraction))
		seconds--;
	add_date(time, seconds, out);
	if (time->between && fraction.len > 0) {
		buf_add_char(out, '.');
		buf_add_slice(out, buf_slice(&fraction));
	}
	buf_add_slice(out, time->zone);
	buf_done(&fraction);
}
