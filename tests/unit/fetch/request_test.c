#include "fetch/request.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"

static struct job job;
static struct request_scope scope;
static const struct request shown_of = { .scope = &scope };
static struct request *request;
static struct err err;

static struct template *template(const char *text, enum template_place place)
{
	struct template *made;

	ck_assert_int_eq(template_parse(text, place, &made, &err), 0);
	return made;
}

static struct job_pair *pairs(size_t n, const char *const (*texts)[2], enum template_place place)
{
	struct job_pair *made = calloc(n, sizeof(*made));

	for (size_t i = 0; i < n; i++)
		made[i] = (struct job_pair) { strdup(texts[i][0]), template(texts[i][1], place) };
	return made;
}

static void done_pairs(struct job_pair *made, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		free(made[i].name);
		template_free(made[i].value);
	}
	free(made);
}

static void start(const char *url)
{
	char **values = calloc(2, sizeof(char *));

	values[0] = strdup("materials");
	values[1] = strdup("a/b c");
	memset(&job, 0, sizeof(job));
	job.name = (char *)"inventory";
	job.method = (char *)"GET";
	job.max_redirects = 2;
	job.url = template(url, TEMPLATE_URL);
	ck_assert_int_eq(matrix_add_list(&job.matrix, "category", values, 2, &err), 0);
	ck_assert_int_eq(matrix_add_range(&job.matrix, "id", 0, 49, 1, &err), 0);
	ck_assert_int_eq(matrix_close(&job.matrix, MATRIX_PRODUCT, &err), 0);
	scope = (struct request_scope) { .job = &job,
					 .run = 12,
					 .scheduled_ms = INT64_C(1795413600000) };
}

static void end(void)
{
	request_free(request);
	request = NULL;
	template_free(job.url);
	template_free(job.body);
	done_pairs(job.query, job.nquery);
	done_pairs(job.form, job.nform);
	done_pairs(job.headers, job.nheaders);
	matrix_done(&job.matrix);
}

static void build(uint64_t index)
{
	request_free(request);
	request = NULL;
	err = (struct err)ERR_INIT;
	ck_assert_msg(request_build(&scope, index, 0, NULL, &request, &err) == 0, "%s", err.text);
}

static void check_refused(const char *word)
{
	err = (struct err)ERR_INIT;
	ck_assert_int_eq(request_build(&scope, 0, 0, NULL, &request, &err), -EINVAL);
	ck_assert_ptr_null(request);
	ck_assert_msg(strstr(err.text, word) != NULL, "no \"%s\" in: %s", word, err.text);
}

static const char *header(const char *name)
{
	size_t len = strlen(name);

	for (char **line = request->headers; *line; line++)
		if (strncmp(*line, name, len) == 0 && (*line)[len] == ':')
			return *line + len + 2;
	return NULL;
}

START_TEST(a_point_becomes_a_url)
{
	start("http://Host:3000/inventory/${category}?id=${id}");
	build(0);
	ck_assert_str_eq(request->url, "http://host:3000/inventory/materials?id=0");
	ck_assert_str_eq(request->host, "host:3000");
	ck_assert_str_eq(request->method, "GET");
	ck_assert_uint_eq(request->tries, 1);
	ck_assert_ptr_null(request->body);
	build(57);
	ck_assert_str_eq(request->url, "http://host:3000/inventory/a%2Fb%20c?id=7");
	end();
}
END_TEST

START_TEST(the_run_itself_has_values_too)
{
	start("http://h/${job}/${run}?d=${scheduled|%Y-%m-%d}");
	build(0);
	ck_assert_str_eq(request->url, "http://h/inventory/12?d=2026-11-23");
	end();
}
END_TEST

START_TEST(query_pairs_are_added_and_encoded)
{
	static const char *const texts[][2] = { { "q x", "a&b c" }, { "id", "${id}" } };

	start("http://h/x?y=1#part");
	job.query = pairs(2, texts, TEMPLATE_QUERY);
	job.nquery = 2;
	build(3);
	ck_assert_str_eq(request->url, "http://h/x?y=1&q%20x=a%26b%20c&id=3");
	end();
	start("http://h/x");
	job.query = pairs(2, texts, TEMPLATE_QUERY);
	job.nquery = 2;
	build(3);
	ck_assert_str_eq(request->url, "http://h/x?q%20x=a%26b%20c&id=3");
	end();
}
END_TEST

START_TEST(defaults_give_way_to_the_jobs_headers)
{
	static const char *const texts[][2] = { { "accept", "text/x" }, { "X-Id", "${id}" } };

	start("http://h/x");
	build(0);
	ck_assert_str_eq(header("Accept"), "application/json");
	ck_assert_str_eq(header("Accept-Encoding"), "gzip");
	ck_assert_ptr_nonnull(strstr(header("User-Agent"), "fetchd/"));
	ck_assert_ptr_null(header("Content-Type"));
	job.headers = pairs(2, texts, TEMPLATE_HEADER);
	job.nheaders = 2;
	build(5);
	ck_assert_str_eq(header("accept"), "text/x");
	ck_assert_ptr_null(header("Accept"));
	ck_assert_str_eq(header("X-Id"), "5");
	end();
}
END_TEST

START_TEST(a_body_says_what_it_is)
{
	static const char *const texts[][2] = { { "a b", "${category}" }, { "c", "d&e" } };

	start("http://h/x");
	job.method = (char *)"POST";
	job.body_kind = JOB_BODY_JSON;
	job.body = template("{\"id\": \"${id}\"}", TEMPLATE_JSON);
	build(7);
	ck_assert_str_eq(request->body, "{\"id\": \"7\"}");
	ck_assert_uint_eq(request->body_len, 11);
	ck_assert_str_eq(header("Content-Type"), "application/json");
	job.body_kind = JOB_BODY_TEXT;
	build(7);
	ck_assert_str_eq(header("Content-Type"), "text/plain; charset=utf-8");
	job.body_kind = JOB_BODY_FORM;
	job.form = pairs(2, texts, TEMPLATE_QUERY);
	job.nform = 2;
	build(50);
	ck_assert_str_eq(request->body, "a%20b=a%2Fb%20c&c=d%26e");
	ck_assert_str_eq(header("Content-Type"), "application/x-www-form-urlencoded");
	end();
}
END_TEST

START_TEST(each_auth_says_who_we_are)
{
	start("http://h/x?key=old");
	scope.secrets[JOB_SECRET_AUTH] = "s3cret";
	job.auth = JOB_AUTH_BEARER;
	build(0);
	ck_assert_str_eq(header("Authorization"), "Bearer s3cret");
	job.auth = JOB_AUTH_BASIC; /* RFC 7617's own example */
	job.auth_user = (char *)"Aladdin";
	scope.secrets[JOB_SECRET_AUTH] = "open sesame";
	build(0);
	ck_assert_str_eq(header("Authorization"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	job.auth = JOB_AUTH_API_KEY;
	job.key_name = (char *)"key";
	build(0);
	ck_assert_str_eq(header("key"), "open sesame");
	job.key_place = JOB_KEY_QUERY;
	build(0);
	ck_assert_str_eq(request->url, "http://h/x?key=open%20sesame");
	end();
}
END_TEST

START_TEST(base64_pads_as_it_must)
{
	static const char *const rows[][2] = { { "", "" },
					       { "f", "Basic dTpm" },
					       { "fo", "Basic dTpmbw==" },
					       { "foo", "Basic dTpmb28=" },
					       { "\xff\xfe?", "Basic dTr//j8=" } };

	start("http://h/x");
	job.auth = JOB_AUTH_BASIC;
	job.auth_user = (char *)"u";
	for (size_t i = 1; i < 5; i++) {
		scope.secrets[JOB_SECRET_AUTH] = rows[i][0];
		build(0);
		ck_assert_str_eq(header("Authorization"), rows[i][1]);
	}
	end();
}
END_TEST

START_TEST(what_cannot_be_sent_is_refused_with_its_place)
{
	static const char *const bad[][2] = { { "X-Id", "a\r\nX-Evil: 1" } };
	static const char *const length[][2] = { { "Content-Length", "5" } };

	start("http://h/x");
	job.method = (char *)"GET /evil HTTP/1.1\r\n";
	check_refused("request.method");
	job.method = (char *)"GET";
	job.auth = JOB_AUTH_BEARER;
	check_refused("auth.bearer");
	scope.secrets[JOB_SECRET_AUTH] = "a\nb";
	check_refused("auth.bearer");
	ck_assert_ptr_null(strstr(err.text, "a\\x0ab")); /* a secret stays out of sentences */
	job.auth = JOB_AUTH_NONE;
	job.headers = pairs(1, bad, TEMPLATE_PLAIN);
	job.nheaders = 1;
	check_refused("request.headers.X-Id");
	done_pairs(job.headers, 1);
	job.headers = pairs(1, length, TEMPLATE_HEADER);
	check_refused("request.headers.Content-Length");
	end();
	start("ftp://h/x");
	check_refused("request.url");
	end();
	start("http://h/${nothing}");
	check_refused("request.url");
	end();
}
END_TEST

START_TEST(a_cursor_page_repeats_the_first_url_with_the_cursor)
{
	start("http://h/x?id=${id}");
	job.paging.by = JOB_PAGES_CURSOR;
	job.paging.param = (char *)"after";
	ck_assert_int_eq(request_build(&scope, 4, 2, "t o", &request, &err), 0);
	ck_assert_str_eq(request->url, "http://h/x?id=4&after=t%20o");
	ck_assert_str_eq(request->page_token, "t o");
	ck_assert_uint_eq(request->page, 2);
	end();
}
END_TEST

START_TEST(a_link_page_is_the_link_and_keeps_its_key)
{
	start("http://h/x?id=${id}");
	job.paging.by = JOB_PAGES_LINK;
	job.auth = JOB_AUTH_API_KEY;
	job.key_place = JOB_KEY_QUERY;
	job.key_name = (char *)"key";
	scope.secrets[JOB_SECRET_AUTH] = "s";
	ck_assert_int_eq(request_build(&scope, 4, 2, "http://h/x?page=2", &request, &err), 0);
	ck_assert_str_eq(request->url, "http://h/x?page=2&key=s");
	request_free(request);
	request = NULL;
	ck_assert_int_eq(request_build(&scope, 4, 2, "http://evil/x", &request, &err), -EINVAL);
	end();
}
END_TEST

static void check_placed(const char *token, const char *url, const char *body)
{
	struct request_chain chain = { .page = token ? 1 : 0, .token = token };

	request_free(request);
	request = NULL;
	ck_assert_msg(request_build_page(&scope, 4, &chain, &request, &err) == 0, "%s", err.text);
	ck_assert_str_eq(request->url, url);
	if (body)
		ck_assert_str_eq(request->body, body);
}

START_TEST(pages_that_are_counted_are_named_from_the_first_on)
{
	start("http://h/x?page=7&id=${id}");
	job.paging.by = JOB_PAGES_PAGE;
	job.paging.param = (char *)"page";
	job.paging.start = 1;
	check_placed(NULL, "http://h/x?page=1&id=4", NULL);
	check_placed("2", "http://h/x?page=2&id=4", NULL);
	job.paging.size = 50;
	job.paging.size_param = (char *)"n";
	check_placed("2", "http://h/x?page=2&id=4&n=50", NULL);
	end();
}
END_TEST

START_TEST(a_page_may_be_named_in_a_header)
{
	start("http://h/x");
	job.paging.by = JOB_PAGES_OFFSET;
	job.paging.header = (char *)"X-Offset";
	check_placed("10", "http://h/x", NULL);
	ck_assert_str_eq(header("X-Offset"), "10");
	end();
}
END_TEST

static void place_in(const char *body, const char *pointer, const char *token, const char *want)
{
	struct pointer *place;

	start("http://h/x");
	job.paging.by = JOB_PAGES_CURSOR;
	ck_assert_int_eq(pointer_parse(pointer, &place, NULL), 0);
	job.paging.body = place;
	job.body_kind = JOB_BODY_JSON;
	job.body = template(body, TEMPLATE_PLAIN);
	if (want) {
		check_placed(token, "http://h/x", want);
	} else {
		struct request_chain chain = { .page = 1, .token = token };

		ck_assert_int_eq(request_build_page(&scope, 4, &chain, &request, &err), -EINVAL);
		ck_assert_ptr_nonnull(strstr(err.text, "pages.body"));
	}
	end();
	pointer_free(place);
}

START_TEST(a_page_may_be_named_in_the_body)
{
	place_in("{\"a\":1,\"n\":null,\"z\":2}", "/n", "\"x\"", "{\"a\":1,\"n\":\"x\",\"z\":2}");
	place_in("{\"a\":1}", "/n", "7", "{\"n\":7,\"a\":1}");
	place_in("{ }", "/n", "7", "{\"n\":7 }");
	place_in("{\"v\":{\"a\":1}}", "/v/n~1o", "7", "{\"v\":{\"n/o\":7,\"a\":1}}");
	place_in("{\"v\":[1]}", "/v/n", "7", NULL);
	place_in("{}", "/v/n", "7", NULL);
}
END_TEST

START_TEST(what_was_recognised_counts_for_its_chain)
{
	struct request_chain chain = {
		.page = 1,
		.token = "c d",
		.paging = "{\"by\":\"cursor\",\"from\":\"/n\",\"param\":\"k\"}"
	};

	start("http://h/x");
	job.paging.by = JOB_PAGES_AUTO;
	ck_assert_msg(request_build_page(&scope, 4, &chain, &request, &err) == 0, "%s", err.text);
	ck_assert_str_eq(request->url, "http://h/x?k=c%20d");
	request_free(request);
	request = NULL;
	chain.paging = "{\"by\":\"cursors\"}";
	ck_assert_int_eq(request_build_page(&scope, 4, &chain, &request, &err), -EINVAL);
	end();
}
END_TEST

START_TEST(a_page_of_another_origin_gets_no_credentials)
{
	char *allowed[] = { (char *)"http://far" };

	start("http://h/x");
	job.paging.by = JOB_PAGES_LINK;
	job.paging.origins = allowed;
	job.paging.norigins = 1;
	job.auth = JOB_AUTH_BEARER;
	scope.secrets[JOB_SECRET_AUTH] = "hunter2";
	check_placed("http://far/p2", "http://far/p2", NULL);
	ck_assert(request->away);
	ck_assert_ptr_null(header("Authorization"));
	check_placed("http://h/p2", "http://h/p2", NULL);
	ck_assert(!request->away);
	ck_assert_str_eq(header("Authorization"), "Bearer hunter2");
	job.paging.norigins = 0;
	job.paging.origins = NULL;
	end();
}
END_TEST

START_TEST(a_shown_url_hides_a_secret_that_the_server_sent_back)
{
	static const char *const rows[][2] = {
		{ "http://h/x?other=to/ken&key=to/ken", "http://h/x?other=***&key=***" },
		{ "http://h/to/ken/ato/kenb", "http://h/***/a***b" },
		{ "http://h/x?other=to%2Fken", "http://h/x?other=***" },
		{ "http://h/x?other=token", "http://h/x?other=token" },
	};
	char *shown;

	start("http://h/x");
	job.auth = JOB_AUTH_API_KEY;
	job.key_place = JOB_KEY_QUERY;
	job.key_name = (char *)"key";
	scope.secrets[JOB_SECRET_AUTH] = "to/ken";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		shown = request_url_shown(&shown_of, rows[i][0]);
		ck_assert_str_eq(shown, rows[i][1]);
		free(shown);
	}
	scope.secrets[JOB_SECRET_AUTH] = "";
	shown = request_url_shown(&shown_of, "http://h/x");
	ck_assert_str_eq(shown, "http://h/x");
	free(shown);
	end();
}
END_TEST

START_TEST(a_shown_url_hides_the_key)
{
	char *shown;

	start("http://u:p@h/x?id=${id}");
	job.auth = JOB_AUTH_API_KEY;
	job.key_place = JOB_KEY_QUERY;
	job.key_name = (char *)"key";
	scope.secrets[JOB_SECRET_AUTH] = "s";
	build(0);
	shown = request_url_shown(&shown_of, request->url);
	ck_assert_str_eq(shown, "http://***@h/x?id=0&key=***");
	free(shown);
	end();
}
END_TEST

static int redirect(int status, const char *location)
{
	err = (struct err)ERR_INIT;
	return request_redirect(request, status, location, &err);
}

START_TEST(redirects_stay_on_the_origin)
{
	static const char *const bad[] = { "http://evil/x", "https://h/x", "//evil/x",
					   "http://h:81/x", "ftp://h/x",   "file:///x",
					   "http://h\n/" };

	start("http://h/a/b?q=1");
	build(0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(redirect(302, bad[i]), -EPERM);
		ck_assert_str_ne(err.text, "");
		ck_assert_str_eq(request->url, "http://h/a/b?q=1");
	}
	ck_assert_int_eq(redirect(302, NULL), -EPERM);
	ck_assert_int_eq(redirect(302, "c?r=2"), 0);
	ck_assert_str_eq(request->url, "http://h/a/c?r=2");
	ck_assert_uint_eq(request->hop, 1);
	ck_assert_int_eq(redirect(302, "http://H:80/d#x"), 0);
	ck_assert_str_eq(request->url, "http://h/d");
	ck_assert_int_eq(redirect(302, "/e"), -EPERM); /* max_redirects is 2 */
	ck_assert_ptr_nonnull(strstr(err.text, "max_redirects"));
	end();
}
END_TEST

START_TEST(the_method_changes_as_rfc_9110_says)
{
	static const struct {
		const char *method;
		int status;
		const char *becomes;
	} rows[] = {
		{ "POST", 301, "GET" },      { "POST", 302, "GET" },  { "POST", 303, "GET" },
		{ "POST", 307, "POST" },     { "POST", 308, "POST" }, { "PUT", 301, "PUT" },
		{ "PUT", 303, "GET" },       { "HEAD", 303, "HEAD" }, { "GET", 302, "GET" },
		{ "DELETE", 302, "DELETE" },
	};

	start("http://h/x");
	job.body_kind = JOB_BODY_TEXT;
	job.body = template("hello", TEMPLATE_PLAIN);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bool kept = strcmp(rows[i].becomes, rows[i].method) == 0;

		job.method = (char *)rows[i].method;
		build(0);
		ck_assert_int_eq(redirect(rows[i].status, "/y"), 0);
		ck_assert_str_eq(request->method, rows[i].becomes);
		ck_assert_int_eq(request->body != NULL, kept);
		ck_assert_int_eq(header("Content-Type") != NULL, kept);
		ck_assert_ptr_nonnull(header("Accept"));
	}
	end();
}
END_TEST

START_TEST(credentials_go_along_on_the_origin)
{
	start("http://h/x");
	job.auth = JOB_AUTH_API_KEY;
	job.key_place = JOB_KEY_QUERY;
	job.key_name = (char *)"key";
	scope.secrets[JOB_SECRET_AUTH] = "s";
	build(0);
	ck_assert_int_eq(redirect(302, "/y"), 0);
	ck_assert_str_eq(request->url, "http://h/y?key=s");
	job.auth = JOB_AUTH_BEARER;
	build(0);
	ck_assert_int_eq(redirect(302, "/y"), 0);
	ck_assert_str_eq(header("Authorization"), "Bearer s");
	end();
}
END_TEST

UNIT_MAIN("request", a_point_becomes_a_url, the_run_itself_has_values_too,
	  query_pairs_are_added_and_encoded, defaults_give_way_to_the_jobs_headers,
	  a_body_says_what_it_is, each_auth_says_who_we_are, base64_pads_as_it_must,
	  what_cannot_be_sent_is_refused_with_its_place,
	  a_cursor_page_repeats_the_first_url_with_the_cursor,
	  a_link_page_is_the_link_and_keeps_its_key,
	  pages_that_are_counted_are_named_from_the_first_on, a_page_may_be_named_in_a_header,
	  a_page_may_be_named_in_the_body, what_was_recognised_counts_for_its_chain,
	  a_page_of_another_origin_gets_no_credentials, a_shown_url_hides_the_key,
	  a_shown_url_hides_a_secret_that_the_server_sent_back, redirects_stay_on_the_origin,
	  the_method_changes_as_rfc_9110_says, credentials_go_along_on_the_origin)
