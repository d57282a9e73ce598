/* Templates: what each hole becomes at each place, and what is refused. */
#include "fetchmock/body.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"

/* Every name of the request is there, but those that begin with "no". */
static struct slice look_up(enum fill_from from, const char *name, void *arg)
{
	static const char *const values[] = { "42", "say \"hi\"\n", "head\xff" };

	if (strncmp(name, "no", 2) == 0)
		return (struct slice) { NULL, 0 };
	return slice_of(values[from]);
}

static void write_two(const struct page *page, const struct fill *request, struct buf *out)
{
	buf_add_text(out, "[1,2]");
}

static const struct fill_page full_page = {
	.records = write_two, .next = { "c-1", 3 }, .total = 95, .size = 10
};
static const struct fill_page last_page = { .records = write_two, .total = 95, .size = 10 };

/* The rendering of a JSON template, the caller's to free. */
static char *rendered(const char *json, const struct fill_page *page)
{
	struct fill fill = { .lookup = look_up, .seq = 3, .index = 8, .page = page };
	struct err err = ERR_INIT;
	struct json *doc;
	struct body *body;
	struct buf out;

	ck_assert_int_eq(json_parse(json, strlen(json), &doc, &err), 0);
	ck_assert_msg(body_compile_json(doc, &body, &err) == 0, "%s", err.text);
	buf_init(&out, 10000);
	random_seed(&fill.random, 1);
	body_render(body, &fill, &out);
	body_free(body);
	json_unref(doc);
	return buf_take(&out);
}

static void expect(const char *json, const char *text)
{
	char *got = rendered(json, NULL);

	ck_assert_str_eq(got, text);
	free(got);
}

static void expect_page(const char *json, const struct fill_page *page, const char *text)
{
	char *got = rendered(json, page);

	ck_assert_str_eq(got, text);
	free(got);
}

START_TEST(json_without_holes_comes_out_compact_and_exact)
{
	expect("{\"a\": [1, 2.50, 1e400, null, true], \"b\\n\": {}, \"c\": [], \"d\": \"\\u0001\"}",
	       "{\"a\":[1,2.50,1e400,null,true],\"b\\u000a\":{},\"c\":[],\"d\":\"\\u0001\"}");
}
END_TEST

START_TEST(values_of_requests_are_escaped_in_json)
{
	expect("\"${query.q}\"", "\"say \\\"hi\\\"\\u000a\"");
	expect("\"<${query.q}>\"", "\"<say \\\"hi\\\"\\u000a>\"");
	expect("\"${header.h}\"", "\"head\xef\xbf\xbd\"");
}
END_TEST

START_TEST(a_hole_alone_becomes_a_number_where_it_says_so)
{
	expect("[\"${path.id}\", \"${path.id:int}\", \"x${path.id:int}\"]", "[\"42\",42,\"x42\"]");
	expect("[\"${query.q:int}\", \"${seq}\", \"${index}\", \"${index}.\"]",
	       "[\"say \\\"hi\\\"\\u000a\",3,8,\"8.\"]");
}
END_TEST

START_TEST(what_was_not_sent_is_empty)
{
	expect("[\"${query.none}\", \"<${query.none}>\", \"${query.none:int}\"]",
	       "[\"\",\"<>\",\"\"]");
}
END_TEST

START_TEST(two_dollars_are_one_and_a_lone_one_is_itself)
{
	expect("\"$$ $5 $${seq} 100$\"", "\"$ $5 ${seq} 100$\"");
}
END_TEST

START_TEST(page_holes_give_records_cursor_and_total)
{
	const char *envelope = "{\"items\": \"${page.records}\", \"next\": \"${page.next}\", "
			       "\"total\": \"${page.total}\", \"url\": \"?c=${page.next}\"}";

	expect_page(envelope, &full_page,
		    "{\"items\":[1,2],\"next\":\"c-1\",\"total\":95,\"url\":\"?c=c-1\"}");
	expect_page(envelope, &last_page,
		    "{\"items\":[1,2],\"next\":null,\"total\":95,\"url\":\"?c=\"}");
}
END_TEST

START_TEST(fakes_are_quoted_unless_they_are_numbers)
{
	char *got =
		rendered("[\"${fake.int:5:5}\", \"${fake.hex:1}\", \"n${fake.int:5:5}\"]", NULL);

	ck_assert(strncmp(got, "[5,\"", 4) == 0);
	ck_assert_str_eq(got + 5, "\",\"n5\"]");
	free(got);
}
END_TEST

static int compiles(const char *text)
{
	struct err err = ERR_INIT;
	struct json *doc = json_new_string(text);
	struct body *body = NULL;
	int rc = body_compile_json(doc, &body, &err);

	json_unref(doc);
	body_free(body);
	ck_assert(rc == 0 || *err.text);
	return rc;
}

START_TEST(wrong_holes_are_refused_with_a_sentence)
{
	ck_assert_int_eq(compiles("${unclosed"), -EINVAL);
	ck_assert_int_eq(compiles("${}"), -EINVAL);
	ck_assert_int_eq(compiles("${nothing.id}"), -EINVAL);
	ck_assert_int_eq(compiles("${path.}"), -EINVAL);
	ck_assert_int_eq(compiles("${fake.nothing}"), -EINVAL);
	ck_assert_int_eq(compiles("${fake.int:9:1}"), -EINVAL);
	ck_assert_int_eq(compiles("${fake.int:1:2:3}"), -EINVAL);
	ck_assert_int_eq(compiles("${fake.int:x}"), -EINVAL);
	ck_assert_int_eq(compiles("page ${page.records}"), -EINVAL);
	ck_assert_int_eq(compiles("${page.records}"), 0);
}
END_TEST

START_TEST(path_variables_and_page_holes_can_be_asked_for)
{
	struct err err = ERR_INIT;
	struct body *body;

	ck_assert_int_eq(body_compile_text("${path.a} ${query.x} ${path.b:int}", &body, &err), 0);
	ck_assert_str_eq(body_path_variable(body, 0), "a");
	ck_assert_str_eq(body_path_variable(body, 1), "b");
	ck_assert_ptr_null(body_path_variable(body, 2));
	ck_assert(!body_pages(body));
	body_free(body);
	ck_assert_int_eq(body_compile_text("${page.total}", &body, &err), 0);
	ck_assert(body_pages(body));
	body_free(body);
}
END_TEST

UNIT_MAIN("body", json_without_holes_comes_out_compact_and_exact,
	  values_of_requests_are_escaped_in_json, a_hole_alone_becomes_a_number_where_it_says_so,
	  what_was_not_sent_is_empty, two_dollars_are_one_and_a_lone_one_is_itself,
	  page_holes_give_records_cursor_and_total, fakes_are_quoted_unless_they_are_numbers,
	  wrong_holes_are_refused_with_a_sentence, path_variables_and_page_holes_can_be_asked_for)
