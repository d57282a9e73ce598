/* The vectors are those of AWS's own test suite for Signature Version 4. */
#include "fetch/sigv4.h"

#include <stdlib.h>
#include <string.h>

#include "../unit.h"
#include "base/xalloc.h"
#include "fetch/headers.h"

/* 20150830T123600Z */
#define NOW INT64_C(1440938160000)

static struct sigv4 with;

static void signs(const char *method, const char *url, const char *header, const char *signature)
{
	struct request request = { .method = (char *)method, .url = xstrdup(url) };
	struct err err = ERR_INIT;
	char *name = header ? strndup(header, strcspn(header, ":")) : NULL;
	const char *value;

	if (header)
		ck_assert_int_eq(
			headers_add(&request.headers, name, header + strlen(name) + 1, &err), 0);
	ck_assert_int_eq(sigv4_sign(&request, &with, &err), 0);
	ck_assert_int_eq(sigv4_sign(&request, &with, &err), 0); /* a second one replaces it */
	value = headers_find(request.headers, "Authorization");
	ck_assert_msg(strcmp(strstr(value, "Signature=") + 10, signature) == 0, "%s: %s", url,
		      value);
	headers_free(request.headers);
	free(request.url);
	free(name);
}

static void suite(void)
{
	with = (struct sigv4) { .region = "us-east-1",
				.service = "service",
				.id = "AKIDEXAMPLE",
				.secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
				.now_ms = NOW };
}

START_TEST(the_published_vectors_come_out)
{
	suite();
	signs("GET", "http://example.amazonaws.com/", NULL,
	      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
	signs("POST", "http://example.amazonaws.com/", NULL,
	      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
	signs("GET", "http://example.amazonaws.com/?Param2=value2&Param1=value1", NULL,
	      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
	signs("GET", "http://example.amazonaws.com/?%E1%88%B4=bar", NULL,
	      "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04");
}
END_TEST

START_TEST(a_query_goes_out_sorted_and_encoded)
{
	struct request request = { .method = (char *)"GET",
				   .url = xstrdup("http://h/p?b=2&a&B=%7e*&a=+x&a=%2f&b-=1") };
	struct err err = ERR_INIT;

	suite();
	ck_assert_int_eq(sigv4_sign(&request, &with, &err), 0);
	ck_assert_str_eq(request.url, "http://h/p?B=~%2A&a=&a=%20x&a=%2F&b=2&b-=1");
	headers_free(request.headers);
	free(request.url);
}
END_TEST

START_TEST(what_cannot_be_sent_is_told)
{
	struct request request = { .method = (char *)"GET", .url = xstrdup("http://h/") };
	struct err err = ERR_INIT;

	suite();
	with.session = "a\nb";
	ck_assert_int_lt(sigv4_sign(&request, &with, &err), 0);
	headers_free(request.headers);
	free(request.url);
}
END_TEST

UNIT_MAIN("sigv4", the_published_vectors_come_out, a_query_goes_out_sorted_and_encoded,
	  what_cannot_be_sent_is_told)
