#include "run/dispatcher.h"

#include <errno.h>
#include <semaphore.h>

#include "stage.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

static const struct mock_answer answers[] = {
	{ .path = "/1", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":1}]" },
	{ .path = "/2", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":2}]" },
	{ .path = "/3", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":3}]" },
	{ .path = "/none", .bytes = OK "Content-Length: 2\r\n\r\n[]" },
	{ .path = "/unchanged", .bytes = "HTTP/1.1 304 Not Modified\r\n\r\n" },
	{ .path = "/missing", .bytes = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/broken", .bytes = "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/moved",
	  .bytes = "HTTP/1.1 302 Found\r\nLocation: /1\r\nContent-Length: 0\r\n\r\n" },
	{ .path = "/away",
	  .bytes = "HTTP/1.1 302 Found\r\nLocation: http://other.invalid/\r\n"
		   "Content-Length: 0\r\n\r\n" },
	{ .path = "/page",
	  .bytes = OK "Link: </page2>; rel=\"next\"\r\nContent-Length: 9\r\n\r\n[{\"x\":1}]" },
	{ .path = "/page2", .bytes = OK "Content-Length: 9\r\n\r\n[{\"x\":2}]" },
	{ .path = "/circle",
	  .bytes = OK "Link: </circle>; rel=\"next\"\r\nContent-Length: 9\r\n\r\n[{\"x\":1}]" },
	{ .path = "/hang", .bytes = "", .delay_ms = 600000 },
	{ .path = NULL },
};

START_TEST(every_outcome_is_counted_as_what_it_is)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(
		stage_order(&scene, "a",
			    "'params': {'p': ['1', '2', 'none', 'missing', 'broken', 'moved', "
			    "'away']}, 'retry': {'first': '1ms', 'attempts': 3}"),
		0);
	stage_await_end(&scene, 1);
	stage_expect_count(&scene, "a", "/requests/total", 7);
	stage_expect_count(&scene, "a", "/requests/landed", 3);
	stage_expect_count(&scene, "a", "/requests/empty", 1);
	stage_expect_count(&scene, "a", "/requests/failed", 3);
	stage_expect_count(&scene, "a", "/requests/retried", 2);
	stage_expect_count(&scene, "a", "/rows", 3);
	stage_expect_result(&scene, "a", "partial");
	ck_assert_uint_eq(mock_server_seen(scene.server, "/broken"), 3);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/missing"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 2);
	stage_close(&scene);
}
END_TEST

START_TEST(pages_land_in_order_and_a_circle_ends_as_a_failure)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(
		stage_order(&scene, "a",
			    "'params': {'p': ['page', 'circle']}, 'pages': {'by': 'link'}"),
		0);
	stage_await_end(&scene, 1);
	stage_expect_count(&scene, "a", "/requests/landed", 1);
	stage_expect_count(&scene, "a", "/requests/failed", 1);
	ck_assert_uint_le(mock_server_seen(scene.server, "/circle"), 2);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/page2"), 1);
	stage_close(&scene);
}
END_TEST

START_TEST(a_failed_run_is_retried_where_it_failed)
{
	struct scene scene;
	uint64_t id;

	stage_open(&scene, answers);
	ck_assert_int_eq(stage_order(&scene, "a", "'params': {'p': ['1', 'missing']}"), 0);
	id = run_id(scene.run);
	stage_await_end(&scene, 1);
	dispatcher_retry(scene.dispatcher, id, stage_note_start, &scene);
	stage_await_end(&scene, 2);
	ck_assert_int_eq(scene.code, 0);
	stage_expect_count(&scene, "a", "/requests/landed", 1);
	stage_expect_count(&scene, "a", "/requests/failed", 1);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/1"), 1);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/missing"), 2);
	stage_close(&scene);
}
END_TEST

START_TEST(a_cancelled_run_ends_and_counts_nothing_it_cut_off)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(stage_order(&scene, "a", "'params': {'p': ['hang', '1', '2']}"), 0);
	ck_assert_ptr_eq(dispatcher_running(scene.dispatcher, "a"), scene.run);
	run_cancel(scene.run);
	stage_await_end(&scene, 1);
	stage_expect_result(&scene, "a", "cancelled");
	stage_expect_count(&scene, "a", "/requests/failed", 0);
	ck_assert_ptr_null(dispatcher_running(scene.dispatcher, "a"));
	stage_close(&scene);
}
END_TEST

START_TEST(a_job_that_runs_and_too_many_runs_are_refused)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(stage_order(&scene, "a", "'params': {'p': ['hang']}"), 0);
	ck_assert_int_eq(stage_order(&scene, "a", "'params': {'p': ['hang']}"), -EBUSY);
	ck_assert_int_eq(stage_order(&scene, "b", "'params': {'p': ['hang']}"), 0);
	ck_assert_int_eq(stage_order(&scene, "c", "'params': {'p': ['hang']}"), -EAGAIN);
	stage_close(&scene);
}
END_TEST

/* Stopped in the middle; the next start finishes it with every row once. */
START_TEST(a_stopped_run_goes_on_at_the_next_start)
{
	struct scene scene;
	struct json *live;

	stage_open(&scene, answers);
	ck_assert_int_eq(stage_order(&scene, "a",
				     "'workers': 1, 'params': {'p': ['1', '2', 'broken', '3']}, "
				     "'retry': {'first': '1ms', 'attempts': 2}"),
			 0);
	stage_stop(&scene);
	stage_start(&scene);
	stage_await_end(&scene, 1);
	stage_expect_count(&scene, "a", "/requests/landed", 3);
	stage_expect_count(&scene, "a", "/requests/failed", 1);
	stage_expect_count(&scene, "a", "/rows", 3);
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "2\n"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "3\n"), 1);
	live = dispatcher_live_runs(scene.dispatcher);
	ck_assert_uint_eq(json_len(live), 0);
	json_unref(live);
	stage_close(&scene);
}
END_TEST

static void note_try(struct json *reply, int code, const struct err *err, void *arg)
{
	struct scene *scene = arg;

	json_unref(scene->reply);
	scene->reply = reply;
	scene->code = code;
	scene->told++;
	loop_stop(scene->loop);
}

static void expect_try(const char *output, const char *rows, const char *format,
		       const char *delimiter)
{
	struct scene scene;
	char *rest = xasprintf("'params': {'p': ['moved']}, 'output': %s", output);
	struct run_order wanted = { .trigger = "manual" };
	struct job *job;

	stage_open(&scene, answers);
	job = stage_job_of(&scene, "a", rest);
	wanted.job = job;
	dispatcher_try(scene.dispatcher, &wanted, note_try, &scene);
	while (scene.told == 0)
		loop_run(scene.loop);
	ck_assert_int_eq(scene.code, 0);
	ck_assert_str_eq(json_str(json_get(scene.reply, "rows")), rows);
	ck_assert_str_eq(json_str(json_get(scene.reply, "format")), format);
	ck_assert_pstr_eq(json_str(json_find(scene.reply, "/csv/delimiter")), delimiter);
	free(rest);
	job_unref(job);
	stage_close(&scene);
}

START_TEST(a_try_shows_rows_as_the_job_writes_them)
{
	expect_try("{'format': 'json'}", "\n{\"x\":1}", "json", NULL);
	expect_try("{'csv': {'delimiter': ';', 'crlf': true}}", "1\r\n", "csv", ";");
	expect_try("{}", "1\n", "csv", NULL);
}
END_TEST

START_TEST(a_try_shows_what_would_land_and_lands_nothing)
{
	struct scene scene;
	struct job *job;
	struct run_order wanted = { .trigger = "manual" };

	stage_open(&scene, answers);
	job = stage_job_of(&scene, "a", "'params': {'p': ['moved']}");
	wanted.job = job;
	dispatcher_try(scene.dispatcher, &wanted, note_try, &scene);
	while (scene.told == 0)
		loop_run(scene.loop);
	ck_assert_int_eq(scene.code, 0);
	ck_assert_str_eq(json_str(json_get(scene.reply, "outcome")), "ok");
	ck_assert_str_eq(json_str(json_get(scene.reply, "rows")), "1\n");
	ck_assert_str_eq(json_str(json_find(scene.reply, "/columns/0")), "x");
	ck_assert_int_eq(json_int(json_get(scene.reply, "row_count"), 0), 1);
	ck_assert_int_eq(json_int(json_find(scene.reply, "/records/0/x"), 0), 1);
	ck_assert_uint_eq(house_count(&scene.house, "1"), 0);
	job_unref(job);
	stage_close(&scene);
}
END_TEST

struct pause {
	sem_t sem;
	struct loop_timer *timer;
};

static void wait_for_post(struct db *db, void *arg)
{
	sem_wait(&((struct pause *)arg)->sem);
}

static void pass_on(void *arg)
{
}

static void post(void *arg)
{
	sem_post(&((struct pause *)arg)->sem);
}

/* Nobody waits for a grace that nothing needs. */
START_TEST(a_stop_waits_for_a_question_and_not_for_the_grace)
{
	struct scene scene;
	struct job *job;
	struct run_order wanted = { .trigger = "manual" };
	struct pause pause;

	stage_open(&scene, answers);
	job = stage_job_of(&scene, "a", "'params': {'p': ['1']}");
	wanted.job = job;
	sem_init(&pause.sem, 0, 0);
	pause.timer = loop_timer_new(scene.loop, post, &pause);
	loop_timer_set(pause.timer, 50); /* when the dispatcher has turned */
	query_ask(dispatcher_query(scene.dispatcher), wait_for_post, pass_on, &pause);
	dispatcher_try(scene.dispatcher, &wanted, note_try, &scene);
	dispatcher_stop(scene.dispatcher, 10 * DEADLINE_MS, stage_stopped, &scene);
	loop_run(scene.loop); /* told of the try */
	ck_assert_int_eq(scene.code, -EAGAIN);
	loop_run(scene.loop); /* stopped; else the deadline */
	loop_timer_free(pause.timer);
	sem_destroy(&pause.sem);
	dispatcher_free(scene.dispatcher);
	stage_start(&scene);
	job_unref(job);
	stage_close(&scene);
}
END_TEST

/* The start of a run is at the lander, which cannot commit; whoever asked is told all the same. */
START_TEST(an_order_is_answered_also_when_the_daemon_stops)
{
	struct scene scene;
	struct job *job;
	struct run_order wanted = { .trigger = "manual", .slot_ms = 1 };

	stage_open(&scene, answers);
	job = stage_job_of(&scene, "a", "'params': {'p': ['1']}");
	wanted.job = job;
	scene.code = 1;
	dispatcher_run(scene.dispatcher, &wanted, stage_note_start, &scene);
	dispatcher_free(scene.dispatcher);
	ck_assert_uint_eq(scene.told, 1);
	ck_assert_int_le(scene.code, 0);
	stage_start(&scene);
	job_unref(job);
	stage_close(&scene);
}
END_TEST

static void note_switch(int code, const struct err *err, void *arg)
{
	note_try(NULL, code, err, arg);
}

START_TEST(a_switch_persists)
{
	struct scene scene;

	stage_open(&scene, answers);
	ck_assert_int_eq(dispatcher_switched(scene.dispatcher, "a"), -1);
	dispatcher_switch(scene.dispatcher, "a", false, note_switch, &scene);
	ck_assert_uint_eq(scene.told, 0);
	while (scene.told == 0)
		loop_run(scene.loop);
	ck_assert_int_eq(scene.code, 0);
	ck_assert_int_eq(dispatcher_switched(scene.dispatcher, "a"), 0);
	stage_stop(&scene);
	stage_start(&scene);
	ck_assert_int_eq(dispatcher_switched(scene.dispatcher, "a"), 0);
	stage_close(&scene);
}
END_TEST

START_TEST(a_state_directory_has_one_owner)
{
	struct scene scene;
	struct dispatcher_options options = { .config = &scene.config };
	struct dispatcher *second = NULL;
	struct err err = ERR_INIT;

	stage_open(&scene, answers);
	ck_assert_int_eq(dispatcher_start(scene.loop, &options, &second, &err), -EWOULDBLOCK);
	ck_assert_ptr_null(second);
	stage_close(&scene);
}
END_TEST

UNIT_MAIN("dispatcher", every_outcome_is_counted_as_what_it_is,
	  pages_land_in_order_and_a_circle_ends_as_a_failure,
	  a_failed_run_is_retried_where_it_failed,
	  a_cancelled_run_ends_and_counts_nothing_it_cut_off,
	  a_job_that_runs_and_too_many_runs_are_refused, a_stopped_run_goes_on_at_the_next_start,
	  a_try_shows_what_would_land_and_lands_nothing, a_try_shows_rows_as_the_job_writes_them,
	  a_stop_waits_for_a_question_and_not_for_the_grace,
	  an_order_is_answered_also_when_the_daemon_stops, a_switch_persists,
	  a_state_directory_has_one_owner)
