/* UTF-8, proven and made: see utf8.h. */
#include "base/utf8.h"

#include <string.h>

static bool continues(const char *at)
{
	return ((unsigned char)*at & 0xc0) == 0x80;
}

/* The table of RFC 3629 section 4: only the second byte's range depends on the first. */
static unsigned multibyte(const char *at, size_t room)
{
	unsigned char a = (unsigned char)at[0], b = room > 1 ? (unsigned char)at[1] : 0;

	if (a >= 0xc2 && a <= 0xdf)
		return room > 1 && continues(at + 1) ? 2 : 0;
	if (a >= 0xe0 && a <= 0xef) {
		unsigned char low = a == 0xe0 ? 0xa0 : 0x80, high = a == 0xed ? 0x9f : 0xbf;

		return room > 2 && b >= low && b <= high && continues(at + 2) ? 3 : 0;
	}
	if (a >= 0xf0 && a <= 0xf4) {
		unsigned char low = a == 0xf0 ? 0x90 : 0x80, high = a == 0xf4 ? 0x8f : 0xbf;

		return room > 3 && b >= low && b <= high && continues(at + 2) && continues(at + 3)
			       ? 4
			       : 0;
	}
	return 0;
}

unsigned utf8_sequence(const char *at, const char *end)
{
	if (at == end)
		return 0;
	return (unsigned char)*at < 0x80 ? 1 : multibyte(at, (size_t)(end - at));
}

static const char *skip_ascii(const char *at, const char *end)
{
	uint64_t word;

	for (; end - at >= 8; at += 8) {
		memcpy(&word, at, 8);
		if (word & 0x8080808080808080u)
			break;
	}
	while (at < end && (unsigned char)*at < 0x80)
		at++;
	return at;
}

bool utf8_valid(const char *bytes, size_t len)
{
	const char *at = bytes, *end = len ? bytes + len : bytes;

	while ((at = skip_ascii(at, end)) < end) {
		unsigned n = multibyte(at, (size_t)(end - at));

		if (n == 0)
			return false;
		at += n;
	}
	return true;
}

unsigned utf8_encode(uint32_t code, char bytes[static 4])
{
	unsigned n = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = { 0, 0x00, 0xc0, 0xe0, 0xf0 };

	for (unsigned i = n; --i > 0; code >>= 6)
		bytes[i] = (char)(0x80 | (code & 0x3f));
	bytes[0] = (char)(lead[n] | code);
	return n;
}
