/* The scanner's slices: skipping over values, what strings mean, compacting. */
#include "base/scan.h"

#include <errno.h>
#include <string.h>

#include "base/random.h"

#include "../unit.h"

#define BYTES(text)                                                                                \
	{                                                                                          \
		text, sizeof(text) - 1                                                             \
	}

static const struct skipping {
	const char *doc, *whole;
} skippings[] = {
	{ "[ {\"a\": [1, 2]} , 3]", "{\"a\": [1, 2]}" },
	{ "[\"x\\\"y\", 3]", "\"x\\\"y\"" },
	{ "[\"\",3]", "\"\"" },
	{ "[1.50 ,3]", "1.50" },
	{ "[null,3]", "null" },
	{ "[[ ],3]", "[ ]" },
};

START_TEST(skipping_gives_the_whole_value)
{
	for (size_t i = 0; i < sizeof(skippings) / sizeof(skippings[0]); i++) {
		struct slice whole;
		struct scan scan;

		scan_init(&scan, skippings[i].doc, strlen(skippings[i].doc), 10);
		scan_next(&scan);
		ck_assert_int_eq(scan_skip(&scan, scan_next(&scan), &whole), 0);
		ck_assert(slice_is(whole, skippings[i].whole));
		ck_assert_int_eq(scan_next(&scan), SCAN_NUMBER);
		ck_assert(slice_is(scan.value, "3"));
	}
}
END_TEST

START_TEST(skipping_proves_what_it_passes)
{
	static const char doc[] = "[{\"a\":[1,}]";
	struct slice whole = { NULL, 0 };
	struct scan scan;

	scan_init(&scan, doc, strlen(doc), 10);
	scan_next(&scan);
	ck_assert_int_eq(scan_skip(&scan, scan_next(&scan), &whole), -EINVAL);
	ck_assert_ptr_null(whole.ptr);
	ck_assert_str_eq(scan.error, "expected a value");
}
END_TEST

static const struct meaning {
	struct slice raw, text;
} meanings[] = {
	{ BYTES(""), BYTES("") },
	{ BYTES("plain"), BYTES("plain") },
	{ BYTES("\\\"\\\\\\/\\b\\f\\n\\r\\t"), BYTES("\"\\/\b\f\n\r\t") },
	{ BYTES("a\\u0041\\u00e9\\u20AC"), BYTES("aA\xc3\xa9\xe2\x82\xac") },
	{ BYTES("\\u0000x"), BYTES("\0x") },
	{ BYTES("\\ud83d\\ude00!"), BYTES("\xf0\x9f\x98\x80!") },
	{ BYTES("\\uDBFF\\uDFFF"), BYTES("\xf4\x8f\xbf\xbf") },
	{ BYTES("\\ud83d"), BYTES("\xef\xbf\xbd") },
	{ BYTES("\\ud83dx"), BYTES("\xef\xbf\xbdx") },
	{ BYTES("\\ude00\\ud83d"), BYTES("\xef\xbf\xbd\xef\xbf\xbd") },
	{ BYTES("\\ud83d\\u0041"), BYTES("\xef\xbf\xbd"
					 "A") },
	{ BYTES("\\ud83d\\ud83d\\ude00"), BYTES("\xef\xbf\xbd\xf0\x9f\x98\x80") },
	{ BYTES("\\ud83d\\n"), BYTES("\xef\xbf\xbd\n") },
	{ BYTES("\xc3\xa4\\n\xc3\xb6"), BYTES("\xc3\xa4\n\xc3\xb6") },
};

START_TEST(escapes_stand_for_their_text)
{
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++) {
		struct buf out;

		buf_init(&out, 100);
		ck_assert_int_eq(scan_unescape(meanings[i].raw, &out), 0);
		ck_assert_msg(slice_equal(buf_slice(&out), meanings[i].text), "%s gave %s",
			      meanings[i].raw.ptr, buf_text(&out));
		ck_assert(scan_means(meanings[i].raw, meanings[i].text));
		ck_assert(!scan_means(meanings[i].raw, slice_of("other")));
		buf_add_char(&out, 'x');
		ck_assert(!scan_means(meanings[i].raw, buf_slice(&out)));
		buf_done(&out);
	}
	ck_assert(!scan_means(slice_of("ab"), slice_of("a")));
}
END_TEST

START_TEST(unescaping_keeps_to_the_ceiling)
{
	struct buf out;

	buf_init(&out, 3);
	ck_assert_int_eq(scan_unescape(slice_of("ab\\u00e9"), &out), -E2BIG);
	buf_done(&out);
}
END_TEST

static void expect_compact(const char *text, const char *compact)
{
	struct buf out;

	buf_init(&out, 1000);
	buf_add_char(&out, '>');
	ck_assert_int_eq(scan_compact(slice_of(text), &out), 0);
	ck_assert_str_eq(buf_text(&out) + 1, compact);
	buf_done(&out);
}

START_TEST(compacting_spares_the_strings)
{
	expect_compact("{ \"a b\" :\n [ 1 ,\t2 ] }\r\n", "{\"a b\":[1,2]}");
	expect_compact("[ \"x \\\" y \\\\\" , \" \" ]", "[\"x \\\" y \\\\\",\" \"]");
	expect_compact("[\"0123456789abc \\\\\" , \"0123456789abcd \\\" 0123456789 \xc3\xa4 \" ]",
		       "[\"0123456789abc \\\\\",\"0123456789abcd \\\" 0123456789 \xc3\xa4 \"]");
	expect_compact("", "");
	expect_compact(" 1 ", "1");
}
END_TEST

START_TEST(compacting_needs_room_for_what_it_reads)
{
	struct buf out;

	buf_init(&out, 4);
	ck_assert_int_eq(scan_compact(slice_of("[1,2]"), &out), -E2BIG);
	ck_assert_uint_eq(out.len, 0);
	buf_done(&out);
}
END_TEST

/* Writes a random value with random white space; `compact` gets it without. */
static void invent(struct random *random, unsigned depth, struct buf *spaced, struct buf *compact);

static void both(struct buf *spaced, struct buf *compact, const char *text)
{
	buf_add_text(spaced, text);
	buf_add_text(compact, text);
}

static void blank(struct random *random, struct buf *spaced)
{
	static const char *const blanks[] = { "", "", " ", "\n\t  ", "\r\n" };

	buf_add_text(spaced, blanks[random_below(random, 5)]);
}

static void invent_string(struct random *random, struct buf *spaced, struct buf *compact)
{
	static const char *const bits[] = {
		"a",       " ",        "0123456789abcdef", "\\\"", "\\\\",
		"\\u0020", "\xc3\xa4", "\xf0\x9f\x98\x80", ",",    "{",
		"\\n"
	};

	both(spaced, compact, "\"");
	for (uint64_t n = random_below(random, 9); n > 0; n--)
		both(spaced, compact, bits[random_below(random, sizeof(bits) / sizeof(bits[0]))]);
	both(spaced, compact, "\"");
}

static void invent_container(struct random *random, unsigned depth, struct buf *spaced,
			     struct buf *compact)
{
	bool object = random_below(random, 2);

	both(spaced, compact, object ? "{" : "[");
	for (uint64_t i = 0, n = random_below(random, 5); i < n; i++) {
		if (i > 0)
			both(spaced, compact, ",");
		blank(random, spaced);
		if (object) {
			invent_string(random, spaced, compact);
			blank(random, spaced);
			both(spaced, compact, ":");
		}
		invent(random, depth - 1, spaced, compact);
	}
	blank(random, spaced);
	both(spaced, compact, object ? "}" : "]");
}

static void invent(struct random *random, unsigned depth, struct buf *spaced, struct buf *compact)
{
	static const char *const scalars[] = { "0", "-12.5e+3", "true", "false", "null", "1e400" };
	uint64_t what = random_below(random, depth ? 4 : 2);

	blank(random, spaced);
	if (what == 0)
		both(spaced, compact, scalars[random_below(random, 6)]);
	else if (what == 1)
		invent_string(random, spaced, compact);
	else
		invent_container(random, depth, spaced, compact);
	blank(random, spaced);
}

static bool proves(struct slice text)
{
	enum scan_token token;
	struct scan scan;

	scan_init(&scan, text.ptr, text.len, SCAN_DEPTH_MAX);
	do
		token = scan_next(&scan);
	while (token > SCAN_END);
	return token == SCAN_END;
}

START_TEST(random_documents_are_proven_and_compacted)
{
	struct random random;

	for (uint64_t seed = 0; seed < 3000; seed++) {
		struct buf spaced, compact, out;

		random_seed(&random, seed);
		buf_init(&spaced, 1 << 20);
		buf_init(&compact, 1 << 20);
		buf_init(&out, 1 << 20);
		invent(&random, 5, &spaced, &compact);
		ck_assert_int_eq(proves(buf_slice(&spaced)), true);
		ck_assert_int_eq(scan_compact(buf_slice(&spaced), &out), 0);
		ck_assert_str_eq(buf_text(&out), buf_text(&compact));
		buf_done(&spaced);
		buf_done(&compact);
		buf_done(&out);
	}
}
END_TEST

UNIT_MAIN("scan_text", skipping_gives_the_whole_value, skipping_proves_what_it_passes,
	  escapes_stand_for_their_text, unescaping_keeps_to_the_ceiling,
	  compacting_spares_the_strings, compacting_needs_room_for_what_it_reads,
	  random_documents_are_proven_and_compacted)
