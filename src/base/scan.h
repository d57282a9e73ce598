/* A strict RFC 8259 pull scanner over bytes in memory: slices out, no tree, no copies.
 *
 * It answers one token at a time and proves on the way that the document is JSON: grammar, UTF-8
 * (RFC 3629: no surrogates, no overlong forms), no control bytes in strings, no NaN, no trailing
 * comma, depth within a limit, nothing but white space after the end. A document is proven only
 * when SCAN_END was returned. Numbers and strings are the source bytes; scan_unescape turns a
 * string slice into text.
 */
#ifndef BASE_SCAN_H
#define BASE_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "base/utf8.h"

#define SCAN_DEPTH_MAX 512 /* hard limit of nesting; scan_init may ask for less */

enum scan_token {
	SCAN_ERROR = -1, /* scan->error says what, scan->at where; every later call repeats it */
	SCAN_END,        /* the document is complete and nothing follows it */
	SCAN_OBJECT,     /* { */
	SCAN_OBJECT_END,
	SCAN_ARRAY, /* [ */
	SCAN_ARRAY_END,
	SCAN_KEY,    /* value: between the quotes, escapes as they came */
	SCAN_STRING, /* likewise */
	SCAN_NUMBER, /* the source bytes */
	SCAN_TRUE,
	SCAN_FALSE,
	SCAN_NULL,
};

struct scan {
	const char *start, *at, *end; /* `at`: the next byte to read */
	const char *error;            /* static sentence, "expected ',' or ']'", after SCAN_ERROR */
	struct slice value; /* of the last KEY, STRING, NUMBER; for the others the token's bytes */
	bool escaped;       /* the last KEY or STRING holds a backslash */
	size_t spaces; /* bytes of white space between tokens so far: when it did not grow over a
			     * value, the value's bytes are compact as they are */
	uint16_t depth, depth_max;
	uint8_t state;
	uint64_t nest[SCAN_DEPTH_MAX / 64]; /* one bit a level: 1 object, 0 array */
};

/* `bytes` must outlive the scan and all its slices. Containers nest at most depth_max deep. */
void scan_init(struct scan *scan, const char *bytes, size_t len, unsigned depth_max);
enum scan_token scan_next(struct scan *scan);

/* Passes over the value whose first token `first` was just returned; `whole` is all its bytes
 * (quotes included for a string), white space inside kept. 0 or -EINVAL with scan->error set. */
int scan_skip(struct scan *scan, enum scan_token first, struct slice *whole);

/* Fills err with "line L, column C: SENTENCE (byte N)"; returns -EINVAL. */
int scan_fail(const struct scan *scan, struct err *err);
/* 1-based line and column (in characters) of a byte of the document. */
void scan_place(const char *start, const char *at, unsigned *line, unsigned *column);

/* Appends the text a KEY or STRING slice stands for, as UTF-8. \u0000 is kept as a NUL byte.
 * Surrogate pairs join; a lone surrogate becomes U+FFFD. 0 or -E2BIG. */
int scan_unescape(struct slice raw, struct buf *out);
/* True when the KEY or STRING slice stands for `text`; escapes are looked through. */
bool scan_means(struct slice raw, struct slice text);
/* Appends `whole`, proven JSON, without the white space between tokens. -E2BIG when `whole` as it
 * is would pass the ceiling. */
int scan_compact(struct slice whole, struct buf *out);

#endif
