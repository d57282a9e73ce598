#include "base/buf.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

START_TEST(additions_past_the_ceiling_change_nothing)
{
	struct buf buf;

	buf_init(&buf, 4);
	ck_assert_int_eq(buf_add_text(&buf, "abc"), 0);
	ck_assert_int_eq(buf_add_text(&buf, "de"), -E2BIG);
	ck_assert_int_eq(buf_add_char(&buf, 'd'), -E2BIG); /* full is sticky */
	ck_assert_str_eq(buf_text(&buf), "abc");
	buf_done(&buf);
}
END_TEST

START_TEST(the_ceiling_itself_fits)
{
	struct buf buf;

	buf_init(&buf, 3);
	ck_assert_int_eq(buf_addf(&buf, "%d", 123), 0);
	ck_assert_str_eq(buf_text(&buf), "123");
	ck_assert_uint_eq(buf.len, 3);
	buf_done(&buf);
}
END_TEST

START_TEST(take_leaves_an_empty_usable_buffer)
{
	struct buf buf;
	char *text;

	buf_init(&buf, 100);
	buf_add_text(&buf, "one");
	text = buf_take(&buf);
	ck_assert_str_eq(text, "one");
	free(text);
	ck_assert_int_eq(buf_add_text(&buf, "two"), 0);
	ck_assert_str_eq(buf_text(&buf), "two");
	buf_drop_front(&buf, 1);
	ck_assert_str_eq(buf_text(&buf), "wo");
	buf_done(&buf);
}
END_TEST

START_TEST(room_that_was_not_used_holds_no_text)
{
	struct buf buf;
	char *room, *text;

	buf_init(&buf, 4096);
	room = buf_reserve(&buf, 4096);
	memset(room + 1, 'x', 4095);
	ck_assert_str_eq(buf_text(&buf), "");
	text = buf_take(&buf);
	ck_assert_str_eq(text, "");
	free(text);
}
END_TEST

UNIT_MAIN("buf", additions_past_the_ceiling_change_nothing, the_ceiling_itself_fits,
	  room_that_was_not_used_holds_no_text, take_leaves_an_empty_usable_buffer)
