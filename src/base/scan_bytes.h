/* The scanner's inner loop: how far plain text reaches. Private to scan.c and scan_text.c.
 *
 * Sixteen bytes at a time where SSE2 is there (every x86-64), eight otherwise. Plain means: nothing
 * a string has to stop for, so no quote, no backslash, no control byte, nothing beyond ASCII.
 */
#ifndef BASE_SCAN_BYTES_H
#define BASE_SCAN_BYTES_H

#include <stdint.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline int scan_plain(char c)
{
	return (signed char)c >= 0x20 && c != '"' && c != '\\';
}

#ifdef __SSE2__
enum { SCAN_STRIDE = 16 };

/* Which of the next 16 bytes are not plain, one bit each. A signed comparison with 0x20 catches
 * control bytes and, being negative, everything beyond ASCII. */
static inline unsigned scan_stops(const char *at)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
	__m128i other = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));

	return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), other));
}
#else
enum { SCAN_STRIDE = 8 };

/* Not zero when one of the next 8 bytes may not be plain. A borrow may mark the byte after a stop
 * as well, never one without a stop before it, so the bytewise loop then decides. */
static inline uint64_t scan_stops(const char *at)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t word, quote, slash;

	memcpy(&word, at, 8);
	quote = word ^ (ones * '"');
	slash = word ^ (ones * '\\');
	return (((quote - ones) & ~quote) | ((slash - ones) & ~slash) | (word - ones * 0x20) |
		word) &
	       highs;
}
#endif

/* The first byte from `at` on that is not plain, or `end`. */
static inline const char *scan_plain_end(const char *at, const char *end)
{
	for (; end - at >= SCAN_STRIDE; at += SCAN_STRIDE) {
#ifdef __SSE2__
		unsigned stops = scan_stops(at);

		if (stops)
			return at + __builtin_ctz(stops);
#else
		if (scan_stops(at))
			break;
#endif
	}
	while (at < end && scan_plain(*at))
		at++;
	return at;
}

/* Copies the plain bytes at `*at` and moves behind them; returns where the copy ends. `to` has room
 * for all that is left of the source. */
static inline char *scan_copy_plain(char *to, const char **at, const char *end)
{
	const char *from = *at;

#ifdef __SSE2__
	for (; end - from >= SCAN_STRIDE; from += SCAN_STRIDE, to += SCAN_STRIDE) {
		unsigned stops = scan_stops(from);

		memcpy(to, from, SCAN_STRIDE);
		if (stops) {
			*at = from + __builtin_ctz(stops);
			return to + __builtin_ctz(stops);
		}
	}
#endif
	while (from < end && scan_plain(*from))
		*to++ = *from++;
	*at = from;
	return to;
}

#endif
