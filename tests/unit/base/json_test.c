/* JSON trees: what is taken, what is refused, and that what was read is written as it was. */
#include "base/json.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"

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

static void expect_error(const char *text, const char *sentence)
{
	struct json *doc = NULL;
	struct err err = ERR_INIT;

	ck_assert_int_eq(json_parse(text, strlen(text), &doc, &err), -EINVAL);
	ck_assert_ptr_null(doc);
	ck_assert_str_eq(err.text, sentence);
}

START_TEST(numbers_print_as_they_came)
{
	expect_text("[1.10, 1e400, -0, 18446744073709551615, -9223372036854775809]",
		    "[1.10,1e400,-0,18446744073709551615,-9223372036854775809]");
	expect_text("[9223372036854775807, -9223372036854775808, 0.1e-7, 1E+2]",
		    "[9223372036854775807,-9223372036854775808,0.1e-7,1E+2]");
}
END_TEST

START_TEST(integers_that_fit_are_integers)
{
	struct json *doc = parsed("[9223372036854775807, 9223372036854775808, 1.0, -0, 7]");

	ck_assert_int_eq(json_int(json_at(doc, 0), 0), INT64_MAX);
	ck_assert_int_eq(json_type(json_at(doc, 1)), JSON_NUMBER);
	ck_assert_int_eq(json_int(json_at(doc, 1), -5), -5);
	ck_assert_int_eq(json_type(json_at(doc, 2)), JSON_NUMBER);
	ck_assert_int_eq(json_type(json_at(doc, 3)), JSON_NUMBER);
	ck_assert_double_eq(json_number(json_at(doc, 4), 0), 7);
	ck_assert_double_eq(json_number(json_at(doc, 2), 0), 1);
	json_unref(doc);
}
END_TEST

START_TEST(the_locale_does_not_matter_to_numbers)
{
	static const char *const locales[] = { "de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8" };

	for (size_t i = 0; i < 3; i++) {
		struct json *doc;

		setlocale(LC_ALL, locales[i]); /* where it is installed, its point is a comma */
		doc = parsed("2.5");
		ck_assert_double_eq(json_number(doc, 0), 2.5);
		json_unref(doc);
		expect_text("[2.5]", "[2.5]");
	}
	setlocale(LC_ALL, "C");
}
END_TEST

START_TEST(objects_keep_their_order)
{
	expect_text("{\"z\":1,\"a\":{\"b\":[]},\"m\":null}",
		    "{\"z\":1,\"a\":{\"b\":[]},\"m\":null}");
}
END_TEST

START_TEST(strings_keep_every_character)
{
	struct json *doc = parsed("\"\\u0000/\\ud83d\\ude00\\n\xc3\xa4\"");

	ck_assert(slice_equal(json_slice(doc),
			      (struct slice) { "\0/\xf0\x9f\x98\x80\n\xc3\xa4", 9 }));
	json_unref(doc);
	expect_text("\"\\u0000\\/\\t\\\"\\u001f\"", "\"\\u0000/\\t\\\"\\u001f\"");
}
END_TEST

START_TEST(what_is_refused_is_refused_with_its_place)
{
	expect_error("{\"a\":1,\n \"a\":2}",
		     "line 2, column 2: the key \"a\" is there already (byte 9)");
	expect_error("{\"a\":1,\"\\u0061\":2}",
		     "line 1, column 8: the key \"a\" is there already (byte 7)");
	expect_error("{\"a\\u0000b\":1}", "line 1, column 2: a key may not hold \\u0000 (byte 1)");
	expect_error("[1,[2,{\"x\":[3,]}]]", "line 1, column 15: expected a value (byte 14)");
	expect_error("[NaN]", "line 1, column 2: expected a value (byte 1)");
	expect_error("{} x",
		     "line 1, column 4: something follows the end of the document (byte 3)");
	expect_error("", "line 1, column 1: the document ends too early (byte 0)");
}
END_TEST

START_TEST(trees_are_at_most_64_deep)
{
	char text[131];
	struct json *doc = NULL;

	memset(text, '[', 65);
	memset(text + 65, ']', 65);
	ck_assert_int_eq(json_parse(text + 1, 128, &doc, NULL), 0);
	json_unref(doc);
	ck_assert_int_eq(json_parse(text, 130, &doc, NULL), -EINVAL);
}
END_TEST

START_TEST(readers_answer_nothing_for_other_types)
{
	struct json *doc =
		parsed("{\"s\":\"x\",\"n\":null,\"t\":true,\"l\":[1,2],\"o\":{\"i\":3}}");

	ck_assert_str_eq(json_str(json_get(doc, "s")), "x");
	ck_assert_ptr_null(json_str(json_get(doc, "l")));
	ck_assert_ptr_null(json_slice(json_get(doc, "l")).ptr);
	ck_assert_ptr_null(json_get(doc, "none"));
	ck_assert_ptr_null(json_get(json_get(doc, "s"), "x"));
	ck_assert(json_has(doc, "n") && !json_has(doc, "none") && !json_has(NULL, "n"));
	ck_assert(json_bool(json_get(doc, "t"), false));
	ck_assert(json_bool(json_get(doc, "s"), true));
	ck_assert_uint_eq(json_len(json_get(doc, "l")), 2);
	ck_assert_uint_eq(json_len(doc), 5);
	ck_assert_uint_eq(json_len(NULL), 0);
	ck_assert_ptr_null(json_at(json_get(doc, "l"), 2));
	ck_assert_ptr_null(json_at(doc, 0));
	ck_assert_ptr_null(json_first(json_get(doc, "l")).key);
	ck_assert_str_eq(json_type_name(json_type(doc)), "an object");
	json_unref(doc);
}
END_TEST

START_TEST(pointers_find_their_way)
{
	struct json *doc = parsed("{\"a\":[{\"b/c\":{\"~\":1}},null],\"\":2,\"0\":3}");

	ck_assert_int_eq(json_int(json_find(doc, "/a/0/b~1c/~0"), 0), 1);
	ck_assert_int_eq(json_int(json_find(doc, "/"), 0), 2);
	ck_assert_int_eq(json_int(json_find(doc, "/0"), 0), 3);
	ck_assert_ptr_eq(json_find(doc, ""), doc);
	ck_assert_ptr_null(json_find(doc, "/a/00"));
	ck_assert_ptr_null(json_find(doc, "/a/2"));
	ck_assert_ptr_null(json_find(doc, "/a/-"));
	ck_assert_ptr_null(json_find(doc, "a"));
	json_unref(doc);
}
END_TEST

START_TEST(members_come_in_order)
{
	struct json *doc = parsed("{\"b\":1,\"a\":null,\"c\":3}");
	char keys[8] = "";

	for (struct json_member m = json_first(doc); m.key; m = json_next(m))
		strcat(keys, m.key);
	ck_assert_str_eq(keys, "bac");
	json_remove(doc, "a");
	json_remove(doc, "none");
	json_put_int(doc, "b", 5); /* replaced where it is */
	json_unref(doc);
}
END_TEST

START_TEST(writers_make_what_they_are_told)
{
	struct json *doc = json_new_object(), *list;
	char *text;

	json_put_str(doc, "s", "x\n");
	json_put_str(doc, "none", NULL);
	json_put_int(doc, "i", INT64_MIN);
	json_put_bool(doc, "b", true);
	json_put_time(doc, "t", 1700000000123);
	json_put_time(doc, "never", 0);
	list = json_put(doc, "l", json_new_array());
	json_push(list, json_new_number("1.50"));
	json_push(list, NULL);
	json_put(list = json_push(list, json_new_object()), "k", json_new_bool(false));
	json_put_int(doc, "s", 1);
	text = json_text(doc, false);
	ck_assert_str_eq(text, "{\"s\":1,\"none\":null,\"i\":-9223372036854775808,\"b\":true,"
			       "\"t\":\"2023-11-14T22:13:20.123Z\",\"never\":null,"
			       "\"l\":[1.50,null,{\"k\":false}]}");
	free(text);
	json_unref(doc);
}
END_TEST

START_TEST(people_get_an_indented_text)
{
	struct json *doc = parsed("{\"a\":[1],\"b\":\"x/y\"}");
	char *text = json_text(doc, true);

	ck_assert_str_eq(text, "{\n  \"a\": [\n    1\n  ],\n  \"b\": \"x/y\"\n}");
	free(text);
	json_unref(doc);
}
END_TEST

START_TEST(writing_keeps_to_the_ceiling)
{
	struct json *doc = parsed("[1,2,3]");
	struct buf out;

	buf_init(&out, 6);
	ck_assert_int_eq(json_write(doc, &out), -E2BIG);
	buf_done(&out);
	buf_init(&out, 7);
	ck_assert_int_eq(json_write(doc, &out), 0);
	ck_assert_str_eq(buf_text(&out), "[1,2,3]");
	buf_done(&out);
	json_unref(doc);
}
END_TEST

static bool same(const char *left, const char *right)
{
	struct json *a = parsed(left), *b = parsed(right);
	bool equal = json_equal(a, b);

	ck_assert_int_eq(json_equal(b, a), equal);
	json_unref(a);
	json_unref(b);
	return equal;
}

START_TEST(equality_is_by_value)
{
	ck_assert(same("{\"a\":1,\"b\":[null,\"x\"]}", "{\"b\":[null,\"x\"],\"a\":1}"));
	ck_assert(same("1e400", "1e400"));
	ck_assert(!same("1e400", "1e401"));
	ck_assert(!same("1", "1.0"));
	ck_assert(!same("{\"a\":null}", "{}"));
	ck_assert(!same("{\"a\":null}", "{\"b\":null}"));
	ck_assert(!same("[1,2]", "[2,1]"));
	ck_assert(!same("[1,2]", "[1,2,3]"));
	ck_assert(!same("\"a\\u0000b\"", "\"a\\u0000c\""));
	ck_assert(!same("true", "false"));
	ck_assert(same("null", " null "));
	ck_assert(!same("null", "0"));
}
END_TEST

START_TEST(a_copy_is_deep_and_keeps_the_numbers)
{
	struct json *doc = parsed("{\"a\":[1.10,\"x\\u0000y\"],\"b\":null}"),
		    *copy = json_copy(doc);

	ck_assert(json_equal(doc, copy));
	json_push(json_get(copy, "a"), NULL);
	ck_assert_uint_eq(json_len(json_get(doc, "a")), 2);
	json_unref(doc);
	doc = json_ref(copy);
	json_unref(copy);
	ck_assert_uint_eq(json_len(json_get(doc, "a")), 3);
	json_unref(doc);
	ck_assert_ptr_null(json_copy(NULL));
	json_unref(NULL);
}
END_TEST

static struct json *invent(struct random *random, unsigned depth);

static struct json *invent_string(struct random *random)
{
	static const char *const bits[] = { "a",
					    "\"",
					    "\\",
					    "/",
					    "\n",
					    "\x01",
					    "\xc3\xa4",
					    "\xf0\x9f\x98\x80",
					    "long enough for a stride" };
	char text[256] = "";

	for (uint64_t n = random_below(random, 8); n > 0; n--)
		strcat(text, bits[random_below(random, 9)]);
	return json_new_string_len(text,
				   strlen(text) + random_below(random, 2)); /* or with a NUL */
}

static struct json *invent_container(struct random *random, unsigned depth)
{
	bool object = random_below(random, 2);
	struct json *made = object ? json_new_object() : json_new_array();
	char key[32];

	for (uint64_t n = random_below(random, 5); n > 0; n--) {
		snprintf(key, sizeof(key), "k\"\n%u", (unsigned)random_below(random, 50));
		if (object)
			json_put(made, key, invent(random, depth - 1));
		else
			json_push(made, invent(random, depth - 1));
	}
	return made;
}

static struct json *invent(struct random *random, unsigned depth)
{
	switch (random_below(random, depth ? 7 : 5)) {
	case 0:
		return NULL;
	case 1:
		return json_new_bool(random_below(random, 2));
	case 2:
		return json_new_int((int64_t)random_next(random));
	case 3:
		return json_new_number(random_below(random, 2) ? "-0.0e-5" : "1E400");
	case 4:
		return invent_string(random);
	default:
		return invent_container(random, depth);
	}
}

START_TEST(random_trees_survive_being_written_and_read)
{
	struct random random;

	for (uint64_t seed = 0; seed < 2000; seed++) {
		struct json *doc, *back = NULL;
		struct err err = ERR_INIT;
		char *text;

		random_seed(&random, seed);
		doc = invent(&random, 6);
		text = json_text(doc, seed % 2);
		ck_assert_msg(json_parse(text, strlen(text), &back, &err) == 0, "%s: %s", text,
			      err.text);
		ck_assert_msg(json_equal(doc, back), "%s", text);
		free(text);
		json_unref(doc);
		json_unref(back);
	}
}
END_TEST

UNIT_MAIN("json", numbers_print_as_they_came, integers_that_fit_are_integers,
	  the_locale_does_not_matter_to_numbers, objects_keep_their_order,
	  strings_keep_every_character, what_is_refused_is_refused_with_its_place,
	  trees_are_at_most_64_deep, readers_answer_nothing_for_other_types,
	  pointers_find_their_way, members_come_in_order, writers_make_what_they_are_told,
	  people_get_an_indented_text, writing_keeps_to_the_ceiling, equality_is_by_value,
	  a_copy_is_deep_and_keeps_the_numbers, random_trees_survive_being_written_and_read)
