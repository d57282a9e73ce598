/* Sentences about failures. */
#include "base/err.h"

#include <errno.h>
#include <string.h>

#include "base/printable.h"

#include "../unit.h"

START_TEST(sentences_are_built_from_the_inside_out)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(err_set(&err, -EINVAL, "expected %s", "a number"), -EINVAL);
	err_within(&err, "output.%s", "rows");
	err_within(&err, "a.yaml:%d", 14);
	ck_assert_str_eq(err.text, "a.yaml:14: output.rows: expected a number");
}
END_TEST

START_TEST(the_systems_reason_is_appended)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(err_sys(&err, -ENOENT, "cannot open %s", "x"), -ENOENT);
	ck_assert_str_eq(err.text, "cannot open x: No such file or directory");
}
END_TEST

START_TEST(nobody_has_to_listen)
{
	ck_assert_int_eq(err_set(NULL, -EINVAL, "x"), -EINVAL);
	ck_assert_int_eq(err_sys(NULL, -EIO, "x"), -EIO);
	err_within(NULL, "x");
}
END_TEST

START_TEST(control_bytes_are_shown)
{
	struct err err = ERR_INIT;

	err_set(&err, 0, "name \"%s\"", "a\nb\x7f");
	ck_assert_str_eq(err.text, "name \"a\\x0ab\\x7f\"");
	err_within(&err, "x\ty");
	ck_assert_str_eq(err.text, "x\\x09y: name \"a\\x0ab\\x7f\"");
}
END_TEST

START_TEST(long_sentences_are_cut_with_dots)
{
	char text[2000];
	struct err err = ERR_INIT;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&err, 0, "%s", text);
	ck_assert_uint_lt(strlen(err.text), ERR_TEXT_MAX);
	ck_assert_str_eq(err.text + strlen(err.text) - 4, "a...");
	err_within(&err, "place");
	ck_assert_int_eq(strncmp(err.text, "place: aaa", 10), 0);
}
END_TEST

START_TEST(a_cut_never_splits_a_character)
{
	char to[12];

	printable_copy(to, sizeof(to), "abcdefg\xc3\xa4xyz");
	ck_assert_str_eq(to, "abcdefg...");
	printable_copy(to, sizeof(to), "abcdef\xc3\xa4xyz");
	ck_assert_str_eq(to, "abcdef\xc3\xa4...");
	printable_copy(to, sizeof(to), "abcde\xf0\x9f\x98\x80xyz");
	ck_assert_str_eq(to, "abcde...");
	printable_copy(to, sizeof(to), "abcdefgh");
	ck_assert_str_eq(to, "abcdefgh");
	printable_copy(to, sizeof(to), "abcdef\n\n");
	ck_assert_str_eq(to, "abcdef...");
}
END_TEST

UNIT_MAIN("err", sentences_are_built_from_the_inside_out, the_systems_reason_is_appended,
	  nobody_has_to_listen, control_bytes_are_shown, long_sentences_are_cut_with_dots,
	  a_cut_never_splits_a_character)
