/* Bodies in UTF-8: see charset.h. */
#include "fetch/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"
#include "base/xalloc.h"

#define CHUNK_BYTES 65536

/* The value of the parameter charset in a Content-Type (RFC 9110 section 8.3.2); the caller frees.
 * NULL: there is none. */
static char *declared(const char *content_type)
{
	const char *at = content_type ? strchr(content_type, ';') : NULL;

	for (; at; at = strchr(at, ';')) {
		at += 1 + strspn(at + 1, " \t");
		if (strncasecmp(at, "charset=", 8) != 0)
			continue;
		at += 8;
		at += *at == '"' || *at == '\'';
		return xstrndup(at, strcspn(at, "\"' \t;,"));
	}
	return NULL;
}

/* Byte order marks, Unicode 15.0 section 2.6; the longer one first where one begins the other. */
static const struct {
	const char *bytes;
	size_t len;
	const char *charset;
} marks[] = {
	{ "\xef\xbb\xbf", 3, "UTF-8" },    { "\xff\xfe\0\0", 4, "UTF-32LE" },
	{ "\0\0\xfe\xff", 4, "UTF-32BE" }, { "\xff\xfe", 2, "UTF-16LE" },
	{ "\xfe\xff", 2, "UTF-16BE" },
};

static const char *take_mark(struct buf *body)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (body->len < marks[i].len ||
		    memcmp(body->data, marks[i].bytes, marks[i].len) != 0)
			continue;
		buf_drop_front(body, marks[i].len);
		return marks[i].charset;
	}
	return NULL;
}

static bool is_utf8(const char *charset)
{
	return strcasecmp(charset, "utf-8") == 0 || strcasecmp(charset, "utf8") == 0 ||
	       strcasecmp(charset, "us-ascii") == 0;
}

static enum outcome too_big(size_t max_bytes, struct err *err)
{
	err_set(err, 0, "the answer in UTF-8 is larger than request.max_body (%zu bytes)",
		max_bytes);
	return OUTCOME_TOO_BIG;
}

static enum outcome convert_all(iconv_t conversion, const char *charset, const struct buf *in,
				struct buf *out, struct err *err)
{
	char *from = in->data;
	size_t left = in->len;

	while (left > 0) {
		size_t room = out->ceiling - out->len < CHUNK_BYTES ? out->ceiling - out->len
								    : CHUNK_BYTES;
		char *to = buf_reserve(out, room), *at = to;
		size_t before = left;
		size_t code = to ? iconv(conversion, &from, &left, &at, &room) : (size_t)-1;
		int why = errno;

		if (to)
			buf_grew(out, (size_t)(at - to));
		if (code == (size_t)-1 && to && why != E2BIG) {
			err_set(err, 0, "byte %zu of the answer is not %.40s", in->len - left,
				charset);
			return OUTCOME_ENCODING;
		}
		if (code == (size_t)-1 && left == before)
			return too_big(out->ceiling, err);
	}
	return OUTCOME_OK;
}

static enum outcome convert(const char *charset, struct buf *body, size_t max_bytes,
			    struct err *err)
{
	iconv_t conversion = iconv_open("UTF-8", charset);
	enum outcome outcome;
	struct buf out;

	if (conversion == (iconv_t)-1) {
		err_set(err, 0,
			"the charset \"%.40s\" of the answer is not known: set decode.charset",
			charset);
		return OUTCOME_ENCODING;
	}
	buf_init(&out, max_bytes);
	outcome = convert_all(conversion, charset, body, &out, err);
	iconv_close(conversion);
	if (outcome == OUTCOME_OK) {
		struct buf in = *body;

		*body = out;
		out = in;
		take_mark(body);
	}
	buf_done(&out);
	return outcome;
}

/* Text in UTF-16 passes for UTF-8 with many NULs. */
static bool is_utf8_text(const struct buf *body)
{
	return !memchr(body->data, '\0', body->len) && utf8_valid(body->data, body->len);
}

enum outcome charset_to_utf8(const char *asked, const char *content_type, struct buf *body,
			     size_t max_bytes, struct err *err)
{
	const char *marked = body->len ? take_mark(body) : NULL;
	enum outcome outcome = OUTCOME_OK;
	char *named = NULL;

	if (body->len == 0)
		return OUTCOME_OK;
	if (asked && *asked && !(marked && is_utf8(marked)))
		return is_utf8(asked) ? OUTCOME_OK : convert(asked, body, max_bytes, err);
	if (marked)
		return is_utf8(marked) ? OUTCOME_OK : convert(marked, body, max_bytes, err);
	named = declared(content_type);
	if (named && *named && !is_utf8(named) && !is_utf8_text(body))
		outcome = convert(named, body, max_bytes, err);
	free(named);
	return outcome;
}
