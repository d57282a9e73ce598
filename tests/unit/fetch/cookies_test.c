#include "fetch/cookies.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../unit.h"

#define NOW INT64_C(1763900000000) /* 2025-11-23T12:13:20Z */

static struct cookies *jar;

static void sends(const char *url, const char *want)
{
	char *line = cookies_for(jar, url, NOW);

	if (want)
		ck_assert_str_eq(line, want);
	else
		ck_assert_ptr_null(line);
	free(line);
}

static void sets(const char *url, const char *lines)
{
	cookies_free(jar);
	jar = cookies_new();
	cookies_take(jar, url, lines, NOW);
}

static void end(void)
{
	cookies_free(jar);
	jar = NULL;
}

START_TEST(a_cookie_goes_back_to_its_host_and_path_only)
{
	sets("https://api.example.com/v1/login?x=/a/b", "sid=1");
	sends("https://api.example.com/v1/items", "sid=1");
	sends("https://API.example.com:8443/v1", "sid=1");
	sends("https://api.example.com/v10", NULL);
	sends("https://api.example.com/", NULL);
	sends("https://x.api.example.com/v1/items", NULL);
	sends("https://example.com/v1/items", NULL);
	sends("https://evilapi.example.com/v1/items", NULL);
	end();
}
END_TEST

START_TEST(a_domain_widens_it_to_hosts_below)
{
	sets("https://api.example.com/", "a=1; Domain=.Example.com; Path=/");
	sends("https://www.example.com/x", "a=1");
	sends("https://example.com/x", "a=1");
	sends("https://badexample.com/x", NULL);
	sets("https://api.example.com/", "a=1; domain=www.example.com\nb=1; domain=com\nc=1; "
					 "domain=other.org\nd=1; domain=api.example.com");
	sends("https://api.example.com/", "d=1");
	sets("http://127.0.0.1:80/", "a=1; domain=0.0.1\nb=2; domain=127.0.0.1");
	sends("http://127.0.0.1/", "b=2");
	sets("http://[::1]:80/", "a=1");
	sends("http://[::1]/", "a=1");
	end();
}
END_TEST

START_TEST(secure_ones_need_tls)
{
	sets("https://h/", "a=1; Secure\nb=2");
	sends("https://h/", "a=1; b=2");
	sends("http://h/", "b=2");
	sets("http://h/", "a=1; Secure");
	sends("https://h/", NULL);
	end();
}
END_TEST

START_TEST(what_expires_goes)
{
	sets("http://h/",
	     "a=1; Max-Age=10\nb=1; max-age=0\nc=1; Expires=Sun, 23 Nov 2025 12:13:19 GMT"
	     "\nd=1; Expires=Sun, 23-Nov-2025 12:13:21 GMT\ne=1; Expires=never\n"
	     "f=1; Expires=Sun, 23 Nov 2020 12:13:19 GMT; Max-Age=5\ng=1; Max-Age=-1");
	sends("http://h/", "a=1; d=1; e=1; f=1");
	cookies_take(jar, "http://h/", "a=; Max-Age=0", NOW);
	sends("http://h/", "f=1; d=1; e=1");
	end();
}
END_TEST

START_TEST(a_second_of_the_name_replaces_the_first_and_long_paths_go_first)
{
	sets("http://h/a/b", "x=1; Path=/\nx=2; Path=/a\ny=3; Path=/\nx=4; Path=/");
	sends("http://h/a/b", "x=2; x=4; y=3");
	end();
}
END_TEST

START_TEST(what_is_no_cookie_is_not_kept)
{
	sets("http://h/", "\nnovalue\n=x\n ; a=1\n  sp = v w ; path=x\r\n");
	sends("http://h/", "sp=v w");
	end();
}
END_TEST

START_TEST(a_jar_has_a_size)
{
	char line[64];

	sets("http://h/", "");
	for (int i = 0; i < COOKIES_MAX + 50; i++) {
		snprintf(line, sizeof(line), "n%d=1", i);
		cookies_take(jar, "http://h/", line, NOW);
	}
	cookies_take(jar, "http://h/", "n3=new", NOW);
	{
		char *all = cookies_for(jar, "http://h/", NOW);

		ck_assert_ptr_nonnull(strstr(all, "n3=new"));
		ck_assert_ptr_null(strstr(all, "n200=1"));
		free(all);
	}
	end();
}
END_TEST

UNIT_MAIN("cookies", a_cookie_goes_back_to_its_host_and_path_only,
	  a_domain_widens_it_to_hosts_below, secure_ones_need_tls, what_expires_goes,
	  a_second_of_the_name_replaces_the_first_and_long_paths_go_first,
	  what_is_no_cookie_is_not_kept, a_jar_has_a_size)
