/* UTF-8: every code point, and every neighbour of the borders of RFC 3629. */
#include "base/utf8.h"

#include <string.h>

#include "../unit.h"

START_TEST(every_code_point_is_made_and_proven)
{
	char bytes[4];

	for (uint32_t code = 0; code <= 0x10ffff; code++) {
		unsigned n;

		if (code >= 0xd800 && code <= 0xdfff)
			continue;
		n = utf8_encode(code, bytes);
		ck_assert_uint_eq(n, code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4);
		ck_assert_uint_eq(utf8_sequence(bytes, bytes + n), n);
		ck_assert(utf8_valid(bytes, n));
		for (unsigned cut = 1; cut < n; cut++)
			ck_assert_uint_eq(utf8_sequence(bytes, bytes + cut), 0);
	}
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
