/* Queries of requests, taken apart as a form does: RFC 3986 escapes and "+" for a space. */
#include "fetchmock/ask.h"

#include <string.h>

bool query_next(struct slice *rest, struct query_pair *pair)
{
	while (rest->len) {
		const char *amp = memchr(rest->ptr, '&', rest->len);
		size_t len = amp ? (size_t)(amp - rest->ptr) : rest->len;
		const char *equals = memchr(rest->ptr, '=', len);
		size_t name = equals ? (size_t)(equals - rest->ptr) : len;

		pair->name = (struct slice) { rest->ptr, name };
		pair->value = (struct slice) { rest->ptr + name + (equals ? 1 : 0),
					       len - name - (equals ? 1 : 0) };
		rest->ptr += len + (amp ? 1 : 0);
		rest->len -= len + (amp ? 1 : 0);
		if (len)
			return true;
	}
	return false;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void query_decode(struct slice text, bool plus, struct buf *out)
{
	size_t plain = 0; /* bytes before it are in `out` */

	for (size_t i = 0; i < text.len; i++) {
		int high = -1, low = -1;
		bool space = plus && text.ptr[i] == '+';

		if (text.ptr[i] == '%' && i + 2 < text.len) {
			high = hex_digit(text.ptr[i + 1]);
			low = hex_digit(text.ptr[i + 2]);
		}
		if (!space && (high < 0 || low < 0))
			continue;
		buf_add(out, text.ptr + plain, i - plain);
		buf_add_char(out, space ? ' ' : (char)(high * 16 + low));
		i += space ? 0 : 2;
		plain = i + 1;
	}
	if (text.len > plain)
		buf_add(out, text.ptr + plain, text.len - plain);
}

/* Compares without decoding first: names of parameters rarely need it. */
static bool is_named(struct slice raw, const char *name)
{
	struct buf decoded;
	bool same;

	if (raw.len == 0 || !memchr(raw.ptr, '%', raw.len))
		return slice_is(raw, name);
	buf_init(&decoded, 4096);
	query_decode(raw, true, &decoded);
	same = slice_is(buf_slice(&decoded), name);
	buf_done(&decoded);
	return same;
}

bool query_find(struct slice query, const char *name, struct buf *out)
{
	struct query_pair pair;

	while (query_next(&query, &pair)) {
		if (is_named(pair.name, name)) {
			query_decode(pair.value, true, out);
			return true;
		}
	}
	return false;
}
