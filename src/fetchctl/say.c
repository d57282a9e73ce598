/* Sentences, fields and escaped text: see say.h. */
#include "fetchctl/say.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/scan.h"
#include "base/xalloc.h"
#include "fetchctl/ctl.h"

#define LABEL_WIDTH 14
#define TEXT_MAX    (1u << 20)

__attribute__((format(printf, 1, 0))) static void error_line(const char *fmt, va_list ap)
{
	char *text;

	if (vasprintf(&text, fmt, ap) < 0)
		abort();
	fputs("fetchctl: ", stderr);
	say_text(stderr, text, false);
	fputc('\n', stderr);
	free(text);
}

void say_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_line(fmt, ap);
	va_end(ap);
}

int say_usage(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	error_line(fmt, ap);
	va_end(ap);
	return CTL_USAGE;
}

/* Bytes of the UTF-8 character at `text` that a terminal takes as text; 0: show it as \xNN. Besides
 * control bytes those are C1 controls (U+0080 to U+009F) and what turns the direction of writing.
 */
static size_t safe_bytes(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	size_t len = c[0] < 0x80 ? 1 : c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;

	if (c[0] < 0x20 || c[0] == 0x7f || strnlen(text, len) < len || !utf8_valid(text, len))
		return 0;
	if (c[0] == 0xc2 && c[1] < 0xa0)
		return 0;
	if (c[0] == 0xe2 && ((c[1] == 0x80 && c[2] >= 0xaa && c[2] <= 0xae) ||
			     (c[1] == 0x81 && c[2] >= 0xa6 && c[2] <= 0xa9)))
		return 0;
	return len;
}

static char *safe(const char *text, bool lines)
{
	char *out = xmalloc(strlen(text) * 4 + 1), *to = out;

	while (*text) {
		size_t len = lines && (*text == '\n' || *text == '\t') ? 1 : safe_bytes(text);

		if (len)
			to = mempcpy(to, text, len);
		else
			to += sprintf(to, "\\x%02x", (unsigned char)*text);
		text += len ? len : 1;
	}
	*to = '\0';
	return out;
}

void say_text(FILE *out, const char *text, bool lines)
{
	char *shown = safe(text, lines);

	fputs(shown, out);
	free(shown);
}

char *say_safe(const char *text)
{
	return safe(text, false);
}

void say_field(const char *label, const char *value)
{
	if (!value)
		return;
	printf("%-*s ", LABEL_WIDTH, label);
	say_text(stdout, value, false);
	putchar('\n');
}

void say_fieldf(const char *label, const char *fmt, ...)
{
	char *value;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&value, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	say_field(label, value);
	free(value);
}

void say_json(const struct json *doc, bool pretty)
{
	char *text = json_text(doc, pretty);

	puts(text);
	free(text);
}

void say_list(const struct json *items)
{
	struct json *list = json_new_object();

	json_put(list, "items", json_ref(items));
	json_put(list, "next", NULL);
	say_json(list, true);
	json_unref(list);
}

void say_time(const struct json *time, char text[static SAY_TIME_MAX])
{
	const char *source = json_str(time);
	int64_t unix_ms;
	struct tm tm;
	time_t seconds;

	text[0] = '\0';
	if (!source || clock_parse(source, &unix_ms) < 0)
		return;
	seconds = (time_t)(unix_ms / 1000);
	if (localtime_r(&seconds, &tm))
		strftime(text, SAY_TIME_MAX, "%Y-%m-%d %H:%M:%S", &tm);
}

char *say_scalar(const struct json *value)
{
	if (!value)
		return xstrdup("");
	if (json_str(value))
		return xstrdup(json_str(value));
	return json_text(value, false);
}

const char *say_member(const struct json *object, const char *key)
{
	const char *text = json_str(json_get(object, key));

	return text ? text : "";
}

char *say_pairs(const struct json *object)
{
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (struct json_member m = json_first(object); m.key; m = json_next(m)) {
		char *value = say_scalar(m.value);

		buf_addf(&text, "%s%s=%s", text.len ? " " : "", m.key, value);
		free(value);
	}
	return buf_take(&text);
}
