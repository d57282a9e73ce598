/* JSON Pointers: RFC 6901's own examples, and what is no pointer. */
#include "base/pointer.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

static const char rfc[] =
	"{\"foo\": [\"bar\", \"baz\"], \"\": 0, \"a/b\": 1, \"c%d\": 2, \"e^f\": 3, "
	"\"g|h\": 4, \"i\\\\j\": 5, \"k\\\"l\": 6, \" \": 7, \"m~n\": 8}";

static const struct finding {
	const char *pointer, *whole; /* NULL: not there */
} findings[] = {
	{ "", rfc },
	{ "/foo", "[\"bar\", \"baz\"]" },
	{ "/foo/0", "\"bar\"" },
	{ "/foo/1", "\"baz\"" },
	{ "/", "0" },
	{ "/a~1b", "1" },
	{ "/c%d", "2" },
	{ "/e^f", "3" },
	{ "/g|h", "4" },
	{ "/i\\j", "5" },
	{ "/k\"l", "6" },
	{ "/ ", "7" },
	{ "/m~0n", "8" },
	{ "/foo/2", NULL },
	{ "/foo/-", NULL },
	{ "/foo/00", NULL },
	{ "/foo/01", NULL },
	{ "/foo/+1", NULL },
	{ "/foo/18446744073709551616", NULL },
	{ "/foo/0/0", NULL },
	{ "/bar", NULL },
	{ "/fo", NULL },
	{ "/fooo", NULL },
	{ "//", NULL },
};

static int find(const char *text, const char *json, struct slice *whole, struct err *err)
{
	struct pointer *pointer = NULL;
	int code;

	ck_assert_int_eq(pointer_parse(text, &pointer, NULL), 0);
	ck_assert_str_eq(pointer_text(pointer), text);
	code = pointer_find(pointer, slice_of(json), whole, err);
	pointer_free(pointer);
	return code;
}

START_TEST(values_are_found_as_the_rfc_shows)
{
	for (size_t i = 0; i < sizeof(findings) / sizeof(findings[0]); i++) {
		const struct finding *finding = &findings[i];
		struct slice whole = { NULL, 0 };
		int code = find(finding->pointer, rfc, &whole, NULL);

		ck_assert_msg(code == (finding->whole ? 0 : -ENOENT), "%s: %d", finding->pointer,
			      code);
		if (finding->whole)
			ck_assert_msg(slice_is(whole, finding->whole), "%s", finding->pointer);
		else
			ck_assert_ptr_null(whole.ptr);
	}
}
END_TEST

START_TEST(keys_are_compared_as_text)
{
	struct slice whole;

	ck_assert_int_eq(find("/\xc3\xa4/n", "{\"\\u00e4\":{\"\\u006e\":5}}", &whole, NULL), 0);
	ck_assert(slice_is(whole, "5"));
	ck_assert_int_eq(find("/a", "{\"a\\u0000\":1}", &whole, NULL), -ENOENT);
}
END_TEST

START_TEST(bytes_that_are_not_json_are_an_error_with_a_place)
{
	struct err err = ERR_INIT;
	struct slice whole = { NULL, 0 };

	ck_assert_int_eq(find("/b", "{\"a\":1 \"b\":2}", &whole, &err), -EINVAL);
	ck_assert_str_eq(err.text, "line 1, column 8: expected ',' or '}' (byte 7)");
	ck_assert_int_eq(find("/a", "{\"a\":[1,}", &whole, &err), -EINVAL);
	ck_assert_int_eq(find("/1", "[{\"x\":nul},2]", &whole, &err), -EINVAL);
	ck_assert_int_eq(find("", "", &whole, &err), -EINVAL);
	ck_assert_ptr_null(whole.ptr);
}
END_TEST

START_TEST(steps_are_unescaped)
{
	struct pointer *pointer = NULL;

	ck_assert_int_eq(pointer_parse("/a~1b//~01/12", &pointer, NULL), 0);
	ck_assert_uint_eq(pointer_steps(pointer), 4);
	ck_assert(slice_is(pointer_step(pointer, 0), "a/b"));
	ck_assert(slice_is(pointer_step(pointer, 1), ""));
	ck_assert(slice_is(pointer_step(pointer, 2), "~1"));
	ck_assert_uint_eq(pointer_index(pointer, 2), POINTER_NO_INDEX);
	ck_assert_uint_eq(pointer_index(pointer, 3), 12);
	pointer_free(pointer);
	pointer_free(NULL);
}
END_TEST

START_TEST(what_is_no_pointer_is_refused)
{
	static const char *const bad[] = { "a", "a/b", "#/a", "/~", "/a~2b", "/a~", "/a~/b" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct pointer *pointer = NULL;
		struct err err = ERR_INIT;

		ck_assert_int_eq(pointer_parse(bad[i], &pointer, &err), -EINVAL);
		ck_assert_ptr_null(pointer);
		ck_assert_str_ne(err.text, "");
	}
}
END_TEST

UNIT_MAIN("pointer", values_are_found_as_the_rfc_shows, keys_are_compared_as_text,
	  bytes_that_are_not_json_are_an_error_with_a_place, steps_are_unescaped,
	  what_is_no_pointer_is_refused)
