#include "fetch/page.h"

#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "fetch/link.h"

static struct job job;
static struct request_scope scope = { .job = &job };
static struct request request = { .scope = &scope, .host = (char *)"api:80" };
static struct err err;

static void check_link(const char *header, const char *want)
{
	char *got = NULL;
	int found = link_next(header, &got);

	ck_assert_int_eq(found, want ? 1 : 0);
	if (want)
		ck_assert_msg(strcmp(got, want) == 0, "%s: %s", header, got);
	free(got);
}

START_TEST(rel_next_is_found_in_every_spelling)
{
	check_link("</p2>; rel=\"next\"", "/p2");
	check_link("</p2>;rel=next", "/p2");
	check_link("</p1>; rel=\"prev\", </p3>; rel=\"next\", </p9>; rel=\"last\"", "/p3");
	check_link("</p2>; title=\"a, b; c=\\\"d\\\"\"; REL=\"Next\"", "/p2");
	check_link("<http://h/a,b;c?x=1>; rel=\"last next\"", "http://h/a,b;c?x=1");
	check_link(", , </p2> ; rel = \"next\" ,", "/p2");
	check_link("</p2>; crossorigin; rel=next", "/p2");
	check_link("<>; rel=next", "");
}
END_TEST

START_TEST(other_links_are_not_next)
{
	check_link("", NULL);
	check_link("</p2>; rel=prev", NULL);
	check_link("</p2>", NULL);
	check_link("</p2>; rel=\"nextish\"", NULL);
	check_link("</p2>; title=next", NULL);
	check_link("</p2>; rel=prev; rel=next", NULL); /* the first rel counts */
	check_link("</p2>; rel=next; anchor=\"/other\"", NULL);
}
END_TEST

START_TEST(malformed_links_are_refused)
{
	static const char *const bad[] = { "/p2; rel=next", "</p2; rel=next", "</p2>; rel=\"next",
					   "</p2> rel=next", "x" };
	char *target = NULL;

	for (size_t i = 0; i < 5; i++)
		ck_assert_int_eq(link_next(bad[i], &target), -EINVAL);
	ck_assert_ptr_null(target);
}
END_TEST

/* What the server said beside the cursor; set back by begin(). */
static struct page_answer answer;

static void begin(enum job_pages by)
{
	job = (struct job) { .paging = { .by = by } };
	request = (struct request) { .scope = &scope,
				     .host = (char *)"api:80",
				     .url = (char *)"http://api/items?q=1" };
	answer = (struct page_answer) {
		.served = 5, .records = 5, .total = PAGE_UNSAID, .last = PAGE_UNSAID, .more = -1
	};
}

static enum outcome next_of(enum job_pages kind, const char *link, const char *cursor, char **token)
{
	struct response response;
	enum outcome outcome;

	err = (struct err)ERR_INIT;
	if (job.paging.by != kind)
		begin(kind);
	answer.cursor = slice_of(cursor);
	response_init(&response, 0);
	response.headers[HEADER_LINK] = link ? strdup(link) : NULL;
	outcome = page_next(&request, &response, &answer, token, &err);
	response_done(&response);
	return outcome;
}

static void check_token(enum job_pages kind, const char *link, const char *cursor, const char *want)
{
	char *token = NULL;

	ck_assert_int_eq(next_of(kind, link, cursor, &token), OUTCOME_OK);
	if (want)
		ck_assert_str_eq(token, want);
	else
		ck_assert_ptr_null(token);
	free(token);
}

static void check_bad(enum job_pages kind, const char *link, const char *cursor)
{
	char *token = NULL;

	ck_assert_int_eq(next_of(kind, link, cursor, &token), OUTCOME_BAD_PAGE);
	ck_assert_ptr_null(token);
	ck_assert_str_ne(err.text, "");
}

START_TEST(a_link_becomes_an_absolute_url_on_the_origin)
{
	begin(JOB_PAGES_LINK);
	check_token(JOB_PAGES_LINK, "<?page=2>; rel=next", NULL, "http://api/items?page=2");
	check_token(JOB_PAGES_LINK, "<http://API:80/x>; rel=next", NULL, "http://api/x");
	check_token(JOB_PAGES_LINK, NULL, NULL, NULL);
	check_token(JOB_PAGES_LINK, "</x>; rel=prev", NULL, NULL);
	check_bad(JOB_PAGES_LINK, "<http://evil/x>; rel=next", NULL);
	check_bad(JOB_PAGES_LINK, "<https://api/x>; rel=next", NULL);
	check_bad(JOB_PAGES_LINK, "<file:///x>; rel=next", NULL);
	check_bad(JOB_PAGES_LINK, "</x; rel=next", NULL);
}
END_TEST

START_TEST(a_key_the_server_repeats_stays_out_of_the_token)
{
	begin(JOB_PAGES_LINK);
	job.auth = JOB_AUTH_API_KEY;
	job.key_place = JOB_KEY_QUERY;
	job.key_name = (char *)"key";
	request.url = (char *)"http://api/items?key=secret";
	check_token(JOB_PAGES_LINK, "<?key=secret&page=2>; rel=next", NULL,
		    "http://api/items?page=2");
}
END_TEST

START_TEST(a_cursor_is_text_or_a_number)
{
	check_token(JOB_PAGES_CURSOR, NULL, "\"abc\"", "abc");
	check_token(JOB_PAGES_CURSOR, NULL, "\"a\\u00e9\\\"\"", "a\xc3\xa9\"");
	check_token(JOB_PAGES_CURSOR, NULL, "9007199254740993", "9007199254740993");
	check_token(JOB_PAGES_CURSOR, NULL, "-1.50", "-1.50");
	check_token(JOB_PAGES_CURSOR, NULL, NULL, NULL);
	check_token(JOB_PAGES_CURSOR, NULL, "null", NULL);
	check_token(JOB_PAGES_CURSOR, NULL, "\"\"", NULL);
	check_bad(JOB_PAGES_CURSOR, NULL, "true");
	check_bad(JOB_PAGES_CURSOR, NULL, "{}");
	check_bad(JOB_PAGES_CURSOR, NULL, "[\"a\"]");
	check_bad(JOB_PAGES_CURSOR, NULL, "\"a\\u0000b\"");
}
END_TEST

START_TEST(an_address_in_the_body_may_be_relative_or_say_that_there_is_none)
{
	begin(JOB_PAGES_NEXT_URL);
	check_token(JOB_PAGES_NEXT_URL, NULL, "\"?page=2\"", "http://api/items?page=2");
	check_token(JOB_PAGES_NEXT_URL, NULL, "\"http:\\/\\/api\\/x\"", "http://api/x");
	check_token(JOB_PAGES_NEXT_URL, NULL, NULL, NULL);
	check_token(JOB_PAGES_NEXT_URL, NULL, "null", NULL);
	check_token(JOB_PAGES_NEXT_URL, NULL, "false", NULL);
	check_token(JOB_PAGES_NEXT_URL, NULL, "\"\"", NULL);
	check_bad(JOB_PAGES_NEXT_URL, NULL, "\"http://evil/x\"");
	check_bad(JOB_PAGES_NEXT_URL, NULL, "7");
	check_bad(JOB_PAGES_NEXT_URL, NULL, "{}");
}
END_TEST

START_TEST(an_address_may_lead_to_an_origin_that_is_allowed)
{
	char *allowed[] = { (char *)"https://cdn:8443" };

	begin(JOB_PAGES_LINK);
	job.paging.origins = allowed;
	job.paging.norigins = 1;
	check_token(JOB_PAGES_LINK, "<https://cdn:8443/p2>; rel=next", NULL, "https://cdn:8443/p2");
	check_bad(JOB_PAGES_LINK, "<https://cdn/p2>; rel=next", NULL);
	check_bad(JOB_PAGES_LINK, "<http://cdn:8443/p2>; rel=next", NULL);
}
END_TEST

START_TEST(pages_are_counted_and_offsets_go_by_what_was_served)
{
	begin(JOB_PAGES_PAGE);
	job.paging.start = 1;
	check_token(JOB_PAGES_PAGE, NULL, NULL, "2");
	request.page_token = (char *)"41";
	check_token(JOB_PAGES_PAGE, NULL, NULL, "42");
	begin(JOB_PAGES_OFFSET);
	job.paging.size = 100;
	check_token(JOB_PAGES_OFFSET, NULL, NULL, "5");
	request.page_token = (char *)"9007199254740993";
	check_token(JOB_PAGES_OFFSET, NULL, NULL, "9007199254740998");
	job.paging.overlap = 2;
	check_token(JOB_PAGES_OFFSET, NULL, NULL, "9007199254740996");
	answer.served = 2;
	check_token(JOB_PAGES_OFFSET, NULL, NULL, NULL);
}
END_TEST

static const enum job_pages all[] = { JOB_PAGES_PAGE, JOB_PAGES_OFFSET, JOB_PAGES_CURSOR,
				      JOB_PAGES_LINK, JOB_PAGES_NEXT_URL };

/* Whether the paginator goes on, when the answer names a next page in every way there is. */
static bool goes_on(enum job_pages by)
{
	const char *cursor = by == JOB_PAGES_NEXT_URL ? "\"/p2\"" : "\"abc\"";
	char *token = NULL;

	ck_assert_msg(next_of(by, "</p2>; rel=next", cursor, &token) == OUTCOME_OK, "%s", err.text);
	free(token);
	return token != NULL;
}

START_TEST(an_empty_page_ends_what_is_counted_and_others_when_told)
{
	for (size_t i = 0; i < 5; i++) {
		begin(all[i]);
		answer.served = answer.records = 0;
		ck_assert_int_eq(goes_on(all[i]), !paging_counts(&job.paging));
		job.paging.stop = PAGES_STOP_EMPTY;
		ck_assert(!goes_on(all[i]));
	}
}
END_TEST

START_TEST(a_short_page_ends_a_chain_when_told)
{
	for (size_t i = 0; i < 5; i++) {
		begin(all[i]);
		job.paging.size = 6;
		ck_assert(goes_on(all[i]));
		job.paging.stop = PAGES_STOP_SHORT;
		ck_assert(!goes_on(all[i]));
		job.paging.size = 5;
		ck_assert(goes_on(all[i]));
	}
}
END_TEST

START_TEST(a_total_that_is_reached_ends_a_chain_when_told)
{
	for (size_t i = 0; i < 5; i++) {
		begin(all[i]);
		answer.total = 15;
		request.chain_records = 10;
		ck_assert(goes_on(all[i]));
		job.paging.stop = PAGES_STOP_TOTAL;
		ck_assert(!goes_on(all[i]));
		request.chain_records = 9;
		ck_assert(goes_on(all[i]));
	}
}
END_TEST

START_TEST(what_the_answer_says_of_more_comes_before_all_numbers)
{
	for (size_t i = 0; i < 5; i++) {
		begin(all[i]);
		answer.more = 0;
		ck_assert(!goes_on(all[i]));
		answer.more = 1;
		answer.total = 5;
		job.paging.stop = PAGES_STOP_TOTAL | PAGES_STOP_SHORT;
		job.paging.size = 50;
		ck_assert(goes_on(all[i]));
	}
}
END_TEST

START_TEST(more_that_cannot_be_is_refused)
{
	begin(JOB_PAGES_CURSOR);
	answer.more = 1;
	check_bad(JOB_PAGES_CURSOR, NULL, "null");
	begin(JOB_PAGES_PAGE);
	answer.more = 1;
	answer.served = answer.records = 0;
	check_bad(JOB_PAGES_PAGE, NULL, NULL);
}
END_TEST

START_TEST(the_number_of_the_last_page_ends_a_chain)
{
	begin(JOB_PAGES_PAGE);
	request.page_token = (char *)"3";
	answer.last = 4;
	ck_assert(goes_on(JOB_PAGES_PAGE));
	answer.last = 3;
	ck_assert(!goes_on(JOB_PAGES_PAGE));
}
END_TEST

START_TEST(a_cursor_for_a_body_stays_the_json_it_was)
{
	struct pointer *place;

	begin(JOB_PAGES_CURSOR);
	ck_assert_int_eq(pointer_parse("/after", &place, NULL), 0);
	job.paging.body = place;
	check_token(JOB_PAGES_CURSOR, NULL, "\"a\\u00e9\"", "\"a\\u00e9\"");
	check_token(JOB_PAGES_CURSOR, NULL, "7", "7");
	check_token(JOB_PAGES_CURSOR, NULL, "\"\"", NULL);
	pointer_free(place);
}
END_TEST

START_TEST(a_job_without_pages_has_one)
{
	begin(JOB_PAGES_NONE);
	check_token(JOB_PAGES_NONE, "</p2>; rel=next", "\"abc\"", NULL);
	ck_assert_str_eq(paginators[0].name, "none");
}
END_TEST

/* ---- reading an answer ---- */

static enum outcome read_answer(const char *value, const char *header)
{
	struct slice said = slice_of(value);
	struct page_found found = { .total = said, .more = said, .last = said };
	struct response response;
	enum outcome outcome;

	err = (struct err)ERR_INIT;
	response_init(&response, 0);
	response.headers[HEADER_PAGE_TOTAL] = header ? strdup(header) : NULL;
	outcome = page_read(&request, &response, &found, &answer, &err);
	response_done(&response);
	return outcome;
}

START_TEST(totals_are_whole_numbers_and_on_the_first_page_at_least)
{
	static const char *const bad[] = {
		"{}",          "{\"n\": -1}", "{\"n\": 1.5}", "{\"n\": null}", "{\"n\": \"many\"}",
		"{\"n\": [1]}"
	};
	struct pointer *total;

	begin(JOB_PAGES_PAGE);
	ck_assert_int_eq(pointer_parse("/n", &total, NULL), 0);
	job.paging.total = total;
	ck_assert_int_eq(read_answer("12", NULL), OUTCOME_OK);
	ck_assert_uint_eq(answer.total, 12);
	ck_assert_int_eq(read_answer("\"12\"", NULL), OUTCOME_OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_int_eq(read_answer(bad[i], NULL), OUTCOME_BAD_PAGE);
	request.page = 1;
	ck_assert_int_eq(read_answer(NULL, NULL), OUTCOME_OK);
	ck_assert_uint_eq(answer.total, PAGE_UNSAID);
	ck_assert_int_eq(read_answer("-1", NULL), OUTCOME_BAD_PAGE);
	pointer_free(total);
}
END_TEST

START_TEST(a_total_may_come_in_a_header)
{
	begin(JOB_PAGES_LINK);
	job.paging.total_header = (char *)"X-Total";
	ck_assert_int_eq(read_answer(NULL, "77"), OUTCOME_OK);
	ck_assert_uint_eq(answer.total, 77);
	ck_assert_int_eq(read_answer(NULL, "many"), OUTCOME_BAD_PAGE);
	ck_assert_int_eq(read_answer(NULL, NULL), OUTCOME_BAD_PAGE);
}
END_TEST

START_TEST(more_is_true_or_false_or_not_said)
{
	struct pointer *more;

	begin(JOB_PAGES_CURSOR);
	ck_assert_int_eq(pointer_parse("/m", &more, NULL), 0);
	job.paging.more = more;
	ck_assert_int_eq(read_answer("true", NULL), OUTCOME_OK);
	ck_assert_int_eq(answer.more, 1);
	ck_assert_int_eq(read_answer("false", NULL), OUTCOME_OK);
	ck_assert_int_eq(answer.more, 0);
	ck_assert_int_eq(read_answer(NULL, NULL), OUTCOME_OK);
	ck_assert_int_eq(answer.more, -1);
	ck_assert_int_eq(read_answer("1", NULL), OUTCOME_BAD_PAGE);
	pointer_free(more);
}
END_TEST

/* ---- recognising ---- */

static struct recognised {
	const char *body, *link, *total, *url;
	uint64_t records;
	const char *says; /* NULL: refused */
} known[] = {
	{ "[]", "</p2>; rel=next", NULL, NULL, 5, "{\"by\":\"link\"}" },
	{ "[]", "</p0>; rel=prev", NULL, NULL, 5, "{\"by\":\"none\"}" },
	{ "{\"next\": \"/p2\"}", NULL, NULL, NULL, 5, "{\"by\":\"next_url\",\"from\":\"/next\"}" },
	{ "{\"next\": null}", NULL, NULL, NULL, 5, "{\"by\":\"next_url\",\"from\":\"/next\"}" },
	{ "{\"next\": null, \"next_cursor\": \"abc\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"cursor\",\"from\":\"/next_cursor\",\"param\":\"cursor\"}" },
	{ "{\"next\": \"abc\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"cursor\",\"from\":\"/next\",\"param\":\"cursor\"}" },
	{ "{\"nextPageToken\": \"x\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"cursor\",\"from\":\"/nextPageToken\",\"param\":\"pageToken\"}" },
	{ "{\"@odata.nextLink\": \"http://api/x\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"next_url\",\"from\":\"/@odata.nextLink\"}" },
	{ "{\"count\": 9, \"next\": \"http://api/x\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"next_url\",\"from\":\"/next\",\"total\":\"/count\"}" },
	{ "{\"count\": 5, \"next\": \"http://api/x\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"next_url\",\"from\":\"/next\"}" },
	{ "{\"page\": 1, \"total_pages\": 3}", NULL, NULL, NULL, 5,
	  "{\"by\":\"page\",\"param\":\"page\",\"start\":1,\"last\":\"/total_pages\"}" },
	{ "{\"skip\": 0, \"limit\": 5, \"total\": 20}", NULL, NULL, NULL, 5,
	  "{\"by\":\"offset\",\"param\":\"skip\",\"start\":0,\"total\":\"/total\"}" },
	{ "[]", NULL, "20", "http://api/x?_page=1", 5,
	  "{\"by\":\"page\",\"param\":\"_page\",\"start\":1,\"total_header\":\"X-Total-Count\"}" },
	{ "{\"has_more\": true, \"cursor\": \"c\"}", NULL, NULL, NULL, 5,
	  "{\"by\":\"cursor\",\"from\":\"/cursor\",\"param\":\"cursor\",\"more\":\"/has_more\"}" },
	{ "[]", NULL, NULL, NULL, 5, "{\"by\":\"none\"}" },
	{ "{\"total\": 5}", NULL, NULL, NULL, 5, "{\"by\":\"none\"}" },
	{ "{\"total\": 6}", NULL, NULL, NULL, 5, NULL },
	{ "[]", NULL, "6", NULL, 5, NULL },
	{ "{\"has_more\": true}", NULL, NULL, NULL, 5, NULL },
};

static void check_recognised(const struct recognised *row)
{
	struct response response;
	char *says = NULL;
	enum outcome outcome;

	begin(JOB_PAGES_AUTO);
	if (row->url)
		request.url = (char *)row->url;
	response_init(&response, 0);
	page_want(&request, &response);
	response.headers[HEADER_LINK] = row->link ? strdup(row->link) : NULL;
	response.headers[HEADER_PAGE_TOTAL] = row->total ? strdup(row->total) : NULL;
	outcome =
		page_recognise(&request, &response, slice_of(row->body), row->records, &says, &err);
	ck_assert_msg(outcome == (row->says ? OUTCOME_OK : OUTCOME_BAD_PAGE), "%s", row->body);
	if (row->says)
		ck_assert_str_eq(says, row->says);
	else
		ck_assert_str_ne(err.text, "");
	free(says);
	response_done(&response);
}

START_TEST(the_first_answer_shows_how_an_api_pages)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		check_recognised(&known[i]);
}
END_TEST

START_TEST(what_the_job_says_counts_more_than_what_is_recognised)
{
	struct response response;
	struct pointer *total;
	char *says;

	begin(JOB_PAGES_AUTO);
	ck_assert_int_eq(pointer_parse("/all", &total, NULL), 0);
	job.paging.total = total;
	job.paging.size = 50;
	job.paging.stop = PAGES_STOP_SHORT;
	response_init(&response, 0);
	ck_assert_int_eq(page_recognise(&request, &response,
					slice_of("{\"next\":\"c\",\"total\":9}"), 5, &says, &err),
			 OUTCOME_OK);
	ck_assert_str_eq(says, "{\"by\":\"cursor\",\"from\":\"/next\",\"param\":\"cursor\","
			       "\"total\":\"/all\",\"size\":50,\"stop\":[\"short\"]}");
	free(says);
	pointer_free(total);
	response_done(&response);
}
END_TEST

UNIT_MAIN("page", rel_next_is_found_in_every_spelling, other_links_are_not_next,
	  malformed_links_are_refused, a_link_becomes_an_absolute_url_on_the_origin,
	  a_key_the_server_repeats_stays_out_of_the_token, a_cursor_is_text_or_a_number,
	  an_address_in_the_body_may_be_relative_or_say_that_there_is_none,
	  an_address_may_lead_to_an_origin_that_is_allowed,
	  pages_are_counted_and_offsets_go_by_what_was_served,
	  an_empty_page_ends_what_is_counted_and_others_when_told,
	  a_short_page_ends_a_chain_when_told, a_total_that_is_reached_ends_a_chain_when_told,
	  what_the_answer_says_of_more_comes_before_all_numbers, more_that_cannot_be_is_refused,
	  the_number_of_the_last_page_ends_a_chain, a_cursor_for_a_body_stays_the_json_it_was,
	  a_job_without_pages_has_one, totals_are_whole_numbers_and_on_the_first_page_at_least,
	  a_total_may_come_in_a_header, more_is_true_or_false_or_not_said,
	  the_first_answer_shows_how_an_api_pages,
	  what_the_job_says_counts_more_than_what_is_recognised)
