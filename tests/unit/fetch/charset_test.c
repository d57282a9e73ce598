/* Bodies come out in UTF-8. */
#include "fetch/charset.h"

#include "../unit.h"
#include "base/slice.h"

static struct err err;

/* The body as text; the outcome's name instead. */
static struct slice converted(const char *asked, const char *type, const char *bytes, size_t len,
			      size_t max)
{
	static struct buf body;
	enum outcome outcome;

	err = (struct err)ERR_INIT;
	buf_done(&body);
	buf_init(&body, 1000);
	buf_add(&body, bytes, len);
	outcome = charset_to_utf8(asked, type, &body, max, &err);
	return outcome == OUTCOME_OK ? buf_slice(&body) : slice_of(outcomes[outcome].name);
}

#define BYTES(text) text, sizeof(text) - 1
#define expect(asked, type, bytes, want)                                                           \
	ck_assert(slice_is(converted(asked, type, BYTES(bytes), 1000), want))

START_TEST(utf8_is_left_alone_but_for_its_mark)
{
	expect(NULL, NULL, "{\"a\":\"\xc3\xa9\"}", "{\"a\":\"\xc3\xa9\"}");
	expect(NULL, "application/json", "\xef\xbb\xbf{}", "{}");
	expect("utf-8", NULL, "\xef\xbb\xbf{}", "{}");
	expect("UTF-8", NULL, "\xff", "\xff"); /* the readers say where */
	expect(NULL, NULL, "", "");
}
END_TEST

START_TEST(the_charset_that_is_asked_for_wins)
{
	expect("windows-1252", "text/csv; charset=utf-8", "\x80", "\xe2\x82\xac");
	expect("ISO-8859-1", NULL, "\xe9", "\xc3\xa9");
}
END_TEST

START_TEST(a_byte_order_mark_says_what_the_body_is)
{
	expect(NULL, NULL, "\xff\xfe{\0}\0", "{}");
	expect(NULL, NULL, "\xfe\xff\0{\0}", "{}");
	expect(NULL, "text/csv; charset=iso-8859-1", "\xff\xfe\xe9\0", "\xc3\xa9");
}
END_TEST

START_TEST(a_declared_charset_counts_where_the_body_is_not_utf8)
{
	expect(NULL, "text/csv; charset=ISO-8859-1", "\xe9", "\xc3\xa9");
	expect(NULL, "text/csv; header=present; Charset=\"latin1\"", "\xe9", "\xc3\xa9");
	expect(NULL, "application/json; charset=iso-8859-1", "\"\xc3\xa9\"", "\"\xc3\xa9\"");
	expect(NULL, "text/csv; charset=utf-16le", "a\0", "a");
	expect(NULL, "text/csv; charset=us-ascii", "\xe9", "\xe9");
}
END_TEST

START_TEST(what_cannot_be_converted_is_a_failure_with_its_byte)
{
	expect("UTF-16LE", NULL, "a\0b", "encoding");
	ck_assert_ptr_nonnull(strstr(err.text, "byte 2 of the answer is not UTF-16LE"));
	expect(NULL, "text/csv; charset=klingon", "\xff", "encoding");
	ck_assert_ptr_nonnull(strstr(err.text, "\"klingon\""));
}
END_TEST

START_TEST(a_converted_body_obeys_the_limit_too)
{
	ck_assert(slice_is(converted("latin1", NULL, BYTES("\xe9\xe9"), 3), "too_big"));
	ck_assert(slice_is(converted("latin1", NULL, BYTES("\xe9\xe9"), 4), "\xc3\xa9\xc3\xa9"));
}
END_TEST

UNIT_MAIN("charset", utf8_is_left_alone_but_for_its_mark, the_charset_that_is_asked_for_wins,
	  a_byte_order_mark_says_what_the_body_is,
	  a_declared_charset_counts_where_the_body_is_not_utf8,
	  what_cannot_be_converted_is_a_failure_with_its_byte, a_converted_body_obeys_the_limit_too)
