/* gzip: one-shot compression, and reading what a client accepts. */
#include "fetchmock/gzip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zlib.h>

#include "base/err.h"

#define GZIP_WINDOW (15 + 16) /* zlib.h: 16 more for a gzip header */

static bool is_coding(const char *at, size_t len, const char *name)
{
	return len == strlen(name) && strncasecmp(at, name, len) == 0;
}

/* The weight after a coding: 1 unless "q=" says else. */
static double weight(const char *parameters)
{
	const char *q = parameters + strspn(parameters, " \t;");

	return strncasecmp(q, "q=", 2) == 0 ? strtod(q + 2, NULL) : 1;
}

bool gzip_accepted(const char *accept_encoding)
{
	const char *at = accept_encoding;
	bool any = false;

	while (at && *at) {
		size_t len;

		at += strspn(at, " \t,");
		len = strcspn(at, " \t,;");
		if (is_coding(at, len, "gzip") || is_coding(at, len, "x-gzip"))
			return weight(at + len) > 0;
		if (is_coding(at, len, "*"))
			any = weight(at + len) > 0;
		at += strcspn(at, ",");
	}
	return any;
}

int gzip_compress(struct slice bytes, struct buf *out)
{
	z_stream stream = { 0 };
	size_t bound;
	char *to;
	int rc;

	if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, GZIP_WINDOW, MAX_MEM_LEVEL,
			 Z_DEFAULT_STRATEGY) != Z_OK)
		return -ENOMEM;
	bound = deflateBound(&stream, bytes.len);
	to = buf_reserve(out, bound);
	if (!to) {
		deflateEnd(&stream);
		return -E2BIG;
	}
	stream.next_in = (Bytef *)bytes.ptr;
	stream.avail_in = (uInt)bytes.len; /* bodies end at REPLY_BODY_MAX */
	stream.next_out = (Bytef *)to;
	stream.avail_out = (uInt)bound;
	rc = deflate(&stream, Z_FINISH);
	buf_grew(out, stream.total_out);
	deflateEnd(&stream);
	return rc == Z_STREAM_END ? 0 : -EIO;
}
