/* Sentences about failures: see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Copies `from` so that no control byte can forge a log line or move a terminal's cursor. */
static void copy_printable(char *to, size_t room, const char *from)
{
	size_t n = 0;

	for (; *from; from++) {
		unsigned char c = (unsigned char)*from;
		bool control = c < 0x20 || c == 0x7f;
		size_t need = control ? 4 : 1;

		if (n + need + 4 > room) { /* 4: "..." and NUL */
			memcpy(to + n, "...", 4);
			return;
		}
		if (control)
			snprintf(to + n, 5, "\\x%02x", c);
		else
			to[n] = (char)c;
		n += need;
	}
	to[n] = '\0';
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	char raw[ERR_TEXT_MAX];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	copy_printable(err->text, sizeof(err->text), raw);
	return code;
}

int err_sys(struct err *err, int code, const char *fmt, ...)
{
	char raw[ERR_TEXT_MAX / 2];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	return err_set(err, code, "%s: %s", raw, strerror(-code));
}

void err_within(struct err *err, const char *fmt, ...)
{
	char place[ERR_TEXT_MAX], inner[ERR_TEXT_MAX];
	va_list ap;

	if (!err)
		return;
	va_start(ap, fmt);
	vsnprintf(place, sizeof(place), fmt, ap);
	va_end(ap);
	memcpy(inner, err->text, sizeof(inner));
	err_set(err, 0, "%.*s: %.*s", ERR_TEXT_MAX / 2, place, ERR_TEXT_MAX - 1, inner);
}
