/* The bounded buffer: see buf.h. */
#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void buf_init(struct buf *buf, size_t ceiling)
{
	*buf = (struct buf) { .ceiling = ceiling };
}

void buf_done(struct buf *buf)
{
	free(buf->data);
	*buf = (struct buf) { .ceiling = buf->ceiling };
}

static size_t grown(const struct buf *buf, size_t need)
{
	size_t room = buf->room < 64 ? 64 : buf->room;

	while (room < need)
		room *= 2;
	return room > buf->ceiling + 1 ? buf->ceiling + 1 : room;
}

char *buf_reserve(struct buf *buf, size_t more)
{
	if (buf->full || more > buf->ceiling - buf->len) {
		buf->full = true;
		return NULL;
	}
	if (buf->room < buf->len + more + 1) {
		buf->room = grown(buf, buf->len + more + 1);
		buf->data = xreallocarray(buf->data, buf->room, 1);
		buf->data[buf->len] = '\0'; /* nothing may come: buf_text is a text all the same */
	}
	return buf->data + buf->len;
}

void buf_grew(struct buf *buf, size_t wrote)
{
	assert(buf->len + wrote < buf->room);
	buf->len += wrote;
	buf->data[buf->len] = '\0';
}

int buf_add(struct buf *buf, const void *bytes, size_t len)
{
	char *to = buf_reserve(buf, len);

	if (!to)
		return -E2BIG;
	if (len)
		memcpy(to, bytes, len);
	buf_grew(buf, len);
	return 0;
}

int buf_add_text(struct buf *buf, const char *text)
{
	return buf_add(buf, text, strlen(text));
}

int buf_add_slice(struct buf *buf, struct slice slice)
{
	return buf_add(buf, slice.ptr, slice.len);
}

int buf_add_char(struct buf *buf, char c)
{
	return buf_add(buf, &c, 1);
}

int buf_addf(struct buf *buf, const char *fmt, ...)
{
	va_list ap, again;
	int len;
	char *to;

	va_start(ap, fmt);
	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	assert(len >= 0);
	to = buf_reserve(buf, (size_t)len);
	if (to) {
		vsnprintf(to, (size_t)len + 1, fmt, again);
		buf_grew(buf, (size_t)len);
	}
	va_end(again);
	return to ? 0 : -E2BIG;
}

void buf_clear(struct buf *buf)
{
	buf->full = false;
	buf_cut(buf, 0);
}

void buf_shrink(struct buf *buf, size_t keep)
{
	buf_clear(buf);
	if (buf->room > keep)
		buf_done(buf);
}

void buf_cut(struct buf *buf, size_t len)
{
	assert(len <= buf->len);
	buf->len = len;
	if (buf->data)
		buf->data[len] = '\0';
}

void buf_drop_front(struct buf *buf, size_t n)
{
	assert(n <= buf->len);
	if (n == 0)
		return;
	memmove(buf->data, buf->data + n, buf->len - n);
	buf_cut(buf, buf->len - n);
}

char *buf_take(struct buf *buf)
{
	char *text = buf->data ? buf->data : xstrdup("");

	buf->data = NULL;
	buf_done(buf);
	buf->full = false;
	return text;
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

struct slice buf_slice(const struct buf *buf)
{
	return (struct slice) { buf->data, buf->len };
}
