/* Steps over JSON that is proven already, without proving it again.
 *
 * extract.c let the strict scanner prove the whole document; what follows (picking cells,
 * writing them) may therefore trust the grammar: a quote closes, a bracket has its partner, a
 * colon stands where it must. So these few inline functions look only for the bytes that end
 * things, eight at a time, and notice on the way what the writers want to know about a string.
 * Never call them on bytes that the scanner has not seen. All of them stay below `end`, also
 * when a document is a bare number.
 */
#ifndef DATA_WALK_H
#define DATA_WALK_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WALK_ESCAPED 1u /* the string holds a backslash */
#define WALK_COMMA   2u /* the string holds a comma */

static inline bool walk_is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static inline const char *walk_space(const char *at, const char *end)
{
	while (at < end && walk_is_space(*at))
		at++;
	return at;
}

/* 0x80 in the lowest byte that is zero (bytes above it may be marked wrongly). */
static inline uint64_t walk_zero_bytes(uint64_t word)
{
	return (word - UINT64_C(0x0101010101010101)) & ~word & UINT64_C(0x8080808080808080);
}

/* How many of the next eight bytes are none of quote, backslash and comma: 0..8. */
static inline unsigned walk_plain8(const char *at)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	uint64_t word, hits;

	memcpy(&word, at, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	hits = walk_zero_bytes(word ^ (ones * '"')) | walk_zero_bytes(word ^ (ones * '\\')) |
	       walk_zero_bytes(word ^ (ones * ','));
	return hits ? (unsigned)__builtin_ctzll(hits) / 8 : 8;
}

/* `at` stands behind the opening quote; the closing quote is returned, *flags gets WALK_ bits. */
static inline const char *walk_string(const char *at, const char *end, unsigned *flags)
{
	unsigned seen = 0;

	for (;;) {
		while (end - at >= 8) {
			unsigned plain = walk_plain8(at);

			at += plain;
			if (plain < 8)
				break;
		}
		if (*at == '"')
			break;
		if (*at == '\\') {
			seen |= WALK_ESCAPED;
			at++;
		} else if (*at == ',') {
			seen |= WALK_COMMA;
		}
		at++;
	}
	*flags = seen;
	return at;
}

/* Behind a number, true, false or null. */
static inline const char *walk_plain(const char *at, const char *end)
{
	while (at < end && *at != ',' && *at != '}' && *at != ']' && !walk_is_space(*at))
		at++;
	return at;
}

/* Behind the array or object that begins at `at`. */
static inline const char *walk_nest(const char *at, const char *end)
{
	unsigned depth = 0, flags;

	do {
		if (*at == '"')
			at = walk_string(at + 1, end, &flags);
		else if (*at == '[' || *at == '{')
			depth++;
		else if (*at == ']' || *at == '}')
			depth--;
		at++;
	} while (depth > 0);
	return at;
}

#endif
