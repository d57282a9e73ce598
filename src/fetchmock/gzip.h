/* gzip for bodies of routes that say `gzip: true`: fetchmock's door to zlib. */
#ifndef FETCHMOCK_GZIP_H
#define FETCHMOCK_GZIP_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

/* Whether an Accept-Encoding header (may be NULL) takes gzip: named, or "*", and not with q=0.
 * RFC 9110 section 12.5.3. */
bool gzip_accepted(const char *accept_encoding);

/* Appends the gzip form (RFC 1952). 0 or -E2BIG. */
int gzip_compress(struct slice bytes, struct buf *out);

#endif
