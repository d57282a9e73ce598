#include "fetch/page.h"

#include <string.h>

#include "../unit.h"

static struct job job;
static struct request_scope scope = { .job = &job };
static struct request request = { .scope = &scope, .host = (char *)"api:80" };
static struct err err;

static void check_link(const char *header, const char *want)
{
	char *got = link_next(header);

	if (want)
		ck_assert_msg(got && strcmp(got, want) == 0, "%s: %s", header, got);
	else
		ck_assert_ptr_null(got);
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
	check_link(NULL, NULL);
	check_link("", NULL);
	check_link("</p2>; rel=prev", NULL);
	check_link("</p2>", NULL);
	check_link("</p2>; rel=\"nextish\"", NULL);
	check_link("</p2>; title=next", NULL);
	check_link("</p2>; rel=prev; rel=next", NULL); /* the first rel counts */
	check_link("</p2>; rel=next; anchor=\"/other\"", NULL);
}
END_TEST

START_TEST(malformed_links_are_no_links)
{
	static const char *const bad[] = { "/p2; rel=next", "</p2; rel=next", "</p2>; rel=\"next",
					   "</p2> rel=next", "x" };

	for (size_t i = 0; i < 5; i++)
		check_link(bad[i], NULL);
}
END_TEST

static enum outcome next_of(enum job_pages kind, const char *link, const char *cursor, char **token)
{
	struct response response;
	enum outcome outcome;

	err = (struct err)ERR_INIT;
	response_init(&response, 0);
	response.headers[HEADER_LINK] = link ? strdup(link) : NULL;
	outcome = paginator_of(kind)->next(&request, &response, slice_of(cursor), token, &err);
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
	job = (struct job) { .pages = JOB_PAGES_LINK };
	request.url = (char *)"http://api/items?page=1";
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
	job = (struct job) { .pages = JOB_PAGES_LINK,
			     .auth = JOB_AUTH_API_KEY,
			     .key_place = JOB_KEY_QUERY,
			     .key_name = (char *)"key" };
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

static void check_url(const char *first, const char *token, const char *want)
{
	char *url = paginator_of(job.pages)->url(&job, first, token, &err);

	if (want)
		ck_assert_str_eq(url, want);
	else
		ck_assert_ptr_null(url);
	free(url);
}

START_TEST(a_token_becomes_the_pages_url)
{
	job = (struct job) { .pages = JOB_PAGES_CURSOR, .page_param = (char *)"after" };
	check_url("http://api/x?n=5", "a b", "http://api/x?n=5&after=a%20b");
	check_url("http://api/x?after=1", "2", "http://api/x?after=2");
	job.pages = JOB_PAGES_LINK;
	check_url("http://api/x", "http://api/x?page=2", "http://api/x?page=2");
	check_url("http://api/x", "http://evil/x?page=2", NULL);
	check_url("http://api/x", "not a url", NULL);
}
END_TEST

START_TEST(a_job_without_pages_has_one)
{
	check_token(JOB_PAGES_NONE, "</p2>; rel=next", "\"abc\"", NULL);
	ck_assert_str_eq(paginators[0].name, "none");
}
END_TEST

UNIT_MAIN("page", rel_next_is_found_in_every_spelling, other_links_are_not_next,
	  malformed_links_are_no_links, a_link_becomes_an_absolute_url_on_the_origin,
	  a_key_the_server_repeats_stays_out_of_the_token, a_cursor_is_text_or_a_number,
	  a_token_becomes_the_pages_url, a_job_without_pages_has_one)
