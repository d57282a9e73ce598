/* Bodies in UTF-8, whatever they came in: iconv(3)'s one door for reading. */
#ifndef FETCH_CHARSET_H
#define FETCH_CHARSET_H

#include "base/buf.h"
#include "base/err.h"
#include "fetch/outcome.h"

/* Turns `body` into UTF-8 without a byte order mark, at most `max_bytes` of it. From the charset
 * `asked` for when it is not NULL or ""; else from what a byte order mark says; else from the
 * charset that `content_type` (may be NULL) names, unless the body is UTF-8 already: JSON says that
 * it always is (RFC 8259 section 8.1), and many servers name another charset by habit.
 *
 * OUTCOME_OK, TOO_BIG, or ENCODING with a sentence. */
enum outcome charset_to_utf8(const char *asked, const char *content_type, struct buf *body,
			     size_t max_bytes, struct err *err);

#endif
