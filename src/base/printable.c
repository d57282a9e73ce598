/* Text without control bytes: see printable.h. */
#include "base/printable.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_control(unsigned char c)
{
	return c < 0x20 || c == 0x7f;
}

/* Steps back over the beginning of a UTF-8 sequence that did not fit. */
static size_t whole(const char *text, size_t len)
{
	size_t back = len;

	while (back > 0 && len - back < 3 && ((unsigned char)text[back - 1] & 0xc0) == 0x80)
		back--;
	return back > 0 && (unsigned char)text[back - 1] >= 0xc0 ? back - 1 : len;
}

void printable_copy(char *to, size_t room, const char *from)
{
	const size_t most = room - 4; /* "..." and NUL */
	size_t len = 0;

	for (; *from; from++) {
		unsigned char c = (unsigned char)*from;

		if (len + (is_control(c) ? 4 : 1) > most) {
			if (((unsigned char)*from & 0xc0) == 0x80)
				len = whole(to, len);
			strcpy(to + len, "...");
			return;
		}
		if (is_control(c))
			len += (size_t)snprintf(to + len, 5, "\\x%02x", c);
		else
			to[len++] = (char)c;
	}
	to[len] = '\0';
}
