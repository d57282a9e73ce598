/* The scanner: what RFC 8259 is, and what it is not. */
#include "base/scan.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

static int proves(const char *text, size_t len)
{
	struct scan scan;
	enum scan_token token;

	scan_init(&scan, text, len, SCAN_DEPTH_MAX);
	do
		token = scan_next(&scan);
	while (token > SCAN_END);
	return token == SCAN_END;
}

static const char *const accepted[] = {
	"0",
	"-0",
	"1.5e+10",
	"\"\"",
	"[]",
	"{}",
	" [ ] ",
	"[1,2]",
	"{\"a\":{\"b\":[null,true,false]}}",
	"\"\\u0000\\ud83d\\ude00\\/\"",
	"\"0123456789abcdef\xc3\xa4\xf0\x9f\x98\x80 tail\"",
	"\t\n\r 1 ",
};

static const char *const refused[] = {
	"",
	" ",
	"[1,]",
	"[,1]",
	"{\"a\":1,}",
	"{a:1}",
	"{\"a\" 1}",
	"[1 2]",
	"01",
	"1.",
	".5",
	"-",
	"1e",
	"+1",
	"NaN",
	"nul",
	"truee",
	"\"abc",
	"\"\\x\"",
	"\"\\u12g4\"",
	"\"\t\"",
	"[",
	"]",
	"[}",
	"{]",
	"1 1",
	"\"\xff\"",
	"\"\xed\xa0\x80\"",
	"\"\xc0\x80\"",
	"\xef\xbb\xbf"
	"1",
};

START_TEST(json_is_accepted)
{
	for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++)
		ck_assert_msg(proves(accepted[i], strlen(accepted[i])), "%s", accepted[i]);
}
END_TEST

START_TEST(all_else_is_refused)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ck_assert_msg(!proves(refused[i], strlen(refused[i])), "%s", refused[i]);
}
END_TEST

UNIT_MAIN("scan", json_is_accepted, all_else_is_refused)
