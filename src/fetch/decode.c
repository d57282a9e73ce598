/* Inflating with proof of the end: see decode.h. */
#include "fetch/decode.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/slice.h"

#define CHUNK_MIN_BYTES 1024
#define CHUNK_MAX_BYTES 65536
#define WINDOW_GZIP     (15 + 16) /* zlib: largest window, gzip wrapper and nothing else */

static struct slice trimmed(const char *text)
{
	struct slice token = slice_of(text);

	while (token.len && strchr(" \t", token.ptr[token.len - 1]))
		token.len--;
	while (token.len && strchr(" \t", *token.ptr)) {
		token.ptr++;
		token.len--;
	}
	return token;
}

static bool is_token(struct slice token, const char *name)
{
	return token.len == strlen(name) && strncasecmp(token.ptr, name, token.len) == 0;
}

static enum outcome too_big(size_t max_bytes, struct err *err)
{
	err_set(err, 0, "the decoded answer is larger than request.max_body (%zu bytes)",
		max_bytes);
	return OUTCOME_TOO_BIG;
}

static enum outcome cut_short(struct err *err)
{
	err_set(err, 0, "the gzip body ended before it was complete");
	return OUTCOME_TRUNCATED;
}

static enum outcome broken(const z_stream *z, struct err *err)
{
	err_set(err, 0, "the gzip body is broken: %s", z->msg ? z->msg : "not gzip");
	return OUTCOME_ENCODING;
}

/* One step of inflate into `out`, which has room for a byte more than is allowed: a body of exactly
 * the limit must still reach its end there. */
static int inflate_some(z_stream *z, struct buf *out, size_t chunk)
{
	size_t left = out->ceiling - out->len;
	size_t room = left < chunk ? left : chunk;
	char *to = buf_reserve(out, room);
	int code;

	if (!to || room == 0)
		return Z_BUF_ERROR;
	z->next_out = (Bytef *)to;
	z->avail_out = (uInt)room;
	code = inflate(z, Z_NO_FLUSH);
	buf_grew(out, room - z->avail_out);
	return code;
}

/* Offers what was not read yet, in pieces that fit zlib's 32-bit counter; false: nothing is left.
 */
static bool feed(z_stream *z, const struct buf *in)
{
	size_t left = in->len - (size_t)((const char *)z->next_in - in->data);

	z->avail_in = left < UINT_MAX ? (uInt)left : UINT_MAX;
	return left > 0;
}

/* Memory in step with the body: most are small, and they stay with the parcel until it has landed.
 */
static size_t chunk_for(const struct buf *in)
{
	if (in->len < CHUNK_MIN_BYTES / 4)
		return CHUNK_MIN_BYTES;
	return in->len < CHUNK_MAX_BYTES / 4 ? in->len * 4 : CHUNK_MAX_BYTES;
}

static enum outcome inflate_all(z_stream *z, const struct buf *in, struct buf *out, struct err *err)
{
	size_t chunk = chunk_for(in);

	z->next_in = (Bytef *)in->data;
	for (;;) {
		bool fed = feed(z, in);
		int code = inflate_some(z, out, chunk);

		if (out->len == out->ceiling)
			return too_big(out->ceiling - 1, err);
		if (code == Z_STREAM_END) {
			if (!feed(z, in))
				return OUTCOME_OK;
			inflateReset(z); /* another member follows, RFC 1952 section 2.2 */
		} else if (code == Z_BUF_ERROR || (code == Z_OK && !fed && z->avail_out > 0)) {
			return cut_short(err);
		} else if (code != Z_OK) {
			return broken(z, err);
		}
	}
}

static enum outcome gunzip(struct buf *body, size_t max_bytes, struct err *err)
{
	z_stream z = { .zalloc = Z_NULL };
	enum outcome outcome;
	struct buf out;

	if (body->len == 0)
		return cut_short(err);
	if (inflateInit2(&z, WINDOW_GZIP) != Z_OK) {
		err_set(err, 0, "zlib has no memory");
		return OUTCOME_ENCODING;
	}
	buf_init(&out, max_bytes + 1);
	outcome = inflate_all(&z, body, &out, err);
	inflateEnd(&z);
	if (outcome != OUTCOME_OK) {
		buf_done(&out);
		return outcome;
	}
	buf_done(body);
	*body = out;
	return OUTCOME_OK;
}

enum outcome decode_body(const char *encoding, struct buf *body, size_t max_bytes, struct err *err)
{
	struct slice token = trimmed(encoding ? encoding : "");

	if (max_bytes > SIZE_MAX / 4)
		max_bytes = SIZE_MAX / 4;
	if (is_token(token, "gzip") || is_token(token, "x-gzip"))
		return gunzip(body, max_bytes, err);
	if (token.len && !is_token(token, "identity")) {
		err_set(err, 0, "the server sent content coding \"%.*s\", which was not asked for",
			(int)token.len, token.ptr);
		return OUTCOME_ENCODING;
	}
	return body->len > max_bytes ? too_big(max_bytes, err) : OUTCOME_OK;
}
