#include "import/curl.h"

#include <string.h>

#include "../unit.h"

static struct draft draft;
static struct json *file;
static struct err err;

static void clean(void)
{
	draft_done(&draft);
	json_unref(file);
	file = NULL;
	err.text[0] = '\0';
}

/* True when a job came of it; it is in `file` then, else the sentence in `err`. */
static bool taken(const char *line)
{
	struct words words;
	int r;

	clean();
	draft_init(&draft);
	ck_assert_msg(words_split(line, &words, &err) == 0, "%s", err.text);
	r = curl_import(&words, &draft, &err);
	words_done(&words);
	if (r == 0)
		file = draft_finish(&draft, &err);
	return file != NULL;
}

/* What the job of this name has at `pointer`, as JSON. */
static const char *at(const char *pointer)
{
	static char *text;
	struct json *jobs = json_get(file, "jobs");

	free(text);
	text = json_text(json_find(json_first(jobs).value, pointer), false);
	return text;
}

static void import(const char *line)
{
	ck_assert_msg(taken(line), "%s: %s", line, err.text);
}

static bool noted(const char *part)
{
	for (size_t i = 0; i < json_len(draft.notes); i++)
		if (strstr(json_str(json_at(draft.notes, i)), part))
			return true;
	return false;
}

static void refused(const char *line, const char *part)
{
	ck_assert_msg(!taken(line), "%s was taken", line);
	ck_assert_msg(strstr(err.text, part) != NULL, "%s: %s", line, err.text);
}

START_TEST(the_address_is_kept_and_names_the_job)
{
	import("curl 'http://127.0.0.1:3000/api/v1/orders.json?a=b%20c&d=$x#top'");
	ck_assert_str_eq(draft.name, "orders");
	ck_assert_str_eq(at("/request/url"),
			 "\"http://127.0.0.1:3000/api/v1/orders.json?a=b%20c&d=$$x\"");
	import("curl example.com/12/");
	ck_assert_str_eq(draft.name, "example.com");
	ck_assert_str_eq(at("/request/url"), "\"http://example.com/12/\"");
}
END_TEST

START_TEST(the_ranges_of_an_address_become_parameters)
{
	import("curl "
	       "'http://h/inventory/{materials,pro%20ducts}?id=[0-49]&page=[001-003]&l=[a-c]'");
	ck_assert_str_eq(at("/request/url"),
			 "\"http://h/inventory/${inventory}?id=${id}&page=${page}&l=${l}\"");
	ck_assert_str_eq(at("/params"),
			 "{\"inventory\":[\"materials\",\"pro ducts\"],\"id\":{\"range\":[0,49]},"
			 "\"page\":[\"001\",\"002\",\"003\"],\"l\":[\"a\",\"b\",\"c\"]}");
	import("curl 'http://h/?job=[0-100:10]&job=[1-2]'");
	ck_assert_str_eq(at("/params"), "{\"job2\":{\"range\":[0,100],\"step\":10},"
					"\"job3\":{\"range\":[1,2]}}");
	import("curl -g 'http://h/?q={a}'");
	ck_assert_str_eq(at("/request/url"), "\"http://h/?q={a}\"");
	import("curl 'http://h/?q=\\{a\\}'");
	ck_assert_str_eq(at("/request/url"), "\"http://h/?q={a}\"");
	refused("curl 'http://h/?ids[]=1'", "begins no range");
	refused("curl 'http://h/{a'", "does not close it");
	refused("curl 'http://h/[000001-999999]'", "leading zeros");
}
END_TEST

START_TEST(headers_are_taken_but_for_what_a_browser_says_of_itself)
{
	import("curl http://h/ -H 'X-Price: $5' -H 'Sec-Fetch-Mode: cors' -H 'DNT: 1' -H 'Accept:' "
	       "-A me -e http://from/");
	ck_assert_str_eq(at("/request/headers"), "{\"X-Price\":\"$$5\",\"User-Agent\":\"me\","
						 "\"Referer\":\"http://from/\"}");
}
END_TEST

START_TEST(no_secret_is_copied)
{
	static const char *const lines[] = {
		"curl -u ann:hush http://h/a",
		"curl http://ann:hush@h/a",
		"curl -H 'Authorization: Bearer hush' http://h/a",
		"curl -H 'authorization: token hush' http://h/a",
		"curl --oauth2-bearer hush http://h/a",
		"curl -H 'X-Api-Key: hush' http://h/a",
		"curl -b 'sid=hush' http://h/a",
		"curl 'http://h/a?api_key=hush&b=1'",
		"curl 'http://h/a?access_token=hush' -H 'X-Auth-Token: hush'",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		char *text;

		import(lines[i]);
		text = json_text(file, false);
		ck_assert_msg(strstr(text, "hush") == NULL, "%s: %s", lines[i], text);
		ck_assert_msg(strstr(text, "\"auth\"") != NULL, "%s: %s", lines[i], text);
		free(text);
		ck_assert_msg(noted("was not copied"), "%s", lines[i]);
	}
	ck_assert(noted("one more credential"));
}
END_TEST

START_TEST(credentials_become_auth)
{
	import("curl -u ann:hush http://h/a");
	ck_assert_str_eq(at("/auth"),
			 "{\"basic\":{\"user\":\"ann\",\"password\":{\"file\":\"a-password\"}}}");
	import("curl -H \"Authorization: Bearer $TOKEN\" http://h/a");
	ck_assert_str_eq(at("/auth"), "{\"bearer\":{\"env\":\"TOKEN\"}}");
	import("curl 'http://h/a?x=1&api_key=hush&page_token=t'");
	ck_assert_str_eq(at("/request/url"), "\"http://h/a?x=1&page_token=t\"");
	ck_assert_str_eq(at("/auth"), "{\"api_key\":{\"query\":\"api_key\",\"value\":{\"file\":"
				      "\"a-key\"}}}");
}
END_TEST

START_TEST(bodies_become_what_they_are)
{
	import("curl -d a=1 -d 'b=x%20y+$z' http://h/");
	ck_assert_str_eq(at("/request/form"), "{\"a\":\"1\",\"b\":\"x y $$z\"}");
	ck_assert_str_eq(at("/request/method"), "\"POST\"");
	import("curl -d a=1 -d a=2 http://h/");
	ck_assert_str_eq(at("/request/text"), "\"a=1&a=2\"");
	ck_assert_str_eq(at("/request/headers/Content-Type"),
			 "\"application/x-www-form-urlencoded\"");
	import("curl --json '{\"q\":\"$id\",\"n\":1.10}' http://h/");
	ck_assert_str_eq(at("/request/json"), "{\"q\":\"$$id\",\"n\":1.10}");
	import("curl -X PUT -H 'Content-Type: text/plain' --data-binary 'a=b' http://h/");
	ck_assert_str_eq(at("/request/text"), "\"a=b\"");
	ck_assert_str_eq(at("/request/method"), "\"PUT\"");
	import("curl -G -d q=1 --data-urlencode 'w=a&b' 'http://h/?x=0'");
	ck_assert_str_eq(at("/request/url"), "\"http://h/?x=0&q=1&w=a%26b\"");
	ck_assert_str_eq(at("/request/method"), "null");
}
END_TEST

START_TEST(limits_and_retries_are_settings)
{
	import("curl -sSfLm 5 --connect-timeout 0.25 --retry 3 --max-redirs 2 -o x http://h/");
	ck_assert_str_eq(at("/request"), "{\"url\":\"http://h/\",\"timeout\":\"5s\","
					 "\"connect_timeout\":\"250ms\",\"max_redirects\":2}");
	ck_assert_str_eq(at("/retry"), "{\"attempts\":4}");
	refused("curl -m soon http://h/", "expected seconds");
	refused("curl --retry x http://h/", "expected a number");
}
END_TEST

START_TEST(what_cannot_be_said_in_a_job_is_noted_or_refused)
{
	import("curl --limit-rate 1k --location-trusted http://h/");
	ck_assert(noted("--limit-rate was left out"));
	ck_assert(noted("--location-trusted was left out"));
	refused("curl -T x http://h/", "only fetches");
	refused("curl -F a=b http://h/", "multipart");
	refused("curl -I http://h/", "headers only");
	refused("curl --wat http://h/", "--wat is not known");
	refused("curl -? http://h/", "-? is not known");
	refused("curl http://h/ -H", "wants a value");
	refused("curl -s", "no address");
	refused("curl http://a/ http://b/", "two addresses");
	refused("curl ftp://h/", "\"http://\" or \"https://\"");
	refused("curl -d @/nowhere/at/all http://h/", "/nowhere/at/all");
	refused("curl -b jar.txt http://h/", "write the cookies out");
	clean();
}
END_TEST

UNIT_MAIN("curl", the_address_is_kept_and_names_the_job, the_ranges_of_an_address_become_parameters,
	  headers_are_taken_but_for_what_a_browser_says_of_itself, no_secret_is_copied,
	  credentials_become_auth, bodies_become_what_they_are, limits_and_retries_are_settings,
	  what_cannot_be_said_in_a_job_is_noted_or_refused)
