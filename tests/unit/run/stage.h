/* A dispatcher with real engines and a real lander, before a server that answers as the test says:
 * for the tests of whatever lives in the main loop.
 */
#ifndef TESTS_UNIT_RUN_STAGE_H
#define TESTS_UNIT_RUN_STAGE_H

#include "../../contract/mock_server.h"
#include "fetch/transfer.h"
#include "house.h"
#include "run/dispatcher.h"

#define DEADLINE_MS 60000

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
	void (*at_end)(struct scene *scene); /* NULL, or called while `run` still lives */
	struct json *reply;
};

static inline void stage_too_late(void *arg)
{
	ck_abort_msg("nothing happened for too long");
}

static inline void stage_listen_in(const struct json *event, void *arg)
{
	struct scene *scene = arg;

	if (strcmp(json_str(json_get(event, "event")), "run.ended") == 0) {
		scene->ended++;
		if (scene->at_end)
			scene->at_end(scene);
	}
	if (scene->ended >= scene->waited_for)
		loop_stop(scene->loop);
}

static inline void stage_start(struct scene *scene)
{
	struct dispatcher_options options = { &scene->config, stage_listen_in, scene };
	struct err err = ERR_INIT;

	ck_assert_msg(dispatcher_start(scene->loop, &options, &scene->dispatcher, &err) == 0, "%s",
		      err.text);
}

static inline void stage_open(struct scene *scene, const struct mock_answer *answers)
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
	scene->deadline = loop_timer_new(scene->loop, stage_too_late, scene);
	loop_timer_set(scene->deadline, DEADLINE_MS);
	stage_start(scene);
}

static inline void stage_stopped(void *arg)
{
	struct scene *scene = arg;

	loop_stop(scene->loop);
}

static inline void stage_stop(struct scene *scene)
{
	dispatcher_stop(scene->dispatcher, 0, stage_stopped, scene);
	loop_run(scene->loop);
	dispatcher_free(scene->dispatcher);
}

static inline void stage_close(struct scene *scene)
{
	stage_stop(scene);
	loop_timer_free(scene->deadline);
	loop_free(scene->loop);
	mock_server_stop(scene->server);
	json_unref(scene->reply);
	house_done(&scene->house);
}

static inline struct job *stage_job_of(const struct scene *scene, const char *name,
				       const char *rest)
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

static inline void stage_note_start(struct run *run, int code, const struct err *err, void *arg)
{
	struct scene *scene = arg;

	scene->told++;
	scene->run = run;
	scene->code = code;
	ck_assert(run || err->text[0]);
	loop_stop(scene->loop);
}

/* Orders a run and waits until it has begun or is refused. */
static inline int stage_order(struct scene *scene, const char *name, const char *rest)
{
	struct job *job = stage_job_of(scene, name, rest);
	struct run_order wanted = { .job = job, .trigger = "manual", .slot_ms = 1 };
	unsigned told = scene->told;

	dispatcher_run(scene->dispatcher, &wanted, stage_note_start, scene);
	ck_assert_uint_eq(scene->told, told); /* told later, never at once */
	job_unref(job);
	while (scene->told == told)
		loop_run(scene->loop);
	return scene->code;
}

static inline void stage_await_end(struct scene *scene, unsigned n)
{
	scene->waited_for = n;
	while (scene->ended < n)
		loop_run(scene->loop);
	scene->waited_for = UINT32_MAX;
}

static inline void stage_expect_count(const struct scene *scene, const char *job,
				      const char *pointer, int64_t want)
{
	int64_t have = json_int(json_find(dispatcher_last(scene->dispatcher, job), pointer), -1);

	ck_assert_msg(have == want, "%s: %lld, not %lld", pointer, (long long)have,
		      (long long)want);
}

static inline void stage_expect_result(const struct scene *scene, const char *job, const char *want)
{
	ck_assert_str_eq(json_str(json_get(dispatcher_last(scene->dispatcher, job), "result")),
			 want);
}

/* Turns the loop until `fn` says yes; the scene's deadline ends the waiting. */
static inline void stage_await(struct scene *scene, bool (*fn)(struct scene *scene))
{
	struct loop_timer *timer = loop_timer_new(scene->loop, stage_stopped, scene);

	while (!fn(scene)) {
		loop_timer_set(timer, 5);
		loop_run(scene->loop);
	}
	loop_timer_free(timer);
}

#endif
