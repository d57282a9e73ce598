/* Content decoding with proof of its end: identity and gzip (RFC 1952), zlib's one door for
 * reading.
 *
 * libcurl reports a gzip body cut in half as success and its size limit does not see decoded bytes;
 * so we ask for gzip ourselves and inflate here. Success means Z_STREAM_END was reached and nothing
 * followed but further gzip members.
 */
#ifndef FETCH_DECODE_H
#define FETCH_DECODE_H

#include "base/buf.h"
#include "base/err.h"
#include "fetch/outcome.h"

#define DECODE_ACCEPT "gzip" /* what we send as Accept-Encoding */

/* `encoding`: the Content-Encoding value or NULL. `body` is replaced by its decoded form, at most
 * `max_bytes`. OUTCOME_OK, TRUNCATED, TOO_BIG or ENCODING with a sentence. */
enum outcome decode_body(const char *encoding, struct buf *body, size_t max_bytes, struct err *err);

#endif
