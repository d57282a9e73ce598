/* Waiting before another try: see retry.h. */
#include "fetch/retry.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"

/* An absurd Retry-After stops here, so that adding it to a clock cannot overflow: 30,000 years. */
#define RETRY_AFTER_MAX_MS INT64_C(1000000000000000)

int64_t retry_delay_ms(const struct job *job, unsigned tries, struct random *random)
{
	int64_t cap = job->retry_first_ms;

	for (unsigned i = 1; i < tries && cap < job->retry_max_ms; i++)
		cap = cap > INT64_MAX / 2 ? INT64_MAX : cap * 2;
	if (cap > job->retry_max_ms)
		cap = job->retry_max_ms;
	return cap <= 0 ? 0 : (int64_t)random_below(random, (uint64_t)cap + 1);
}

/* delay-seconds; the digits of an absurd one saturate. A sign is not in the grammar, but it is
 * seen: a negative delay means now. Moves *at behind the number; false when there is none. */
static bool take_seconds(const char **at, int64_t *ms)
{
	const char *p = *at + strspn(*at, " \t");
	bool negative = *p == '-';
	int64_t sum = 0;

	p += negative;
	if (!isdigit((unsigned char)*p))
		return false;
	for (; isdigit((unsigned char)*p); p++)
		if (sum < RETRY_AFTER_MAX_MS)
			sum = sum * 10 + (*p - '0') * 1000;
	*at = p + strspn(p, " \t");
	*ms = negative ? 0 : sum > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : sum;
	return true;
}

/* Several lines arrive joined as "5, 10": the longest is meant kindly. -1 when it is no such list.
 */
static int64_t longest_seconds(const char *text)
{
	int64_t longest = -1, ms;

	while (take_seconds(&text, &ms)) {
		if (ms > longest)
			longest = ms;
		if (*text == '\0')
			return longest;
		if (*text++ != ',')
			return -1;
	}
	return -1;
}

int64_t retry_after_ms(const char *retry_after, const char *date, int64_t now_unix_ms)
{
	int64_t when, from, ms;

	if (!retry_after)
		return -1;
	ms = longest_seconds(retry_after);
	if (ms >= 0 || clock_parse_http_date(retry_after, &when) < 0)
		return ms;
	/* Against the server's own clock, so that a wrong one on either side does not matter. */
	if (!date || clock_parse_http_date(date, &from) < 0)
		from = now_unix_ms;
	return when > from ? when - from : 0;
}
