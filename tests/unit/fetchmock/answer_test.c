/* Requests and their replies, without a socket. */
#include "fetchmock/answer.h"

#include <stdio.h>
#include <string.h>

#include "../unit.h"

static struct reply reply;
static const char *authorization, *api_key, *sent_body;

static struct api *api_of(const char *yaml)
{
	static const struct api_overrides none;
	struct problems problems = { 0 };
	struct api *api = api_parse("a.yaml", yaml, &none, &problems);

	for (size_t i = 0; i < problems.len; i++)
		fprintf(stderr, "%s\n", problems.items[i].sentence);
	ck_assert_ptr_nonnull(api);
	problems_done(&problems);
	reply_init(&reply);
	return api;
}

static void done(struct api *api)
{
	api_free(api);
	reply_done(&reply);
}

static const char *header(const char *name, void *arg)
{
	if (strcmp(name, "X-Key") == 0)
		return api_key;
	return strcmp(name, "Authorization") == 0 ? authorization : NULL;
}

static const struct route *ask(struct api *api, const char *method, const char *target)
{
	size_t path = strcspn(target, "?");
	struct ask asked = { .method = method, .path = { target, path }, .header = header };

	asked.body = slice_of(sent_body);
	if (target[path])
		asked.query = slice_of(target + path + 1);
	reply_clear(&reply);
	return api_answer(api, &asked, &reply);
}

static const char *get(struct api *api, const char *target)
{
	ask(api, "GET", target);
	return buf_text(&reply.body);
}

static const char *reply_value(const char *name)
{
	for (size_t i = 0; i < reply.nheaders; i++)
		if (strcmp(reply_header_name(&reply, i), name) == 0)
			return reply_header_value(&reply, i);
	return "";
}

START_TEST(variables_of_the_path_are_decoded_and_matched_whole)
{
	struct api *api = api_of("routes: [{path: '/a/{x}/b/{y}', body: ['${path.x}', "
				 "'${path.y}']}]\n");

	ck_assert_str_eq(get(api, "/a/1%2F2/b/%22"), "[\"1/2\",\"\\\"\"]");
	ck_assert_str_eq(reply.content_type, "application/json");
	get(api, "/a//b/2");
	ck_assert_int_eq(reply.status, 404);
	get(api, "/a/1/b/2/");
	ck_assert_int_eq(reply.status, 404);
	get(api, "/a/1/b");
	ck_assert_int_eq(reply.status, 404);
	get(api, "/aa/1/b/2");
	ck_assert_int_eq(reply.status, 404);
	done(api);
}
END_TEST

START_TEST(the_first_route_that_fits_answers)
{
	struct api *api = api_of("routes:\n"
				 "  - {path: '/{x}', when: {x: [a, 7]}, body: 1}\n"
				 "  - {path: '/{x}', method: POST, status: 201, body: 2}\n"
				 "  - {path: '/b', body: 3}\n");

	ck_assert_str_eq(get(api, "/a"), "1");
	ck_assert_str_eq(get(api, "/7"), "1");
	ck_assert_str_eq(get(api, "/b"), "3");
	ask(api, "POST", "/a");
	ck_assert_int_eq(reply.status, 201);
	ck_assert_ptr_nonnull(ask(api, "HEAD", "/a"));
	get(api, "/c");
	ck_assert_int_eq(reply.status, 405);
	ck_assert_str_eq(reply_value("Allow"), "POST");
	done(api);
}
END_TEST

START_TEST(parameters_must_be_what_the_route_says)
{
	struct api *api = api_of("routes: [{path: /n, query: {n: natural}, body: 1},\n"
				 "  {path: /i, query: {n: integer}, body: 1},\n"
				 "  {path: /t, query: {n: text}, body: 1}]\n");
	static const struct {
		const char *target;
		int status;
	} cases[] = { { "/n?n=0", 200 },   { "/n?n=18446744073709551616", 200 },
		      { "/n?n=-1", 400 },  { "/n?n=", 400 },
		      { "/n", 400 },       { "/n?n=1x", 400 },
		      { "/i?n=-1", 200 },  { "/i?n=-", 400 },
		      { "/i?n=1.5", 400 }, { "/t?n=", 200 },
		      { "/t", 400 } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		get(api, cases[i].target);
		ck_assert_msg(reply.status == cases[i].status, "%s", cases[i].target);
	}
	done(api);
}
END_TEST

START_TEST(a_user_and_a_password_are_asked_for)
{
	struct api *api = api_of("routes: [{path: /x, auth: {basic: {user: Aladdin, password: open "
				 "sesame}}, body: 1}]\n");

	get(api, "/x");
	ck_assert_int_eq(reply.status, 401);
	ck_assert(strncmp(reply_value("WWW-Authenticate"), "Basic realm=", 12) == 0);
	authorization = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="; /* RFC 7617 section 2 */
	get(api, "/x");
	ck_assert_int_eq(reply.status, 200);
	authorization = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==";
	get(api, "/x");
	ck_assert_int_eq(reply.status, 401);
	authorization = NULL;
	done(api);
}
END_TEST

START_TEST(a_key_is_asked_for_where_the_route_says)
{
	struct api *api = api_of("routes: [{path: /h, auth: {header: X-Key, key: k}, body: 1}, "
				 "{path: /q, auth: {query: key, key: a b}, body: 1}]\n");

	get(api, "/h?key=k");
	ck_assert_int_eq(reply.status, 401);
	api_key = "k";
	get(api, "/h");
	ck_assert_int_eq(reply.status, 200);
	get(api, "/q");
	ck_assert_int_eq(reply.status, 401);
	get(api, "/q?key=a%20b");
	ck_assert_int_eq(reply.status, 200);
	api_key = NULL;
	done(api);
}
END_TEST

START_TEST(a_cursor_may_come_in_the_body)
{
	struct api *api =
		api_of("routes: [{path: /x, method: POST, dataset: {count: 5, records: "
		       "'${index}', pages: {by: cursor, size: 2, param_body: /v/after}}}]\n");
	char next[256];
	const char *cursor;

	ask(api, "POST", "/x");
	ck_assert_ptr_nonnull(strstr(buf_text(&reply.body), "[0,1]"));
	cursor = strstr(buf_text(&reply.body), "next_cursor\":") + 13;
	snprintf(next, sizeof(next), "{\"v\": {\"after\": %.*s}}", (int)strcspn(cursor, ",}"),
		 cursor);
	sent_body = next;
	ask(api, "POST", "/x");
	ck_assert_ptr_nonnull(strstr(buf_text(&reply.body), "[2,3]"));
	sent_body = "{\"v\": {\"after\": null}}";
	ask(api, "POST", "/x");
	ck_assert_ptr_nonnull(strstr(buf_text(&reply.body), "[0,1]"));
	sent_body = NULL;
	done(api);
}
END_TEST

START_TEST(a_bearer_token_is_compared_whole)
{
	struct api *api = api_of("routes: [{path: /x, auth: {bearer: secret}, body: 1}]\n");
	static const char *const wrong[] = {
		NULL, "", "Bearer", "Bearer secre", "Bearer secret2", "Basic secret", "secret"
	};

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		authorization = wrong[i];
		get(api, "/x");
		ck_assert_int_eq(reply.status, 401);
		ck_assert(strncmp(reply_value("WWW-Authenticate"), "Bearer realm=", 13) == 0);
	}
	authorization = "bearer secret";
	ck_assert_str_eq(get(api, "/x"), "1");
	authorization = NULL;
	done(api);
}
END_TEST

START_TEST(faults_by_rate_hit_their_share_and_repeat)
{
	struct api *api = api_of("routes: [{path: /x, body: 1, faults: [{status: 503, rate: 10%, "
				 "retry_after: 9}, {reset: true, rate: 0.05}]}]\n");
	char first[2000];
	int failed = 0, reset = 0;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < sizeof(first); i++) {
			char what;

			get(api, "/x");
			what = reply.reset ? 'r' : reply.status == 503 ? 'f' : '.';
			failed += what == 'f';
			reset += what == 'r';
			ck_assert(round == 0 || first[i] == what);
			first[i] = what;
			ck_assert_str_eq(reply_value("Retry-After"), what == 'f' ? "9" : "");
		}
		api_rewind(api);
	}
	ck_assert_int_ge(failed, 2 * 150);
	ck_assert_int_le(failed, 2 * 250);
	ck_assert_int_ge(reset, 2 * 60);
	ck_assert_int_le(reset, 2 * 130);
	done(api);
}
END_TEST

START_TEST(delays_are_drawn_between_their_ends)
{
	struct api *api = api_of("delay: 30ms\nroutes: [{path: /x, delay: {min: 10ms, max: 13ms}}, "
				 "{path: /y}, {path: /z, delay: 0}]\n");
	bool seen[4] = { false };

	for (int i = 0; i < 200; i++) {
		get(api, "/x");
		ck_assert(reply.delay_ms >= 10 && reply.delay_ms <= 13);
		seen[reply.delay_ms - 10] = true;
	}
	ck_assert(seen[0] && seen[1] && seen[2] && seen[3]);
	get(api, "/y");
	ck_assert_int_eq(reply.delay_ms, 30);
	get(api, "/z");
	ck_assert_int_eq(reply.delay_ms, 0);
	get(api, "/nothing");
	ck_assert_int_eq(reply.delay_ms, 0);
	done(api);
}
END_TEST

START_TEST(records_of_a_dataset_are_the_same_on_any_page)
{
	struct api *api = api_of("routes: [{path: '/{who}', dataset: {count: 9, records: "
				 "{w: '${path.who}', i: '${index}', h: '${fake.hex}'}, "
				 "pages: {by: link, size: 3}}}]\n");
	char whole[2000], page[2000];

	snprintf(whole, sizeof(whole), "%s", get(api, "/me?limit=9"));
	snprintf(page, sizeof(page), "%s", get(api, "/me?page=2"));
	ck_assert(strstr(page, "[{\"w\":\"me\",\"i\":3,") == page);
	page[strlen(page) - 1] = '\0';
	ck_assert_ptr_nonnull(strstr(whole, page + 1));
	ck_assert_ptr_nonnull(strstr(reply_value("Link"), "page=3>; rel=\"next\""));
	get(api, "/you?limit=9");
	ck_assert_str_ne(strstr(whole, "\"h\""), strstr(buf_text(&reply.body), "\"h\""));
	done(api);
}
END_TEST

START_TEST(headers_are_templates_that_cannot_end_their_line)
{
	struct api *api = api_of("routes: [{path: '/{x}', headers: {X-Echo: '<${path.x}>', N: 5}, "
				 "text: 'it is ${path.x}', content_type: text/csv}]\n");

	ck_assert_str_eq(get(api, "/a%0d%0aSet-Cookie:b"), "it is a\r\nSet-Cookie:b");
	ck_assert_str_eq(reply_value("X-Echo"), "<aSet-Cookie:b>");
	ck_assert_str_eq(reply_value("N"), "5");
	ck_assert_str_eq(reply.content_type, "text/csv");
	done(api);
}
END_TEST

START_TEST(a_body_past_the_ceiling_is_a_500)
{
	struct api *api = api_of("routes: [{path: /x, dataset: {count: 100, records: "
				 "'${fake.text:1000000}'}}]\n");

	get(api, "/x");
	ck_assert_int_eq(reply.status, 500);
	ck_assert_ptr_nonnull(strstr(buf_text(&reply.body), "larger than 64 MiB"));
	done(api);
}
END_TEST

UNIT_MAIN("answer", variables_of_the_path_are_decoded_and_matched_whole,
	  the_first_route_that_fits_answers, parameters_must_be_what_the_route_says,
	  a_bearer_token_is_compared_whole, a_user_and_a_password_are_asked_for,
	  a_key_is_asked_for_where_the_route_says, a_cursor_may_come_in_the_body,
	  faults_by_rate_hit_their_share_and_repeat, delays_are_drawn_between_their_ends,
	  records_of_a_dataset_are_the_same_on_any_page,
	  headers_are_templates_that_cannot_end_their_line, a_body_past_the_ceiling_is_a_500)
