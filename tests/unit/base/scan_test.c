/* The scanner: what RFC 8259 is and what it is not, and where errors are. */
#include "base/scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"

#include "../unit.h"

#define BYTES(text)                                                                                \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static const struct slice accepted[] = {
	BYTES("0"),
	BYTES("-0"),
	BYTES("1.5e+10"),
	BYTES("1E5"),
	BYTES("123.456e-78"),
	BYTES("-1"),
	BYTES("0e0"),
	BYTES("1e9999999999999999999"),
	BYTES("0.00000000000000000000000000001"),
	BYTES("123456789012345678901234567890"),
	BYTES("[1e+2,0E-1,20e1]"),
	BYTES("true"),
	BYTES("false"),
	BYTES("null"),
	BYTES("\"\""),
	BYTES("\"a\""),
	BYTES("[]"),
	BYTES("{}"),
	BYTES("[[]]"),
	BYTES("[[],[],{}]"),
	BYTES(" [ ] "),
	BYTES("[1,2]"),
	BYTES("[1 , \n2]"),
	BYTES("\t\n\r 1 "),
	BYTES("{\"a\":{\"b\":[null,true,false]}}"),
	BYTES("{ \"a\" : 1 , \"b\" : 2 }"),
	BYTES("{\"\":0}"),
	BYTES("{\"a\":1,\"a\":2}"),
	BYTES("[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]"),
	BYTES("\"\\u0000\""),
	BYTES("\"\\uABcd\\u00e9\""),
	BYTES("\"\\ud83d\\ude00\""),
	BYTES("\"\\ud800\""),
	BYTES("\"\\udc00x\""),
	BYTES("\"\\ud800\\ud800\""),
	BYTES("\"\x7f\""),
	BYTES("\"\xc2\x80\""),
	BYTES("\"\xdf\xbf\""),
	BYTES("\"\xe0\xa0\x80\""),
	BYTES("\"\xed\x9f\xbf\""),
	BYTES("\"\xee\x80\x80\""),
	BYTES("\"\xef\xbf\xbf\""),
	BYTES("\"\xf0\x90\x80\x80\""),
	BYTES("\"\xf4\x8f\xbf\xbf\""),
	BYTES("\"\xef\xbb\xbf\""),
	BYTES("\"\xe2\x80\xa8\xe2\x80\xa9\""),
	BYTES("{\"\xc3\xa4\\u00df\":1}"),
	BYTES("\"0123456789abcdef\xc3\xa4\xf0\x9f\x98\x80 tail that is longer than a stride\""),
	BYTES("\"0123456789abcde\\n0123456789abcde\\\"\""),
	BYTES("[\"a/b\",\"a\\/b\"]"),
};

static const struct slice refused[] = {
	BYTES(""),
	BYTES(" "),
	BYTES("[1,]"),
	BYTES("[,1]"),
	BYTES("[1,,2]"),
	BYTES("[,]"),
	BYTES("{\"a\":1,}"),
	BYTES("{,}"),
	BYTES("{a:1}"),
	BYTES("{'a':1}"),
	BYTES("{\"a\" 1}"),
	BYTES("{\"a\":}"),
	BYTES("{\"a\"}"),
	BYTES("{\"a\":1 \"b\":2}"),
	BYTES("{1:1}"),
	BYTES("{null:1}"),
	BYTES("{\"a\"::1}"),
	BYTES("{:1}"),
	BYTES("{\"a\":1,,\"b\":2}"),
	BYTES("{[]:1}"),
	BYTES("[1 2]"),
	BYTES("[1:2]"),
	BYTES("[\"a\":1]"),
	BYTES("01"),
	BYTES("-01"),
	BYTES("00"),
	BYTES("1."),
	BYTES("1.e1"),
	BYTES(".5"),
	BYTES("-"),
	BYTES("-."),
	BYTES("-a"),
	BYTES("--1"),
	BYTES("1e"),
	BYTES("1e+"),
	BYTES("1eE2"),
	BYTES("1.2.3"),
	BYTES("+1"),
	BYTES("0x1"),
	BYTES("1_000"),
	BYTES("1a"),
	BYTES("NaN"),
	BYTES("Infinity"),
	BYTES("-Infinity"),
	BYTES("nul"),
	BYTES("tru"),
	BYTES("truee"),
	BYTES("True"),
	BYTES("nulll"),
	BYTES("fals\0"),
	BYTES("\"abc"),
	BYTES("\""),
	BYTES("\"\\"),
	BYTES("\"\\\""),
	BYTES("\"\\x41\""),
	BYTES("\"\\a\""),
	BYTES("\"\\'\""),
	BYTES("\"\\\0\""),
	BYTES("\"\\U0041\""),
	BYTES("\"\\u12g4\""),
	BYTES("\"\\u123\""),
	BYTES("\"\\u\""),
	BYTES("\"\\u12"),
	BYTES("\"\\uD83D\\u\""),
	BYTES("\"\t\""),
	BYTES("\"\n\""),
	BYTES("\"\0\""),
	BYTES("\"0123456789abcdef\x1f\""),
	BYTES("'a'"),
	BYTES("["),
	BYTES("]"),
	BYTES("{"),
	BYTES("}"),
	BYTES("[}"),
	BYTES("{]"),
	BYTES("[1}"),
	BYTES("{\"a\":1]"),
	BYTES("[[]"),
	BYTES("[]]"),
	BYTES("{}}"),
	BYTES("1 1"),
	BYTES("[] []"),
	BYTES("[],"),
	BYTES("{}x"),
	BYTES("1\0"),
	BYTES("[]\0"),
	BYTES("\0"),
	BYTES("// c\n1"),
	BYTES("1 // c"),
	BYTES("/* c */1"),
	BYTES("#1"),
	BYTES("\xef\xbb\xbf"
	      "1"),
	BYTES("[\f]"),
	BYTES("[\v1]"),
	BYTES("\xc2\xa0"
	      "1"),
	BYTES("\xe2\x81\xa0[]"),
	BYTES("\"\xff\""),
	BYTES("\"\x80\""),
	BYTES("\"\xbf\""),
	BYTES("\"\xc0\x80\""),
	BYTES("\"\xc1\xbf\""),
	BYTES("\"\xc2\""),
	BYTES("\"\xc2"),
	BYTES("\"\xc2\xc2\""),
	BYTES("\"\xe0\x80\x80\""),
	BYTES("\"\xe0\x9f\xbf\""),
	BYTES("\"\xed\xa0\x80\""),
	BYTES("\"\xed\xbf\xbf\""),
	BYTES("\"\xe2\x82\""),
	BYTES("\"\xe2\x82"),
	BYTES("\"\xf0\x80\x80\x80\""),
	BYTES("\"\xf0\x8f\xbf\xbf\""),
	BYTES("\"\xf4\x90\x80\x80\""),
	BYTES("\"\xf5\x80\x80\x80\""),
	BYTES("\"\xf8\x88\x80\x80\x80\""),
	BYTES("\"\xf0\x9f\x98\""),
	BYTES("{\"\xff\":1}"),
	BYTES("{\"a\n\":1}"),
	BYTES("\"0123456789abcdef0123456789abcde\xc3\""),
};

/* In a block of its own size, so that a sanitizer sees the first byte read beyond it. */
static enum scan_token verdict(struct slice text, struct err *err)
{
	char *copy = malloc(text.len ? text.len : 1);
	enum scan_token token;
	struct scan scan;

	memcpy(copy, text.ptr, text.len);
	scan_init(&scan, copy, text.len, SCAN_DEPTH_MAX);
	do
		token = scan_next(&scan);
	while (token > SCAN_END);
	ck_assert_int_eq(scan_next(&scan), token); /* both ends are sticky */
	if (token == SCAN_ERROR)
		ck_assert_int_eq(scan_fail(&scan, err), -EINVAL);
	free(copy);
	return token;
}

START_TEST(json_is_accepted)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
		ck_assert_msg(verdict(accepted[i], NULL) == SCAN_END, "%s", accepted[i].ptr);
}
END_TEST

START_TEST(all_else_is_refused)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(verdict(refused[i], NULL) == SCAN_ERROR, "%s", refused[i].ptr);
}
END_TEST

/* Every place of a string, relative to the strides, sees the same rules. */
START_TEST(a_bad_byte_is_found_at_every_offset)
{
	static const char *const bad[] = { "\x01", "\x1f", "\xff", "\x80", "\\q", "\xc3", "\n" };
	char text[128];

	for (size_t at = 0; at < 50; at++) {
		for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
			int len = snprintf(text, sizeof(text), "[\"%.*s%s%.*s\"]", (int)at,
					   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
					   bad[i], (int)(50 - at),
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
			struct err err = ERR_INIT;
			char byte[32];

			ck_assert_int_eq(verdict((struct slice) { text, (size_t)len }, &err),
					 SCAN_ERROR);
			snprintf(byte, sizeof(byte), "(byte %zu)", at + 2 + (bad[i][0] == '\\'));
			ck_assert_msg(strstr(err.text, byte) != NULL, "%s, not %s", err.text, byte);
		}
	}
}
END_TEST

START_TEST(every_beginning_of_a_document_ends_too_early)
{
	static const char doc[] =
		"{\"a\\u00e4\": [true, false, null, -1.5e3, \"\xc3\xa4\xf0\x9f\x98\x80\"]}";

	for (size_t len = 0; len + 1 < sizeof(doc); len++) {
		struct err err = ERR_INIT;

		ck_assert_int_eq(verdict((struct slice) { doc, len }, &err), SCAN_ERROR);
		if (!strstr(err.text, "UTF-8"))
			ck_assert_msg(strstr(err.text, "ends too early") != NULL, "%zu: %s", len,
				      err.text);
	}
}
END_TEST

static void expect(struct scan *scan, enum scan_token token, const char *value)
{
	ck_assert_int_eq(scan_next(scan), token);
	ck_assert_msg(slice_is(scan->value, value), "%.*s is not %s", (int)scan->value.len,
		      scan->value.ptr, value);
}

START_TEST(tokens_come_with_their_bytes)
{
	static const char doc[] = " {\"a\":[1.10,\"x\\n\",true],\"b\\u0041\":null,\"c\":{}} ";
	struct scan scan;

	scan_init(&scan, doc, strlen(doc), 10);
	expect(&scan, SCAN_OBJECT, "{");
	expect(&scan, SCAN_KEY, "a");
	ck_assert(!scan.escaped);
	expect(&scan, SCAN_ARRAY, "[");
	expect(&scan, SCAN_NUMBER, "1.10");
	expect(&scan, SCAN_STRING, "x\\n");
	ck_assert(scan.escaped);
	expect(&scan, SCAN_TRUE, "true");
	ck_assert_uint_eq(scan.depth, 2);
	expect(&scan, SCAN_ARRAY_END, "]");
	expect(&scan, SCAN_KEY, "b\\u0041");
	ck_assert(scan.escaped);
	expect(&scan, SCAN_NULL, "null");
	expect(&scan, SCAN_KEY, "c");
	expect(&scan, SCAN_OBJECT, "{");
	expect(&scan, SCAN_OBJECT_END, "}");
	expect(&scan, SCAN_OBJECT_END, "}");
	expect(&scan, SCAN_END, "");
	ck_assert_uint_eq(scan.spaces, 2);
}
END_TEST

static enum scan_token nested(unsigned depth, unsigned depth_max, char open)
{
	char text[2 * SCAN_DEPTH_MAX + 8];
	enum scan_token token;
	struct scan scan;

	memset(text, open, depth);
	memset(text + depth, ']', depth);
	scan_init(&scan, text, 2 * depth, depth_max);
	do
		token = scan_next(&scan);
	while (token > SCAN_END);
	return token;
}

START_TEST(nesting_has_a_limit)
{
	ck_assert_int_eq(nested(10, 10, '['), SCAN_END);
	ck_assert_int_eq(nested(11, 10, '['), SCAN_ERROR);
	ck_assert_int_eq(nested(1, 0, '['), SCAN_ERROR);
	ck_assert_int_eq(nested(SCAN_DEPTH_MAX, 100000, '['), SCAN_END);
	ck_assert_int_eq(nested(SCAN_DEPTH_MAX + 1, 100000, '['), SCAN_ERROR);
}
END_TEST

/* Objects and lists mixed at every level, closed in the right and in the wrong order. */
START_TEST(every_level_remembers_what_it_is)
{
	char text[SCAN_DEPTH_MAX * 8];
	struct random random;

	random_seed(&random, 3);
	for (int round = 0; round < 200; round++) {
		uint64_t wrong = random_below(&random, 2 * 300);
		bool object[300];
		size_t len = 0;

		for (int i = 0; i < 300; i++) {
			object[i] = random_below(&random, 2);
			len += (size_t)sprintf(text + len, object[i] ? "{\"k\":" : "[");
		}
		text[len++] = '0';
		for (int i = 300; i-- > 0;)
			text[len++] = object[i] != (wrong == (uint64_t)i) ? '}' : ']';
		ck_assert_int_eq(verdict((struct slice) { text, len }, NULL),
				 wrong < 300 ? SCAN_ERROR : SCAN_END);
	}
}
END_TEST

static void expect_error(const char *text, const char *sentence)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(verdict(slice_of(text), &err), SCAN_ERROR);
	ck_assert_str_eq(err.text, sentence);
}

START_TEST(errors_say_what_and_where)
{
	expect_error("[1 2]", "line 1, column 4: expected ',' or ']' (byte 3)");
	expect_error("{\"\xc3\xa4\":\n 1 2}", "line 2, column 4: expected ',' or '}' (byte 10)");
	expect_error("[1,]", "line 1, column 4: expected a value (byte 3)");
	expect_error("{\"a\":1,}", "line 1, column 8: expected a key in quotes after ',' (byte 7)");
	expect_error("{x}", "line 1, column 2: expected a key in quotes or '}' (byte 1)");
	expect_error("{\"a\"=1}", "line 1, column 5: expected ':' after the key (byte 4)");
	expect_error("[007]", "line 1, column 2: a number may not begin with 0 (byte 1)");
	expect_error("[1.]", "line 1, column 4: expected a digit after the decimal point (byte 3)");
	expect_error("[1e]", "line 1, column 4: expected a digit in the exponent (byte 3)");
	expect_error("[-]", "line 1, column 3: expected a digit after '-' (byte 2)");
	expect_error("\"a\tb\"",
		     "line 1, column 3: a control byte in a string must be escaped (byte 2)");
	expect_error("\"\xff\"", "line 1, column 2: invalid UTF-8 (byte 1)");
	expect_error("\"\\u00x0\"",
		     "line 1, column 6: expected four hexadecimal digits after \\u (byte 5)");
	expect_error("\xef\xbb\xbf{}",
		     "line 1, column 1: expected a value, not a byte order mark (byte 0)");
	expect_error("{} {}",
		     "line 1, column 4: something follows the end of the document (byte 3)");
	expect_error("{\"a\":", "line 1, column 6: the document ends too early (byte 5)");
	expect_error("", "line 1, column 1: the document ends too early (byte 0)");
	expect_error("[truth]", "line 1, column 2: expected a value (byte 1)");
}
END_TEST

UNIT_MAIN("scan", json_is_accepted, all_else_is_refused, a_bad_byte_is_found_at_every_offset,
	  every_beginning_of_a_document_ends_too_early, tokens_come_with_their_bytes,
	  nesting_has_a_limit, every_level_remembers_what_it_is, errors_say_what_and_where)
