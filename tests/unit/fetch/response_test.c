#include "fetch/response.h"

#include "../unit.h"

static struct response response;

static void line(const char *text)
{
	response_header_line(&response, slice_of(text));
}

START_TEST(headers_are_known_whatever_their_case_and_spaces)
{
	response_init(&response, 100);
	line("content-TYPE:application/json;charset=utf-8 \t\r\n");
	line("ETag:   \"x\"\r\n");
	line("X-Other: y\r\n");
	ck_assert_str_eq(response.headers[HEADER_CONTENT_TYPE], "application/json;charset=utf-8");
	ck_assert_str_eq(response.headers[HEADER_ETAG], "\"x\"");
	ck_assert_ptr_null(response.headers[HEADER_LINK]);
	response_done(&response);
}
END_TEST

START_TEST(lines_of_a_list_are_joined_and_of_others_the_first_counts)
{
	response_init(&response, 100);
	line("Link: </a>; rel=prev\r\n");
	line("Link: </b>; rel=next\r\n");
	line("Location: /one\r\n");
	line("Location: /two\r\n");
	ck_assert_str_eq(response.headers[HEADER_LINK], "</a>; rel=prev, </b>; rel=next");
	ck_assert_str_eq(response.headers[HEADER_LOCATION], "/one");
	response_done(&response);
}
END_TEST

START_TEST(lines_that_are_no_headers_are_dropped)
{
	response_init(&response, 100);
	line("\r\n");
	line("Link\r\n");
	line("Link \r\n");
	line("Links: x\r\n");
	line(": x\r\n");
	response_header_line(&response, (struct slice) { "Link: a\0b\r\n", 11 });
	for (int i = 0; i < HEADER__COUNT; i++)
		ck_assert_ptr_null(response.headers[i]);
	line("Date:\r\n");
	ck_assert_str_eq(response.headers[HEADER_DATE], "");
	response_done(&response);
}
END_TEST

START_TEST(clearing_keeps_the_worker_and_forgets_the_answer)
{
	response_init(&response, 1 << 20);
	response.pid = 7;
	response.tid = 8;
	response.status = 200;
	response.wire_bytes = 5;
	line("Date: x\r\n");
	buf_add_text(&response.body, "hello");
	response_clear(&response);
	ck_assert_int_eq(response.pid, 7);
	ck_assert_int_eq(response.tid, 8);
	ck_assert_int_eq(response.status, 0);
	ck_assert_uint_eq(response.wire_bytes, 0);
	ck_assert_uint_eq(response.body.len, 0);
	ck_assert_uint_gt(response.body.room, 0); /* a small body's memory stays */
	ck_assert_ptr_null(response.headers[HEADER_DATE]);
	response_done(&response);
}
END_TEST

START_TEST(a_large_bodys_memory_is_given_back)
{
	response_init(&response, 1 << 20);
	buf_grew(&response.body, buf_reserve(&response.body, 1 << 19) ? 1 << 19 : 0);
	response_clear(&response);
	ck_assert_uint_eq(response.body.room, 0);
	ck_assert_uint_eq(response.body.ceiling, 1 << 20);
	response_done(&response);
	response_done(&response);
}
END_TEST

UNIT_MAIN("response", headers_are_known_whatever_their_case_and_spaces,
	  lines_of_a_list_are_joined_and_of_others_the_first_counts,
	  lines_that_are_no_headers_are_dropped, clearing_keeps_the_worker_and_forgets_the_answer,
	  a_large_bodys_memory_is_given_back)
