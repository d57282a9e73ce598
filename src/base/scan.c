/* The pull scanner: see scan.h.
 *
 * A small state says what may come next; containers are one bit each in `nest`. All errors go
 * through `fail`, which leaves `at` on the byte that could not be taken.
 */
#include "base/scan.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "base/scan_bytes.h"

enum state {
	BEFORE_VALUE,
	BEFORE_FIRST_ELEMENT, /* or ']' */
	BEFORE_FIRST_KEY,     /* or '}' */
	AFTER_VALUE,
	FAILED,
};

void scan_init(struct scan *scan, const char *bytes, size_t len, unsigned depth_max)
{
	*scan = (struct scan) {
		.start = bytes,
		.at = bytes,
		.end = len ? bytes + len : bytes,
		.value = { bytes, 0 },
		.depth_max = depth_max < SCAN_DEPTH_MAX ? (uint16_t)depth_max : SCAN_DEPTH_MAX,
		.state = BEFORE_VALUE,
	};
}

static enum scan_token fail(struct scan *scan, const char *at, const char *error)
{
	scan->at = at;
	scan->error = at == scan->end ? "the document ends too early" : error;
	scan->state = FAILED;
	return SCAN_ERROR;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *skip_space(struct scan *scan, const char *at)
{
	const char *from = at;

	if (at < scan->end && (unsigned char)*at > ' ')
		return at;
	while (at < scan->end && is_space(*at))
		at++;
	scan->spaces += (size_t)(at - from);
	return at;
}

static inline enum scan_token took(struct scan *scan, const char *from, const char *to,
				   enum scan_token token)
{
	scan->value = (struct slice) { from, (size_t)(to - from) };
	scan->at = to;
	scan->state = AFTER_VALUE;
	return token;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Passes the escape whose backslash is at `at`; NULL when it failed. */
static const char *escape(struct scan *scan, const char *at)
{
	const char *hex = at + 2;

	scan->escaped = true;
	if (at + 1 == scan->end || !memchr("\"\\/bfnrtu", at[1], 9)) {
		fail(scan, at + 1,
		     "no such escape; JSON has \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
		return NULL;
	}
	if (at[1] != 'u')
		return hex;
	for (; hex < at + 6; hex++) {
		if (hex == scan->end || !is_hex(*hex)) {
			fail(scan, hex, "expected four hexadecimal digits after \\u");
			return NULL;
		}
	}
	return hex;
}

/* Passes the one byte or sequence that ended a plain run; NULL when it failed. */
static const char *passed(struct scan *scan, const char *at)
{
	unsigned n;

	if (at == scan->end || (unsigned char)*at < 0x20) {
		fail(scan, at, "a control byte in a string must be escaped");
		return NULL;
	}
	if (*at == '\\')
		return escape(scan, at);
	do { /* text that is not English comes in runs */
		n = utf8_sequence(at, scan->end);
		if (n == 0) {
			fail(scan, at, "invalid UTF-8");
			return NULL;
		}
		at += n;
	} while (at < scan->end && (signed char)*at < 0);
	return at;
}

/* Takes the string whose opening quote is at `at`: its slice is between the quotes. */
static inline enum scan_token string(struct scan *scan, const char *at, enum scan_token token)
{
	const char *from = ++at;

	scan->escaped = false;
	while ((at = scan_plain_end(at, scan->end)) == scan->end || *at != '"') {
		at = passed(scan, at);
		if (!at)
			return SCAN_ERROR;
	}
	took(scan, from, at, token);
	scan->at = at + 1;
	return token;
}

static inline const char *digits(struct scan *scan, const char *at)
{
	while (at < scan->end && is_digit(*at))
		at++;
	return at;
}

/* The fraction and the exponent, RFC 8259 section 6. */
static enum scan_token number_tail(struct scan *scan, const char *from, const char *at)
{
	const char *first;

	if (at < scan->end && *at == '.') {
		first = at + 1;
		at = digits(scan, first);
		if (at == first)
			return fail(scan, at, "expected a digit after the decimal point");
	}
	if (at < scan->end && (*at == 'e' || *at == 'E')) {
		first = at + 1;
		if (first < scan->end && (*first == '+' || *first == '-'))
			first++;
		at = digits(scan, first);
		if (at == first)
			return fail(scan, at, "expected a digit in the exponent");
	}
	return took(scan, from, at, SCAN_NUMBER);
}

static enum scan_token number(struct scan *scan, const char *from)
{
	const char *at = *from == '-' ? from + 1 : from, *first = at;

	at = digits(scan, at);
	if (at == first)
		return fail(scan, at, "expected a digit after '-'");
	if (*first == '0' && at - first > 1)
		return fail(scan, first, "a number may not begin with 0");
	if (at < scan->end && (*at == '.' || *at == 'e' || *at == 'E'))
		return number_tail(scan, from, at);
	return took(scan, from, at, SCAN_NUMBER);
}

static enum scan_token literal(struct scan *scan, const char *at, const char *word,
			       enum scan_token token)
{
	const char *from = at;

	for (; *word; word++, at++) {
		if (at == scan->end || *at != *word)
			return fail(scan, at < scan->end ? from : at, "expected a value");
	}
	return took(scan, from, at, token);
}

static inline enum scan_token opened(struct scan *scan, const char *at, bool object)
{
	uint64_t bit = (uint64_t)1 << (scan->depth % 64);
	uint64_t *nest = &scan->nest[scan->depth / 64];

	if (scan->depth == scan->depth_max)
		return fail(scan, at, "nested too deeply");
	*nest = object ? *nest | bit : *nest & ~bit;
	scan->depth++;
	took(scan, at, at + 1, SCAN_OBJECT);
	scan->state = object ? BEFORE_FIRST_KEY : BEFORE_FIRST_ELEMENT;
	return object ? SCAN_OBJECT : SCAN_ARRAY;
}

static inline enum scan_token closed(struct scan *scan, const char *at, enum scan_token token)
{
	scan->depth--;
	return took(scan, at, at + 1, token);
}

static inline bool in_object(const struct scan *scan)
{
	unsigned level = scan->depth - 1u;

	return scan->nest[level / 64] >> (level % 64) & 1;
}

static enum scan_token no_value(struct scan *scan, const char *at)
{
	if (at == scan->start && scan->end - at >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		return fail(scan, at, "expected a value, not a byte order mark");
	return fail(scan, at, "expected a value");
}

static inline enum scan_token value(struct scan *scan, const char *at)
{
	if (at == scan->end)
		return no_value(scan, at);
	switch (*at) {
	case '"':
		return string(scan, at, SCAN_STRING);
	case '{':
		return opened(scan, at, true);
	case '[':
		return opened(scan, at, false);
	case 't':
		return literal(scan, at, "true", SCAN_TRUE);
	case 'f':
		return literal(scan, at, "false", SCAN_FALSE);
	case 'n':
		return literal(scan, at, "null", SCAN_NULL);
	default:
		return is_digit(*at) || *at == '-' ? number(scan, at) : no_value(scan, at);
	}
}

/* Takes a key and its colon, so that a value is what follows. */
static inline enum scan_token key(struct scan *scan, const char *at, const char *otherwise)
{
	if (at == scan->end || *at != '"')
		return fail(scan, at, otherwise);
	if (string(scan, at, SCAN_KEY) == SCAN_ERROR)
		return SCAN_ERROR;
	at = skip_space(scan, scan->at);
	if (at == scan->end || *at != ':')
		return fail(scan, at, "expected ':' after the key");
	scan->at = at + 1;
	scan->state = BEFORE_VALUE;
	return SCAN_KEY;
}

static inline enum scan_token after_value(struct scan *scan, const char *at)
{
	bool object;

	if (scan->depth == 0) {
		if (at != scan->end)
			return fail(scan, at, "something follows the end of the document");
		took(scan, at, at, SCAN_END);
		return SCAN_END;
	}
	object = in_object(scan);
	if (at < scan->end && *at == ',') {
		at = skip_space(scan, at + 1);
		return object ? key(scan, at, "expected a key in quotes after ','")
			      : value(scan, at);
	}
	if (at < scan->end && *at == (object ? '}' : ']'))
		return closed(scan, at, object ? SCAN_OBJECT_END : SCAN_ARRAY_END);
	return fail(scan, at, object ? "expected ',' or '}'" : "expected ',' or ']'");
}

enum scan_token scan_next(struct scan *scan)
{
	const char *at = skip_space(scan, scan->at);

	switch ((enum state)scan->state) {
	case AFTER_VALUE:
		return after_value(scan, at);
	case BEFORE_VALUE:
		return value(scan, at);
	case BEFORE_FIRST_KEY:
		if (at < scan->end && *at == '}')
			return closed(scan, at, SCAN_OBJECT_END);
		return key(scan, at, "expected a key in quotes or '}'");
	case BEFORE_FIRST_ELEMENT:
		if (at < scan->end && *at == ']')
			return closed(scan, at, SCAN_ARRAY_END);
		return value(scan, at);
	case FAILED:
		break;
	}
	return SCAN_ERROR;
}

int scan_skip(struct scan *scan, enum scan_token first, struct slice *whole)
{
	const char *from = scan->value.ptr - (first == SCAN_STRING);
	unsigned outside = scan->depth;

	if (first == SCAN_OBJECT || first == SCAN_ARRAY) {
		outside--;
		while (scan->depth > outside) {
			if (scan_next(scan) == SCAN_ERROR)
				return -EINVAL;
		}
	}
	*whole = (struct slice) { from, (size_t)(scan->at - from) };
	return 0;
}
