#include "run/run_internal.h"
#include "stage.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define NO "Content-Length: 0\r\n\r\n"

static char wide_answer[160000];

static const struct mock_answer answers[] = {
	{ .path = "/1", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":1}]" },
	{ .path = "/2", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":2}]" },
	{ .path = "/broken", .bytes = "HTTP/1.1 500 No\r\n" NO },
	{ .path = "/busy", .bytes = "HTTP/1.1 503 No\r\nRetry-After: 3600\r\n" NO },
	{ .path = "/page",
	  .bytes = OK "Link: </page2>; rel=\"next\"\r\nContent-Length: 9\r\n\r\n[{\"x\":1}]" },
	{ .path = "/page2", .times = 1, .bytes = "HTTP/1.1 500 No\r\n" NO },
	{ .path = "/page2",
	  .bytes = OK "Link: </page3>; rel=\"next\"\r\nContent-Length: 9\r\n\r\n[{\"x\":2}]" },
	{ .path = "/page3", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":3}]" },
	{ .path = "/moved", .bytes = "HTTP/1.1 302 Found\r\nLocation: /1\r\n" NO },
	{ .path = "/wide", .bytes = wide_answer },
	{ .path = "/hang", .bytes = "", .delay_ms = 600000 },
	{ .path = NULL },
};

static void expect_once(struct scene *scene, const char *row)
{
	ck_assert_msg(house_count(&scene->house, row) == 1, "%s: %u times", row,
		      house_count(&scene->house, row));
}

/* Memory is for chains that are open. */
static void expect_no_chain(struct scene *scene)
{
	ck_assert_uint_eq(scene->run->seed->chains.open.len, 0);
}

/* Its second page is given up; a retry goes on there. */
START_TEST(a_retry_goes_on_from_the_page_that_failed)
{
	struct scene scene;
	uint64_t id;

	stage_open(&scene, answers);
	scene.at_end = expect_no_chain;
	ck_assert_int_eq(stage_order(&scene, "a",
				     "'params': {'p': ['page', '2']}, 'pages': {'by': 'link'}, "
				     "'retry': {'attempts': 1}"),
			 0);
	id = run_id(scene.run);
	stage_await_end(&scene, 1);
	stage_expect_result(&scene, "a", "partial");
	dispatcher_retry(scene.dispatcher, id, stage_note_start, &scene);
	stage_await_end(&scene, 2);
	stage_expect_result(&scene, "a", "complete");
	stage_expect_count(&scene, "a", "/requests/landed", 2);
	stage_expect_count(&scene, "a", "/rows", 4);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/page"), 1);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/page2"), 2);
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "2\n"), 2); /* of /page2 and of /2 */
	expect_once(&scene, "3\n");
	stage_close(&scene);
}
END_TEST

START_TEST(more_runs_follow_each_other_than_there_are_lanes)
{
	struct scene scene;

	stage_open(&scene, answers);
	for (unsigned i = 0; i <= scene.config.threads_max; i++) {
		ck_assert_int_eq(stage_order(&scene, "a",
					     "'engine': 'threads', 'workers': 2, "
					     "'params': {'p': ['1', '2']}"),
				 0);
		stage_await_end(&scene, i + 1);
		stage_expect_result(&scene, "a", "complete");
	}
	stage_close(&scene);
}
END_TEST

/* The server asks for an hour; the budget is ten minutes. */
START_TEST(a_retry_beyond_the_budget_is_not_waited_for)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(
		stage_order(&scene, "a", "'params': {'p': ['busy']}, 'retry': {'attempts': 9}"), 0);
	stage_await_end(&scene, 1);
	stage_expect_result(&scene, "a", "failed");
	stage_expect_count(&scene, "a", "/requests/failed", 1);
	stage_expect_count(&scene, "a", "/requests/retried", 0);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/busy"), 1);
	stage_close(&scene);
}
END_TEST

START_TEST(a_redirect_is_followed_by_one_worker_that_serves_on)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(
		stage_order(&scene, "a", "'workers': 1, 'params': {'p': ['moved', '2', 'moved']}"),
		0);
	stage_await_end(&scene, 1);
	stage_expect_result(&scene, "a", "complete");
	stage_expect_count(&scene, "a", "/requests/landed", 3);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/moved"), 2);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/1"), 2);
	stage_close(&scene);
}
END_TEST

static bool has_landed_one_and_hangs(struct scene *scene)
{
	return house_count(&scene->house, "1\n") == 1 &&
	       mock_server_seen(scene->server, "/hang") == 1;
}

static bool hangs_again(struct scene *scene)
{
	return mock_server_seen(scene->server, "/hang") == 2;
}

START_TEST(what_has_landed_is_not_fetched_again_after_a_restart)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(
		stage_order(&scene, "a", "'workers': 1, 'params': {'p': ['1', 'hang', '2']}"), 0);
	stage_await(&scene, has_landed_one_and_hangs);
	stage_stop(&scene);
	stage_start(&scene);
	stage_await(&scene, hangs_again);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/1"), 1);
	expect_once(&scene, "1\n");
	stage_close(&scene);
}
END_TEST

/* A record of more columns than an output may have, on the first of two pages. */
static void fill_wide_answer(void)
{
	char *body = xcalloc(1, sizeof(wide_answer));
	size_t len = 0;

	for (unsigned i = 0; i <= COLSET_MAX; i++)
		len += (size_t)sprintf(body + len, "%s\"%u\":1", i ? "," : "{", i);
	snprintf(wide_answer, sizeof(wide_answer),
		 OK "Link: </hang>; rel=\"next\"\r\nContent-Length: %zu\r\n\r\n%s}", len + 1, body);
	free(body);
}

START_TEST(a_point_whose_rows_are_refused_is_listed_and_the_run_goes_on)
{
	struct scene scene;

	fill_wide_answer();
	stage_open(&scene, answers);
	ck_assert_int_eq(
		stage_order(&scene, "a", "'workers': 1, 'params': {'p': ['1', 'wide', '2']}"), 0);
	stage_await_end(&scene, 1);
	stage_expect_result(&scene, "a", "partial");
	stage_expect_count(&scene, "a", "/requests/landed", 2);
	stage_expect_count(&scene, "a", "/requests/failed", 1);
	expect_once(&scene, "1\n");
	expect_once(&scene, "2\n");
	stage_close(&scene);
}
END_TEST

START_TEST(a_chain_that_is_refused_ends_the_run_as_failed)
{
	struct scene scene;

	fill_wide_answer();
	stage_open(&scene, answers);
	ck_assert_int_eq(stage_order(&scene, "a",
				     "'workers': 1, 'params': {'p': ['1', 'wide', '2']}, "
				     "'pages': {'by': 'link'}"),
			 0);
	stage_await_end(&scene, 1); /* it does not wait for what hangs */
	stage_expect_result(&scene, "a", "failed");
	ck_assert_ptr_nonnull(json_str(json_get(dispatcher_last(scene.dispatcher, "a"), "reason")));
	ck_assert_uint_eq(mock_server_seen(scene.server, "/2"), 0);
	expect_once(&scene, "1\n");
	stage_close(&scene);
}
END_TEST

UNIT_MAIN("run", a_retry_goes_on_from_the_page_that_failed,
	  more_runs_follow_each_other_than_there_are_lanes,
	  a_retry_beyond_the_budget_is_not_waited_for,
	  a_redirect_is_followed_by_one_worker_that_serves_on,
	  what_has_landed_is_not_fetched_again_after_a_restart,
	  a_point_whose_rows_are_refused_is_listed_and_the_run_goes_on,
	  a_chain_that_is_refused_ends_the_run_as_failed)
