/* JSON trees: what is taken, what is refused, and that what was read is written as it was. */
#include "base/json.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

static struct json *parsed(const char *text)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	ck_assert_msg(json_parse(text, strlen(text), &doc, &err) == 0, "%s: %s", text, err.text);
	return doc;
}

static void expect_text(const char *text, const char *expected)
{
	struct json *doc = parsed(text);
	char *got = json_text(doc, false);

	ck_assert_str_eq(got, expected);
	free(got);
	json_unref(doc);
}

static void expect_error(const char *text, size_t len, const char *sentence)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(json_parse(text, len, &doc, &err), -EINVAL);
	ck_assert_ptr_null(doc);
	ck_assert_str_eq(err.text, sentence);
}

START_TEST(numbers_print_as_they_came)
{
	expect_text("[1.10, 1e400, -0, 18446744073709551615, 9223372036854775807, 0.1e-7]",
		    "[1.10,1e400,-0,18446744073709551615,9223372036854775807,0.1e-7]");
}
END_TEST

START_TEST(objects_keep_their_order)
{
	expect_text("{\"z\":1,\"a\":{\"b\":[]},\"m\":null}",
		    "{\"z\":1,\"a\":{\"b\":[]},\"m\":null}");
}
END_TEST

START_TEST(a_key_twice_is_an_error_at_the_second)
{
	expect_error("{\"a\":1,\n \"a\":2}", 15,
		     "line 2, column 2: the key \"a\" is there already (byte 9)");
}
END_TEST

UNIT_MAIN("json", numbers_print_as_they_came, objects_keep_their_order,
	  a_key_twice_is_an_error_at_the_second)
