#include "fetch/decode.h"

#include <string.h>
#include <zlib.h>

#include "../unit.h"

static struct err err;
static struct buf body;

/* Appends `len` bytes of text as one gzip member. */
static void add_member(const char *text, size_t len)
{
	z_stream z = { .zalloc = Z_NULL };
	size_t most;
	char *to;

	ck_assert_int_eq(deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY), Z_OK);
	most = deflateBound(&z, len);
	to = buf_reserve(&body, most);
	z.next_in = (Bytef *)text;
	z.avail_in = (uInt)len;
	z.next_out = (Bytef *)to;
	z.avail_out = (uInt)most;
	ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
	buf_grew(&body, z.total_out);
	deflateEnd(&z);
}

static void start(void)
{
	buf_done(&body);
	buf_init(&body, 64 << 20);
	err = (struct err)ERR_INIT;
}

static enum outcome decoded(const char *encoding, size_t max)
{
	return decode_body(encoding, &body, max, &err);
}

START_TEST(identity_stays_as_it_is)
{
	start();
	buf_add_text(&body, "[1]");
	ck_assert_int_eq(decoded(NULL, 3), OUTCOME_OK);
	ck_assert_int_eq(decoded("identity", 3), OUTCOME_OK);
	ck_assert_int_eq(decoded(" Identity\t", 3), OUTCOME_OK);
	ck_assert_int_eq(decoded("", 3), OUTCOME_OK);
	ck_assert_str_eq(buf_text(&body), "[1]");
	ck_assert_int_eq(decoded(NULL, 2), OUTCOME_TOO_BIG);
	ck_assert_str_ne(err.text, "");
}
END_TEST

START_TEST(gzip_is_inflated_whatever_its_name)
{
	static const char *const names[] = { "gzip", "x-gzip", "GZip", " gzip " };

	for (size_t i = 0; i < 4; i++) {
		start();
		add_member("{\"a\":1}", 7);
		ck_assert_int_eq(decoded(names[i], 7), OUTCOME_OK);
		ck_assert_str_eq(buf_text(&body), "{\"a\":1}");
		ck_assert_uint_eq(body.len, 7);
	}
}
END_TEST

START_TEST(members_follow_each_other)
{
	start();
	add_member("[1,", 3);
	add_member("", 0);
	add_member("2]", 2);
	ck_assert_int_eq(decoded("gzip", 100), OUTCOME_OK);
	ck_assert_str_eq(buf_text(&body), "[1,2]");
}
END_TEST

START_TEST(a_body_cut_anywhere_is_truncated)
{
	struct buf whole = { .data = NULL };
	size_t len;

	start();
	add_member("[\"some text that is worth packing\",1,2,3]", 41);
	whole = body;
	len = whole.len;
	body = (struct buf) { .data = NULL };
	for (size_t cut = 0; cut < len; cut++) {
		start();
		buf_add(&body, whole.data, cut);
		ck_assert_msg(decoded("gzip", 1000) == OUTCOME_TRUNCATED, "cut at %zu", cut);
		ck_assert_str_ne(err.text, "");
	}
	buf_done(&whole);
}
END_TEST

START_TEST(what_follows_the_end_is_refused)
{
	start();
	add_member("[1]", 3);
	buf_add_text(&body, "garbage behind it");
	ck_assert_int_eq(decoded("gzip", 100), OUTCOME_ENCODING);
	start();
	add_member("[1]", 3);
	buf_add(&body, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20);
	ck_assert_int_eq(decoded("gzip", 100), OUTCOME_ENCODING);
}
END_TEST

START_TEST(a_changed_byte_is_found)
{
	start();
	add_member("[\"checked by its sum\"]", 22);
	body.data[body.len - 8] ^= 1; /* CRC-32, RFC 1952 section 2.3.1 */
	ck_assert_int_eq(decoded("gzip", 100), OUTCOME_ENCODING);
	start();
	buf_add_text(&body, "[\"not packed at all\"]");
	ck_assert_int_eq(decoded("gzip", 100), OUTCOME_ENCODING);
}
END_TEST

START_TEST(the_decoded_size_is_capped)
{
	static char zeros[1 << 20];

	start();
	add_member(zeros, sizeof(zeros));
	ck_assert_int_eq(decoded("gzip", sizeof(zeros) - 1), OUTCOME_TOO_BIG);
	start();
	add_member(zeros, sizeof(zeros));
	ck_assert_int_eq(decoded("gzip", sizeof(zeros)), OUTCOME_OK);
	ck_assert_uint_eq(body.len, sizeof(zeros));
	start();
	add_member(zeros, 1000);
	add_member(zeros, 1000);
	ck_assert_int_eq(decoded("gzip", 1999), OUTCOME_TOO_BIG);
	start();
	add_member("", 0);
	ck_assert_int_eq(decoded("gzip", 0), OUTCOME_OK);
	ck_assert_uint_eq(body.len, 0);
}
END_TEST

START_TEST(other_codings_are_refused_by_name)
{
	start();
	buf_add_text(&body, "[1]");
	ck_assert_int_eq(decoded("br", 100), OUTCOME_ENCODING);
	ck_assert_ptr_nonnull(strstr(err.text, "br"));
	ck_assert_int_eq(decoded("gzip, gzip", 100), OUTCOME_ENCODING);
	ck_assert_int_eq(decoded("deflate", 100), OUTCOME_ENCODING);
}
END_TEST

UNIT_MAIN("decode", identity_stays_as_it_is, gzip_is_inflated_whatever_its_name,
	  members_follow_each_other, a_body_cut_anywhere_is_truncated,
	  what_follows_the_end_is_refused, a_changed_byte_is_found, the_decoded_size_is_capped,
	  other_codings_are_refused_by_name)
