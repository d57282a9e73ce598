/* A number without its exponent, digit by digit: cast_plain of cast.h. */
#include <string.h>

#include "data/cast.h"

/* A number taken apart: the digits before and behind the point, and the exponent. */
struct parts {
	bool negative;
	struct slice whole, fraction;
	long exponent; /* beyond 1,000 in either direction it is 1,000 */
};

static struct slice take_digits(const char **at, const char *end)
{
	struct slice digits = { *at, 0 };

	while (*at < end && **at >= '0' && **at <= '9')
		++*at;
	digits.len = (size_t)(*at - digits.ptr);
	return digits;
}

static long take_exponent(const char *at, const char *end)
{
	bool negative = at < end && *at == '-';
	long value = 0;

	at += at < end && (*at == '-' || *at == '+');
	for (; at < end; at++)
		value = value < 1000 ? value * 10 + (*at - '0') : value;
	value = value > 1000 ? 1000 : value;
	return negative ? -value : value;
}

static void take_apart(struct slice number, struct parts *parts)
{
	const char *at = number.ptr, *end = at + number.len;

	parts->negative = *at == '-';
	at += parts->negative;
	parts->whole = take_digits(&at, end);
	parts->fraction = (struct slice) { at, 0 };
	if (at < end && *at == '.') {
		at++;
		parts->fraction = take_digits(&at, end);
	}
	parts->exponent = at < end ? take_exponent(at + 1, end) : 0;
}

static bool is_zero(const struct parts *parts)
{
	for (size_t i = 0; i < parts->whole.len; i++)
		if (parts->whole.ptr[i] != '0')
			return false;
	for (size_t i = 0; i < parts->fraction.len; i++)
		if (parts->fraction.ptr[i] != '0')
			return false;
	return true;
}

/* The digit at a place, 0 the first before the point, -1 the first behind it; beyond both ends
 * there are zeros. */
static char digit(const struct parts *parts, long place)
{
	long at = place - parts->exponent;

	if (at >= 0)
		return at < (long)parts->whole.len
			       ? parts->whole.ptr[(long)parts->whole.len - 1 - at]
			       : '0';
	return -at <= (long)parts->fraction.len ? parts->fraction.ptr[-at - 1] : '0';
}

bool cast_plain(struct slice number, struct slice *plain, char made[static CAST_MADE_MAX])
{
	struct parts parts;
	long high, low, n = 0;

	take_apart(number, &parts);
	if (is_zero(&parts))
		parts.exponent = 0;
	high = (long)parts.whole.len - 1 + parts.exponent;
	low = parts.exponent - (long)parts.fraction.len;
	high = high < 0 ? 0 : high;
	low = low > 0 ? 0 : low;
	while (high > 0 && digit(&parts, high) == '0')
		high--;
	if (high - low + 4 > CAST_MADE_MAX)
		return false;
	if (parts.negative)
		made[n++] = '-';
	for (long place = high; place >= low; place--) {
		if (place == -1)
			made[n++] = '.';
		made[n++] = digit(&parts, place);
	}
	*plain = (struct slice) { made, (size_t)n };
	return true;
}
