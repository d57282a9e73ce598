/* Sentences about failures: see err.h. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/printable.h"

int err_set(struct err *err, int code, const char *fmt, ...)
{
	char raw[ERR_TEXT_MAX];
	va_list ap;

	if (!err)
		return code;
	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	printable_copy(err->text, sizeof(err->text), raw);
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
