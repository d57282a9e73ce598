/* API files: what is refused, with which sentence at which place; and the examples that ship. */
#include "fetchmock/api.h"

#include <stdio.h>
#include <string.h>

#include "../unit.h"

static const struct api_overrides none;

/* The first problem of a file, "" when there is none. Not reentrant. */
static const char *problem_of(const char *yaml)
{
	static char text[2048];
	struct problems problems = { 0 };
	struct api *api = api_parse("api.yaml", yaml, &none, &problems);

	ck_assert((api == NULL) == (problems.len > 0));
	text[0] = '\0';
	if (problems.len) {
		char *first = problem_text(&problems.items[0]);

		snprintf(text, sizeof(text), "%s", first);
		free(first);
	}
	api_free(api);
	problems_done(&problems);
	return text;
}

static void refuse(const char *yaml, const char *sentence)
{
	const char *problem = problem_of(yaml);

	ck_assert_msg(strstr(problem, sentence) != NULL, "for\n%s\nexpected \"%s\", got \"%s\"",
		      yaml, sentence, problem);
}

#define ROUTE(keys) "routes:\n  - path: /x/{id}\n    " keys "\n"

START_TEST(unknown_keys_name_the_nearest_at_their_place)
{
	refuse("sed: 1\n", "api.yaml:1:1: error: unknown key \"sed\"; did you mean \"seed\"?");
	refuse(ROUTE("stats: 200"), "api.yaml:3:5: error: unknown key \"stats\"; did you mean "
				    "\"status\"?");
	refuse(ROUTE("faults: [{evry: 2}]"), "did you mean \"every\"?");
	refuse(ROUTE("dataset: {pages: {sise: 2}}"), "did you mean \"size\"?");
	refuse(ROUTE("zzzzzz: 1"), "known here: method, path, when");
}
END_TEST

START_TEST(wrong_values_say_what_is_expected)
{
	refuse("- 1\n", "expected a map");
	refuse("routes: 1\n", "routes: expected a list of routes and not ");
	refuse("delay: 5\n", "api.yaml:1:8: error: expected a duration");
	refuse("delay: {min: 2s, max: 1s}\n", "max is below min");
	refuse(ROUTE("status: 99"), "200..599");
	refuse(ROUTE("method: get"), "expected GET, POST");
	refuse(ROUTE("headers: {\"a b\": x}"), "is no header name");
	refuse(ROUTE("query: {id: number}"), "expected text, natural");
	refuse(ROUTE("faults: [{status: 500}]"), "either by");
	refuse(ROUTE("faults: [{rate: 10%}]"), "is either");
	refuse(ROUTE("faults: [{status: 500, rate: 110%}]"), "a share such as 10%");
	refuse(ROUTE("faults: [{status: 500, rate: x}]"), "a share such as 10%");
}
END_TEST

START_TEST(paths_are_checked)
{
	refuse("routes: [{status: 200}]\n", "needs a `path`");
	refuse("routes: [{path: x}]\n", "from \"/\" on");
	refuse("routes: [{path: '/x?a=1'}]\n", "from \"/\" on");
	refuse("routes: [{path: '/{a}/{a}'}]\n", "is there twice");
	refuse("routes: [{path: '/a{b}'}]\n", "a whole segment");
	refuse("routes: [{path: /__admin/stats}]\n", "fetchmock's own");
	refuse("routes: [{path: /1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17}]\n", "at most 16");
}
END_TEST

START_TEST(templates_may_only_name_what_the_route_has)
{
	refuse(ROUTE("body: \"${path.name}\""), "the path has no variable {name}");
	refuse(ROUTE("headers: {X: \"${path.name}\"}"), "the path has no variable {name}");
	refuse(ROUTE("when: {name: a}"), "the path has no variable {name}");
	refuse(ROUTE("body: \"${page.total}\""), "need a `dataset`");
	refuse(ROUTE("body: {a: [1, \"${oops}\"]}"), "a: 1: there is no ${oops}");
	refuse("routes:\n  - {path: /x, body: 1, text: a}\n", "either `body` or `text`");
}
END_TEST

START_TEST(datasets_are_checked)
{
	refuse(ROUTE("dataset: {count: 5}"), "either `rows`, or `count` and `records`");
	refuse(ROUTE("dataset: {rows: [1], count: 5}"), "either `rows`, or");
	refuse(ROUTE("dataset: {rows: [1], pages: {by: number}}"), "expected link, cursor,");
	refuse(ROUTE("dataset: {rows: [1], drift: {add: 1}}"), "`every`");
	refuse(ROUTE("dataset: {rows: [1], drift: {every: 2, add: 1}}"), "no rows to add");
	refuse(ROUTE("dataset: {rows: [1], drift: {every: 0, remove: 1}}"), "in 1..");
	refuse(ROUTE("dataset: {rows: [1], pages: {size: 3}}"), "`by` is missing");
	refuse(ROUTE("dataset: {rows: [1], pages: {by: cursor, next: x}}"), "pointer");
	refuse(ROUTE("dataset: {rows: [1], pages: {by: cursor, next: /items}}"),
	       "places of their own");
	refuse(ROUTE("dataset: {rows: [1], pages: {by: cursor, records: \"\"}}"),
	       "places of their own");
	refuse(ROUTE("dataset: {count: 1, records: \"${page.total}\"}"), "no page.* holes");
}
END_TEST

START_TEST(every_problem_of_a_file_is_told)
{
	struct problems problems = { 0 };

	ck_assert_ptr_null(
		api_parse("a.yaml", "sed: 1\nroutes: [{path: x}, {pth: /x}]\n", &none, &problems));
	ck_assert_uint_eq(problems.len, 4);
	problems_done(&problems);
}
END_TEST

START_TEST(the_command_line_wins)
{
	const uint64_t seed = 9;
	const struct delay delay = { true, 7, 7 };
	const struct api_overrides overrides = { &seed, &delay, "h:1" };
	struct problems problems = { 0 };
	struct api *api = api_parse("a.yaml",
				    "listen: x:2\nseed: 3\ndelay: 1s\n"
				    "routes: [{path: /a, delay: 2s}, {path: /b}]\n",
				    &overrides, &problems);

	ck_assert_ptr_nonnull(api);
	ck_assert_str_eq(api->listen, "h:1");
	ck_assert_uint_eq(api->seed, 9);
	ck_assert_int_eq(api->routes[0].delay.max_ms, 7);
	ck_assert_int_eq(api->routes[1].delay.min_ms, 7);
	api_free(api);
	problems_done(&problems);
}
END_TEST

START_TEST(shipped_examples_load)
{
	static const char *const names[] = { "inventory", "pages", "faults" };
	const char *top = getenv("top_srcdir");

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct problems problems = { 0 };
		struct api *api;
		char path[4096];

		snprintf(path, sizeof(path), "%s/etc/fetchmock/%s.yaml", top ? top : ".", names[i]);
		api = api_load(path, &none, &problems);
		ck_assert_msg(api != NULL, "%s has a problem", path);
		api_free(api);
		problems_done(&problems);
	}
	ck_assert_str_eq(problem_of(api_builtin), "");
}
END_TEST

UNIT_MAIN("load", unknown_keys_name_the_nearest_at_their_place, wrong_values_say_what_is_expected,
	  paths_are_checked, templates_may_only_name_what_the_route_has, datasets_are_checked,
	  every_problem_of_a_file_is_told, the_command_line_wins, shipped_examples_load)
