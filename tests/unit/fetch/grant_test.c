#include "fetch/grant.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "fetch/headers.h"

static struct job job;
static struct request_scope scope;
static struct grant_gift gift;
static struct err err;

static void oauth2(void)
{
	job = (struct job) { .name = (char *)"j", .auth = JOB_AUTH_OAUTH2 };
	job.oauth2.token_url = (char *)"https://login.example.com/token";
	job.oauth2.client_id = (char *)"a:b c";
	job.oauth2.scope = (char *)"x y";
	scope = (struct request_scope) { .job = &job };
	scope.secrets[JOB_SECRET_AUTH] = "s3cr&t";
	err = (struct err)ERR_INIT;
}

static int read_answer(int status, const char *body)
{
	struct grant_answer answer = { .status = status, .body = slice_of(body) };

	return grant_read(&scope, &answer, &gift, &err);
}

START_TEST(the_client_is_form_encoded_inside_basic)
{
	struct request *request;

	oauth2();
	ck_assert_int_eq(grant_build(&scope, NULL, &request, &err), 0);
	ck_assert_str_eq(request->method, "POST");
	ck_assert_str_eq(request->host, "login.example.com:443");
	ck_assert_str_eq(request->body, "grant_type=client_credentials&scope=x%20y");
	/* "a%3Ab%20c:s3cr%26t", RFC 6749 section 2.3.1 */
	ck_assert_str_eq(headers_find(request->headers, "Authorization"),
			 "Basic YSUzQWIlMjBjOnMzY3IlMjZ0");
	ck_assert(request->errand);
	request_free(request);
}
END_TEST

START_TEST(a_refresh_token_and_a_secret_may_go_in_the_body)
{
	struct request *request;

	oauth2();
	job.oauth2.client_auth = JOB_CLIENT_BODY;
	job.oauth2.scope = NULL;
	ck_assert_int_eq(grant_build(&scope, "r&t", &request, &err), 0);
	ck_assert_str_eq(request->body, "grant_type=refresh_token&refresh_token=r%26t&"
					"client_id=a%3Ab%20c&client_secret=s3cr%26t");
	ck_assert(!headers_has(request->headers, "Authorization"));
	request_free(request);
	scope.secrets[JOB_SECRET_AUTH] = NULL; /* a public client says who it is all the same */
	ck_assert_int_eq(grant_build(&scope, "r", &request, &err), 0);
	ck_assert_str_eq(request->body,
			 "grant_type=refresh_token&refresh_token=r&client_id=a%3Ab%20c");
	request_free(request);
}
END_TEST

START_TEST(a_token_is_read_with_its_life)
{
	oauth2();
	ck_assert_int_eq(read_answer(200, "{\"access_token\":\"t.k_n\",\"token_type\":\"bearer\","
					  "\"expires_in\":3600,\"refresh_token\":\"r2\"}"),
			 0);
	ck_assert_str_eq(gift.token, "t.k_n");
	ck_assert_str_eq(gift.refresh, "r2");
	ck_assert_int_eq(gift.life_ms, 3600000);
	grant_gift_done(&gift);
	ck_assert_int_eq(read_answer(200, "{\"access_token\":\"t\",\"expires_in\":\"60\"}"), 0);
	ck_assert_int_eq(gift.life_ms, 60000);
	ck_assert_ptr_null(gift.refresh);
	grant_gift_done(&gift);
	ck_assert_int_eq(read_answer(200, "{\"access_token\":\"t\",\"expires_in\":-5}"), 0);
	ck_assert_int_eq(gift.life_ms, 0);
	grant_gift_done(&gift);
	ck_assert_int_eq(read_answer(200, "{\"access_token\":\"t\",\"expires_in\":1e99}"), 0);
	ck_assert_int_ge(gift.life_ms, 0);
	grant_gift_done(&gift);
}
END_TEST

static void refused(int code, int status, const char *body, const char *words)
{
	err = (struct err)ERR_INIT;
	ck_assert_int_eq(read_answer(status, body), code);
	ck_assert_msg(strstr(err.text, words) != NULL, "%s", err.text);
	ck_assert_ptr_null(gift.token);
}

START_TEST(a_refusal_says_what_to_do)
{
	oauth2();
	refused(-EACCES, 401, "{\"error\":\"invalid_client\"}",
		"check client_id and client_secret");
	refused(-EACCES, 400, "{\"error\":\"invalid_scope\"}", "check scope");
	refused(-EACCES, 400, "{\"error\":\"invalid_grant\"}", "invalid_grant");
	refused(-EACCES, 404, "<html>", "status 404");
	refused(-EACCES, 200, "{}", "no access_token");
	refused(-EACCES, 200, "{\"access_token\":\"a b\"}", "no access_token");
	refused(-EACCES, 200, "{\"access_token\":\"a\\r\\nX: y\"}", "no access_token");
	refused(-EACCES, 200, "{\"access_token\":7}", "no access_token");
	refused(-EACCES, 200, "{\"access_token\":\"a\",\"token_type\":\"DPoP\"}", "\"DPoP\"");
	refused(-EAGAIN, 503, "", "503");
	refused(-EAGAIN, 429, "", "429");
	scope.secrets[JOB_SECRET_REFRESH] = "r";
	refused(-EKEYEXPIRED, 400, "{\"error\":\"invalid_grant\"}", "get a new one");
}
END_TEST

START_TEST(a_refusal_does_not_repeat_the_secret)
{
	oauth2();
	refused(-EACCES, 401,
		"{\"error\":\"invalid_client\",\"error_description\":\"s3cr&t is wrong\"}",
		"*** is wrong");
	ck_assert_ptr_null(strstr(err.text, "s3cr&t"));
}
END_TEST

START_TEST(a_login_gives_cookies_or_a_token)
{
	struct grant_answer answer = { .status = 200, .body = slice_of("{\"t\":{\"k\":\"abc\"}}") };

	oauth2();
	job.auth = JOB_AUTH_SESSION;
	ck_assert_int_eq(grant_read(&scope, &answer, &gift, &err), -EACCES);
	ck_assert_ptr_nonnull(strstr(err.text, "sets no cookie"));
	answer.cookies = "a=1";
	ck_assert_int_eq(grant_read(&scope, &answer, &gift, &err), 0);
	ck_assert_ptr_null(gift.token);
	ck_assert_int_eq(pointer_parse("/t/k", &job.session.token, NULL), 0);
	ck_assert_int_eq(grant_read(&scope, &answer, &gift, &err), 0);
	ck_assert_str_eq(gift.token, "abc");
	grant_gift_done(&gift);
	answer.status = 403;
	ck_assert_int_eq(grant_read(&scope, &answer, &gift, &err), -EACCES);
	pointer_free(job.session.token);
}
END_TEST

START_TEST(what_is_carried_takes_the_place_of_the_last)
{
	struct request request = { .scope = &scope };
	char *shown;

	oauth2();
	ck_assert_int_eq(grant_dress(&request, "first-token", NULL, &err), 0);
	ck_assert_int_eq(grant_dress(&request, "second-token", NULL, &err), 0);
	ck_assert_str_eq(request.headers[0], "Authorization: Bearer second-token");
	ck_assert_ptr_null(request.headers[1]);
	shown = request_url_shown(&request, "http://h/?t=second-token");
	ck_assert_str_eq(shown, "http://h/?t=***");
	free(shown);
	job.auth = JOB_AUTH_SESSION;
	ck_assert_int_eq(headers_add(&request.headers, "Cookie", "lang=de; sid=old", &err), 0);
	ck_assert_int_eq(grant_dress(&request, NULL, "sid=new; b=2", &err), 0);
	ck_assert_str_eq(headers_find(request.headers, "Cookie"), "lang=de; sid=new; b=2");
	headers_free(request.headers);
	free(request.token);
}
END_TEST

UNIT_MAIN("grant", the_client_is_form_encoded_inside_basic,
	  a_refresh_token_and_a_secret_may_go_in_the_body, a_token_is_read_with_its_life,
	  a_refusal_says_what_to_do, a_refusal_does_not_repeat_the_secret,
	  a_login_gives_cookies_or_a_token, what_is_carried_takes_the_place_of_the_last)
