#include "run/dispatcher.h"

#include <errno.h>
#include <semaphore.h>

#include "../../contract/mock_server.h"
#include "fetch/transfer.h"
#include "house.h"

#define OK          "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
#define DEADLINE_MS 60000

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

struct scene {
	struct house house;
	struct mock_server *server;
	struct config config;
	struct loop *loop;
	struct loop_timer *deadline;
	struct dispatcher *dispatcher;
	unsigned ended;      /* run.ended events */
	unsigned waited_for; /* so many end the loop */
	unsigned told;       /* answers to orders */
	int code;            /* of the last order */
	struct run *run;
	struct json *reply;
};

static void too_late(void *arg)
{
	ck_abort_msg("nothing happened for too long");
}

static void listen_in(const struct json *event, void *arg)
{
	struct scene *scene = arg;

	if (strcmp(json_str(json_get(event, "event")), "run.ended") == 0)
		scene->ended++;
	if (scene->ended >= scene->waited_for)
		loop_stop(scene->loop);
}

static void start(struct scene *scene)
{
	struct dispatcher_options options = { &scene->config, listen_in, scene };
	struct err err = ERR_INIT;

	ck_assert_msg(dispatcher_start(scene->loop, &options, &scene->dispatcher, &err) == 0, "%s",
		      err.text);
}

static void open_scene(struct scene *scene)
{
	*scene = (struct scene) { .waited_for = UINT32_MAX };
	ck_assert_int_eq(transfer_global_init(NULL), 0);
	house_init(&scene->house);
	scene->server = mock_server_start(answers);
	scene->config = (struct config) { .state_dir = scene->house.dir,
					  .data_dir = scene->house.data,
					  .data_mode = 0640,
					  .async_loops = 1,
					  .threads_max = 4,
					  .max_in_flight = 16,
					  .max_runs = 2 };
	ck_assert_int_eq(loop_new(&scene->loop, NULL), 0);
	scene->deadline = loop_timer_new(scene->loop, too_late, scene);
	loop_timer_set(scene->deadline, DEADLINE_MS);
	start(scene);
}

static void stopped(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop);
}

static void stop(struct scene *scene)
{
	dispatcher_stop(scene->dispatcher, 0, stopped, scene);
	loop_run(scene->loop);
	dispatcher_free(scene->dispatcher);
}

static void close_scene(struct scene *scene)
{
	stop(scene);
	loop_timer_free(scene->deadline);
	loop_free(scene->loop);
	mock_server_stop(scene->server);
	json_unref(scene->reply);
	house_done(&scene->house);
}

static struct job *job_of(const struct scene *scene, const char *name, const char *rest)
{
	char *text = xasprintf("{'request': {'url': 'http://127.0.0.1:%u/${p}'}, %s}",
			       mock_server_port(scene->server), rest);
	struct json *definition = house_definition(text);
	struct problems problems = { 0 };
	struct job *job = job_new(name, definition, NULL, "", &problems);

	ck_assert_msg(job != NULL, "%s", problems.len ? problems.items[0].sentence : "");
	json_unref(definition);
	problems_done(&problems);
	free(text);
	return job;
}

static void note_start(struct run *run, int code, const struct err *err, void *arg)
{
	struct scene *scene = arg;

	scene->told++;
	scene->run = run;
	scene->code = code;
	ck_assert(run || err->text[0]);
	loop_stop(scene->loop);
}

/* Orders a run and waits until it has begun or is refused. */
static int order(struct scene *scene, const char *name, const char *rest)
{
	struct job *job = job_of(scene, name, rest);
	struct run_order wanted = { .job = job, .trigger = "manual", .slot_ms = 1 };
	unsigned told = scene->told;

	dispatcher_run(scene->dispatcher, &wanted, note_start, scene);
	ck_assert_uint_eq(scene->told, told); /* told later, never at once */
	job_unref(job);
	while (scene->told == told)
		loop_run(scene->loop);
	return scene->code;
}

static void await_end(struct scene *scene, unsigned n)
{
	scene->waited_for = n;
	while (scene->ended < n)
		loop_run(scene->loop);
	scene->waited_for = UINT32_MAX;
}

static void expect_count(const struct scene *scene, const char *job, const char *pointer,
			 int64_t want)
{
	int64_t have = json_int(json_find(dispatcher_last(scene->dispatcher, job), pointer), -1);

	ck_assert_msg(have == want, "%s: %lld, not %lld", pointer, (long long)have,
		      (long long)want);
}

static void expect_result(const struct scene *scene, const char *job, const char *want)
{
	ck_assert_str_eq(json_str(json_get(dispatcher_last(scene->dispatcher, job), "result")),
			 want);
}

START_TEST(every_outcome_is_counted_as_what_it_is)
{
	struct scene scene;

	open_scene(&scene);
	ck_assert_int_eq(order(&scene, "a",
			       "'params': {'p': ['1', '2', 'none', 'missing', 'broken', 'moved', "
			       "'away']}, 'retry': {'first': '1ms', 'attempts': 3}"),
			 0);
	await_end(&scene, 1);
	expect_count(&scene, "a", "/requests/total", 7);
	expect_count(&scene, "a", "/requests/landed", 3);
	expect_count(&scene, "a", "/requests/empty", 1);
	expect_count(&scene, "a", "/requests/failed", 3);
	expect_count(&scene, "a", "/requests/retried", 2);
	expect_count(&scene, "a", "/rows", 3);
	expect_result(&scene, "a", "partial");
	ck_assert_uint_eq(mock_server_seen(scene.server, "/broken"), 3);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/missing"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 2);
	close_scene(&scene);
}
END_TEST

START_TEST(pages_land_in_order_and_a_circle_ends_as_a_failure)
{
	struct scene scene;

	open_scene(&scene);
	ck_assert_int_eq(
		order(&scene, "a", "'params': {'p': ['page', 'circle']}, 'pages': {'by': 'link'}"),
		0);
	await_end(&scene, 1);
	expect_count(&scene, "a", "/requests/landed", 1);
	expect_count(&scene, "a", "/requests/failed", 1);
	ck_assert_uint_le(mock_server_seen(scene.server, "/circle"), 2);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/page2"), 1);
	close_scene(&scene);
}
END_TEST

START_TEST(a_failed_run_is_retried_where_it_failed)
{
	struct scene scene;
	uint64_t id;

	open_scene(&scene);
	ck_assert_int_eq(order(&scene, "a", "'params': {'p': ['1', 'missing']}"), 0);
	id = run_id(scene.run);
	await_end(&scene, 1);
	dispatcher_retry(scene.dispatcher, id, note_start, &scene);
	await_end(&scene, 2);
	ck_assert_int_eq(scene.code, 0);
	expect_count(&scene, "a", "/requests/landed", 1);
	expect_count(&scene, "a", "/requests/failed", 1);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/1"), 1);
	ck_assert_uint_eq(mock_server_seen(scene.server, "/missing"), 2);
	close_scene(&scene);
}
END_TEST

START_TEST(a_cancelled_run_ends_and_counts_nothing_it_cut_off)
{
	struct scene scene;

	open_scene(&scene);
	ck_assert_int_eq(order(&scene, "a", "'params': {'p': ['hang', '1', '2']}"), 0);
	ck_assert_ptr_eq(dispatcher_running(scene.dispatcher, "a"), scene.run);
	run_cancel(scene.run);
	await_end(&scene, 1);
	expect_result(&scene, "a", "cancelled");
	expect_count(&scene, "a", "/requests/failed", 0);
	ck_assert_ptr_null(dispatcher_running(scene.dispatcher, "a"));
	close_scene(&scene);
}
END_TEST

START_TEST(a_job_that_runs_and_too_many_runs_are_refused)
{
	struct scene scene;

	open_scene(&scene);
	ck_assert_int_eq(order(&scene, "a", "'params': {'p': ['hang']}"), 0);
	ck_assert_int_eq(order(&scene, "a", "'params': {'p': ['hang']}"), -EBUSY);
	ck_assert_int_eq(order(&scene, "b", "'params': {'p': ['hang']}"), 0);
	ck_assert_int_eq(order(&scene, "c", "'params': {'p': ['hang']}"), -EAGAIN);
	close_scene(&scene);
}
END_TEST

/* Stopped in the middle; the next start finishes it with every row once. */
START_TEST(a_stopped_run_goes_on_at_the_next_start)
{
	struct scene scene;
	struct json *live;

	open_scene(&scene);
	ck_assert_int_eq(order(&scene, "a",
			       "'workers': 1, 'params': {'p': ['1', '2', 'broken', '3']}, "
			       "'retry': {'first': '1ms', 'attempts': 2}"),
			 0);
	stop(&scene);
	start(&scene);
	await_end(&scene, 1);
	expect_count(&scene, "a", "/requests/landed", 3);
	expect_count(&scene, "a", "/requests/failed", 1);
	expect_count(&scene, "a", "/rows", 3);
	ck_assert_uint_eq(house_count(&scene.house, "1\n"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "2\n"), 1);
	ck_assert_uint_eq(house_count(&scene.house, "3\n"), 1);
	live = dispatcher_live_runs(scene.dispatcher);
	ck_assert_uint_eq(json_len(live), 0);
	json_unref(live);
	close_scene(&scene);
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

START_TEST(a_try_shows_what_would_land_and_lands_nothing)
{
	struct scene scene;
	struct job *job;
	struct run_order wanted = { .trigger = "manual" };

	open_scene(&scene);
	job = job_of(&scene, "a", "'params': {'p': ['moved']}");
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
	close_scene(&scene);
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

	open_scene(&scene);
	job = job_of(&scene, "a", "'params': {'p': ['1']}");
	wanted.job = job;
	sem_init(&pause.sem, 0, 0);
	pause.timer = loop_timer_new(scene.loop, post, &pause);
	loop_timer_set(pause.timer, 50); /* when the dispatcher has turned */
	query_ask(dispatcher_query(scene.dispatcher), wait_for_post, pass_on, &pause);
	dispatcher_try(scene.dispatcher, &wanted, note_try, &scene);
	dispatcher_stop(scene.dispatcher, 10 * DEADLINE_MS, stopped, &scene);
	loop_run(scene.loop); /* told of the try */
	ck_assert_int_eq(scene.code, -EAGAIN);
	loop_run(scene.loop); /* stopped; else the deadline */
	loop_timer_free(pause.timer);
	sem_destroy(&pause.sem);
	dispatcher_free(scene.dispatcher);
	start(&scene);
	job_unref(job);
	close_scene(&scene);
}
END_TEST

/* The start of a run is at the lander, which cannot commit; whoever asked is told all the same. */
START_TEST(an_order_is_answered_also_when_the_daemon_stops)
{
	struct scene scene;
	struct job *job;
	struct run_order wanted = { .trigger = "manual", .slot_ms = 1 };

	open_scene(&scene);
	job = job_of(&scene, "a", "'params': {'p': ['1']}");
	wanted.job = job;
	scene.code = 1;
	dispatcher_run(scene.dispatcher, &wanted, note_start, &scene);
	dispatcher_free(scene.dispatcher);
	ck_assert_uint_eq(scene.told, 1);
	ck_assert_int_le(scene.code, 0);
	start(&scene);
	job_unref(job);
	close_scene(&scene);
}
END_TEST

static void note_switch(int code, const struct err *err, void *arg)
{
	note_try(NULL, code, err, arg);
}

START_TEST(a_switch_persists)
{
	struct scene scene;

	open_scene(&scene);
	ck_assert_int_eq(dispatcher_switched(scene.dispatcher, "a"), -1);
	dispatcher_switch(scene.dispatcher, "a", false, note_switch, &scene);
	ck_assert_uint_eq(scene.told, 0);
	while (scene.told == 0)
		loop_run(scene.loop);
	ck_assert_int_eq(scene.code, 0);
	ck_assert_int_eq(dispatcher_switched(scene.dispatcher, "a"), 0);
	stop(&scene);
	start(&scene);
	ck_assert_int_eq(dispatcher_switched(scene.dispatcher, "a"), 0);
	close_scene(&scene);
}
END_TEST

START_TEST(a_state_directory_has_one_owner)
{
	struct scene scene;
	struct dispatcher_options options = { .config = &scene.config };
	struct dispatcher *second = NULL;
	struct err err = ERR_INIT;

	open_scene(&scene);
	ck_assert_int_eq(dispatcher_start(scene.loop, &options, &second, &err), -EWOULDBLOCK);
	ck_assert_ptr_null(second);
	close_scene(&scene);
}
END_TEST

UNIT_MAIN("dispatcher", every_outcome_is_counted_as_what_it_is,
	  pages_land_in_order_and_a_circle_ends_as_a_failure,
	  a_failed_run_is_retried_where_it_failed,
	  a_cancelled_run_ends_and_counts_nothing_it_cut_off,
	  a_job_that_runs_and_too_many_runs_are_refused, a_stopped_run_goes_on_at_the_next_start,
	  a_try_shows_what_would_land_and_lands_nothing,
	  a_stop_waits_for_a_question_and_not_for_the_grace,
	  an_order_is_answered_also_when_the_daemon_stops, a_switch_persists,
	  a_state_directory_has_one_owner)
