/* Percent-decoding: see percent.h. */
#include "base/percent.h"

#include <errno.h>

#include "base/scan.h"

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte at raw[*at]; moves *at past it. Negative: a broken escape. */
static int next_byte(struct slice raw, size_t *at, bool form)
{
	char c = raw.ptr[(*at)++];
	int high, low;

	if (c == '+' && form)
		return ' ';
	if (c != '%')
		return (unsigned char)c;
	if (raw.len - *at < 2)
		return -EINVAL;
	high = hex_digit(raw.ptr[*at]);
	low = hex_digit(raw.ptr[*at + 1]);
	*at += 2;
	return high < 0 || low < 0 ? -EINVAL : high * 16 + low;
}

int percent_decode(struct slice raw, bool form, char *out, size_t room)
{
	size_t len = 0;

	for (size_t at = 0; at < raw.len;) {
		int byte = next_byte(raw, &at, form);

		if (byte < 0x20 || byte == 0x7f)
			return -EINVAL;
		if (len + 1 >= room)
			return -E2BIG;
		out[len++] = (char)byte;
	}
	out[len] = '\0';
	return utf8_valid(out, len) ? 0 : -EINVAL;
}
