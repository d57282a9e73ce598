/* UTF-8: every code point, and every neighbour of the borders of RFC 3629. */
#include "base/utf8.h"

#include <string.h>

#include "../unit.h"

/* Whether the code point comes out as one whole sequence that no cut of it is. */
static bool round_trips(uint32_t code)
{
	unsigned expected = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	char bytes[4];
	unsigned n = utf8_encode(code, bytes);
	bool good = n == expected && utf8_sequence(bytes, bytes + n) == n && utf8_valid(bytes, n);

	for (unsigned cut = 1; cut < n; cut++)
		good = good && utf8_sequence(bytes, bytes + cut) == 0;
	return good;
}

START_TEST(every_code_point_is_made_and_proven)
{
	uint32_t bad = 0;

	for (uint32_t code = 0; code <= 0x10ffff; code++)
		bad += (code < 0xd800 || code > 0xdfff) && !round_trips(code);
	ck_assert_uint_eq(bad, 0);
}
END_TEST

/* All pairs, and all third bytes: exactly the sequences the RFC's table allows. */
START_TEST(only_so_many_sequences_are_valid)
{
	unsigned two = 0, three = 0;

	for (unsigned first = 0x80; first <= 0xff; first++) {
		for (unsigned rest = 0; rest <= 0xffff; rest++) {
			char bytes[3] = { (char)first, (char)(rest >> 8), (char)rest };

			two += (rest & 0xff) == 0 && utf8_sequence(bytes, bytes + 2) == 2;
			three += utf8_sequence(bytes, bytes + 3) == 3;
		}
	}
	ck_assert_uint_eq(two, 0x800 - 0x80);
	ck_assert_uint_eq(three, 0x10000 - 0x800 - 0x800);
}
END_TEST

START_TEST(a_bad_byte_is_found_anywhere)
{
	char text[41];

	for (size_t at = 0; at < 40; at++) {
		memset(text, 'a', sizeof(text));
		ck_assert(utf8_valid(text, 40));
		text[at] = '\xc3';
		ck_assert(!utf8_valid(text, 40));
		text[at + 1] = '\xa4';
		ck_assert_int_eq(utf8_valid(text, 40), at < 39);
	}
	ck_assert(utf8_valid(NULL, 0));
}
END_TEST

UNIT_MAIN("utf8", every_code_point_is_made_and_proven, only_so_many_sequences_are_valid,
	  a_bad_byte_is_found_anywhere)
