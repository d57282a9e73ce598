#include "fetchctl/say.h"

#include <stdlib.h>

#include "../unit.h"

static void safe_is(const char *text, const char *expected)
{
	char *shown = say_safe(text);

	ck_assert_str_eq(shown, expected);
	free(shown);
}

START_TEST(outside_text_cannot_steer_the_terminal)
{
	safe_is("plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		"plain \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
	safe_is("\x1b[2J\r\n\t\x07\x7f", "\\x1b[2J\\x0d\\x0a\\x09\\x07\\x7f");
	safe_is("\xc2\x9b"
		"2J",
		"\\xc2\\x9b2J"); /* the C1 form of ESC [ */
	safe_is("\xe2\x80\xae"
		"abc",
		"\\xe2\\x80\\xae"
		"abc"); /* right-to-left override */
	safe_is("\xff\xc3", "\\xff\\xc3");
	safe_is("\xe2\x82", "\\xe2\\x82");
}
END_TEST

START_TEST(times_are_shown_where_we_are)
{
	struct json *time = json_new_string("2026-11-23T06:00:00Z");
	char text[SAY_TIME_MAX];

	setenv("TZ", "Europe/Brussels", 1);
	say_time(time, text);
	ck_assert_str_eq(text, "2026-11-23 07:00:00");
	say_time(NULL, text);
	ck_assert_str_eq(text, "");
	json_unref(time);
}
END_TEST

START_TEST(pairs_and_scalars_are_plain_text)
{
	struct json *object = json_new_object();
	char *text;

	json_put_str(object, "a", "x y");
	json_put_int(object, "b", 7);
	json_put(object, "c", NULL);
	text = say_pairs(object);
	ck_assert_str_eq(text, "a=x y b=7 c=");
	free(text);
	json_unref(object);
}
END_TEST

UNIT_MAIN("say", outside_text_cannot_steer_the_terminal, times_are_shown_where_we_are,
	  pairs_and_scalars_are_plain_text)
