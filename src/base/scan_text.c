/* The scanner's second half: what slices mean, and where an error is. See scan.h. */
#include "base/scan.h"

#include <errno.h>
#include <string.h>

#include "base/scan_bytes.h"

void scan_place(const char *start, const char *at, unsigned *line, unsigned *column)
{
	*line = *column = 1;
	for (; start < at; start++) {
		if (*start == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)*start & 0xc0) != 0x80) {
			++*column;
		}
	}
}

int scan_fail(const struct scan *scan, struct err *err)
{
	unsigned line, column;

	scan_place(scan->start, scan->at, &line, &column);
	return err_set(err, -EINVAL, "line %u, column %u: %s (byte %zu)", line, column,
		       scan->error ? scan->error : "unexpected", (size_t)(scan->at - scan->start));
}

static uint32_t hex4(const char *at)
{
	uint32_t code = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)at[i];

		code = code << 4 | (c <= '9' ? c - 0x30u : (c | 0x20u) - 0x61u + 10);
	}
	return code;
}

/* The code point of the \u escape at `*at`, which moves behind it: two escapes for a pair. */
static uint32_t unicode_escape(const char **at, const char *end)
{
	uint32_t code = hex4(*at + 2), low;

	*at += 6;
	if (code < 0xd800 || code > 0xdfff)
		return code;
	if (code > 0xdbff || end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
		return 0xfffd;
	low = hex4(*at + 2);
	if (low < 0xdc00 || low > 0xdfff)
		return 0xfffd;
	*at += 6;
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/* What the escape at `*at` stands for, as UTF-8; `*at` moves behind it. */
static unsigned escape_bytes(const char **at, const char *end, char bytes[static 4])
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	char c = (*at)[1];

	if (c == 'u')
		return utf8_encode(unicode_escape(at, end), bytes);
	*at += 2;
	bytes[0] = to[strchr(from, c) - from];
	return 1;
}

int scan_unescape(struct slice raw, struct buf *out)
{
	const char *at = raw.ptr, *end = raw.len ? at + raw.len : at;
	int code = 0;

	while (at < end && code == 0) {
		const char *slash = memchr(at, '\\', (size_t)(end - at));
		char bytes[4];

		code = buf_add(out, at, (size_t)((slash ? slash : end) - at));
		at = slash ? slash : end;
		if (slash && code == 0)
			code = buf_add(out, bytes, escape_bytes(&at, end, bytes));
	}
	return code;
}

bool scan_means(struct slice raw, struct slice text)
{
	const char *at = raw.ptr, *end = raw.len ? at + raw.len : at;
	size_t done = 0;
	char bytes[4];

	while (at < end) {
		unsigned n = 1;

		if (*at == '\\')
			n = escape_bytes(&at, end, bytes);
		else
			bytes[0] = *at++;
		if (text.len - done < n || memcmp(text.ptr + done, bytes, n) != 0)
			return false;
		done += n;
	}
	return done == text.len;
}

/* Copies the proven string whose opening quote is at `*at`, and moves behind it. */
static char *copy_string(char *to, const char **at, const char *end)
{
	*to++ = *(*at)++;
	for (;;) {
		to = scan_copy_plain(to, at, end);
		if (*at == end)
			return to;
		if (**at == '\\' && end - *at > 1)
			*to++ = *(*at)++;
		else if (**at == '"')
			break;
		*to++ = *(*at)++;
	}
	*to++ = *(*at)++;
	return to;
}

/* What is written never overtakes what is read, so `to` needs no more room than `whole`. */
int scan_compact(struct slice whole, struct buf *out)
{
	const char *at = whole.ptr, *end = whole.len ? at + whole.len : at;
	char *from = buf_reserve(out, whole.len), *to = from;

	if (!from)
		return -E2BIG;
	while (at < end) {
		if (*at == '"') {
			to = copy_string(to, &at, end);
		} else {
			*to = *at;
			to += (unsigned char)*at++ > ' ';
		}
	}
	buf_grew(out, (size_t)(to - from));
	return 0;
}
