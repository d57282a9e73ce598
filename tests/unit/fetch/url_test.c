#include "fetch/url.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../unit.h"

static const char *resolved(const char *base, const char *reference)
{
	static char text[512];
	struct err err = ERR_INIT;
	char *url;

	if (url_resolve(base, reference, &url, &err) < 0) {
		ck_assert_str_ne(err.text, "");
		return NULL;
	}
	snprintf(text, sizeof(text), "%s", url);
	free(url);
	return text;
}

START_TEST(absolute_urls_are_normalised)
{
	ck_assert_str_eq(resolved(NULL, "HTTP://Example.COM:80/a/../b?q=%2F#frag"),
			 "http://example.com/b?q=%2F");
	ck_assert_str_eq(resolved(NULL, "https://a:443"), "https://a/");
	ck_assert_str_eq(resolved(NULL, "http://a:8080/x y"), "http://a:8080/x%20y");
	ck_assert_str_eq(resolved(NULL, "http://a/\xc3\xa9?n=\xc3\xa9"),
			 "http://a/%c3%a9?n=%c3%a9");
	ck_assert_str_eq(resolved(NULL, "http://a/x%2Fy"), "http://a/x%2Fy");
	ck_assert_str_eq(resolved(NULL, "http://[::1]:3000/"), "http://[::1]:3000/");
}
END_TEST

START_TEST(references_resolve_against_their_base)
{
	const char *base = "http://a/b/c/d?q";

	ck_assert_str_eq(resolved(base, "g"), "http://a/b/c/g");
	ck_assert_str_eq(resolved(base, "/g?y=1"), "http://a/g?y=1");
	ck_assert_str_eq(resolved(base, "?y"), "http://a/b/c/d?y");
	ck_assert_str_eq(resolved(base, "../g"), "http://a/b/g");
	ck_assert_str_eq(resolved(base, "//h/x"), "http://h/x");
	ck_assert_str_eq(resolved(base, "https://h/x"), "https://h/x");
}
END_TEST

START_TEST(what_is_no_web_url_is_refused)
{
	static const char *const bad[] = { "ftp://a/",
					   "file:///etc/passwd",
					   "/relative",
					   "example.com",
					   "http://",
					   "",
					   "http://a b/",
					   "http://a:99999/",
					   "http://a\n/",
					   "gopher://a/x",
					   "javascript:alert(1)" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ck_assert_msg(!resolved(NULL, bad[i]), "%s was accepted", bad[i]);
	ck_assert_ptr_null(resolved("http://a/", "file:///etc/passwd"));
	ck_assert_ptr_null(resolved("http://a/", "gopher://a/"));
}
END_TEST

START_TEST(an_origin_is_scheme_host_and_port)
{
	ck_assert(url_same_origin("http://a/x", "HTTP://A:80/y?z"));
	ck_assert(url_same_origin("https://u:p@a/x", "https://a:443/"));
	ck_assert(!url_same_origin("http://a/", "https://a/"));
	ck_assert(!url_same_origin("http://a:80/", "https://a:80/"));
	ck_assert(!url_same_origin("http://a/", "http://b/"));
	ck_assert(!url_same_origin("http://a/", "http://a:8080/"));
	ck_assert(!url_same_origin("http://a/", "http://a.b/"));
	ck_assert(!url_same_origin("junk", "junk"));
}
END_TEST

START_TEST(a_host_always_names_its_port)
{
	static const char *const rows[][2] = { { "http://A.b/x", "a.b:80" },
					       { "https://a", "a:443" },
					       { "http://a:8080", "a:8080" },
					       { "http://[::1]:1/", "[::1]:1" },
					       { "http://u:p@a/", "a:80" } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *host = url_host(rows[i][0]);

		ck_assert_str_eq(host, rows[i][1]);
		free(host);
	}
	ck_assert_ptr_null(url_host("nothing"));
}
END_TEST

static void check_query(const char *url, const char *name, const char *value, const char *want)
{
	char *got = value ? url_with_query(url, name, value) : url_without_query(url, name);

	ck_assert_str_eq(got, want);
	free(got);
}

START_TEST(a_query_parameter_is_set_once_and_encoded)
{
	check_query("http://a/", "c", "x", "http://a/?c=x");
	check_query("http://a/?b=1", "c", "x y&=+", "http://a/?b=1&c=x%20y%26%3D%2B");
	check_query("http://a/?c=1&b=2&c=3", "c", "4", "http://a/?c=4&b=2");
	check_query("http://a/?%63=1&b", "c", "4", "http://a/?c=4&b");
	check_query("http://a/?c", "c", "4", "http://a/?c=4");
	check_query("http://a/?cc=1&xc=2", "c", "4", "http://a/?cc=1&xc=2&c=4");
	check_query("http://a/?b=%2F+%41", "c", "", "http://a/?b=%2F+%41&c=");
	check_query("http://a/", "\xc3\xa9", "\xff", "http://a/?%C3%A9=%FF");
}
END_TEST

START_TEST(a_query_parameter_is_taken_out_alone)
{
	check_query("http://a/?c=1", "c", NULL, "http://a/");
	check_query("http://a/?b=2&c=1&d=3", "c", NULL, "http://a/?b=2&d=3");
	check_query("http://a/x", "c", NULL, "http://a/x");
}
END_TEST

START_TEST(a_shown_url_holds_no_secret)
{
	static const char *const rows[][2] = {
		{ "http://u:p@a/x?key=s&b=1", "http://***@a/x?key=***&b=1" },
		{ "http://a/x?b=a@c", "http://a/x?b=a@c" },
		{ "http://a/?k%65y=s", "http://a/?key=***" },
		{ "http://a/?b=1", "http://a/?b=1" },
		{ "http://u:p@q@a/", "http://***@a/" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *shown = url_masked(rows[i][0], "key");

		ck_assert_str_eq(shown, rows[i][1]);
		free(shown);
	}
}
END_TEST

START_TEST(encoding_leaves_only_unreserved_characters)
{
	struct buf out;

	buf_init(&out, 100);
	url_encode(slice_of("a-._~Z9 /%\xe9"), &out);
	ck_assert_str_eq(buf_text(&out), "a-._~Z9%20%2F%25%E9");
	buf_done(&out);
	buf_init(&out, 2);
	ck_assert_int_eq(url_encode(slice_of(" "), &out), -E2BIG);
	buf_done(&out);
}
END_TEST

UNIT_MAIN("url", absolute_urls_are_normalised, references_resolve_against_their_base,
	  what_is_no_web_url_is_refused, an_origin_is_scheme_host_and_port,
	  a_host_always_names_its_port, a_query_parameter_is_set_once_and_encoded,
	  a_query_parameter_is_taken_out_alone, a_shown_url_holds_no_secret,
	  encoding_leaves_only_unreserved_characters)
