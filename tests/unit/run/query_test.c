#include "run/query.h"

#include <semaphore.h>

#include "house.h"

#define QUESTIONS 500

struct scene {
	struct house house;
	struct loop *loop;
	struct query *query;
	sem_t sem;
	unsigned worked, done; /* the order they came in */
	unsigned wanted;       /* so many done end the loop */
};

struct question {
	struct scene *scene;
	unsigned worked_as, done_as; /* from 1 */
	bool had_db;
};

static void open_scene(struct scene *scene)
{
	struct err err = ERR_INIT;

	*scene = (struct scene) { 0 };
	house_init(&scene->house);
	db_close(house_db(&scene->house));
	sem_init(&scene->sem, 0, 0);
	ck_assert_int_eq(loop_new(&scene->loop, NULL), 0);
	ck_assert_msg(query_start(scene->loop, scene->house.db, &scene->query, &err) == 0, "%s",
		      err.text);
}

static void close_scene(struct scene *scene)
{
	query_stop(scene->query);
	loop_free(scene->loop);
	sem_destroy(&scene->sem);
	house_done(&scene->house);
}

static void work(struct db *db, void *arg)
{
	struct question *question = arg;

	question->worked_as = ++question->scene->worked;
	question->had_db = db != NULL;
}

static void wait_and_work(struct db *db, void *arg)
{
	sem_wait(&((struct question *)arg)->scene->sem);
	work(db, arg);
}

static void done(void *arg)
{
	struct question *question = arg;

	question->done_as = ++question->scene->done;
	if (question->scene->done == question->scene->wanted)
		loop_stop(question->scene->loop);
}

START_TEST(questions_are_answered_in_order_later_and_with_the_database)
{
	struct scene scene;
	struct question questions[QUESTIONS];

	open_scene(&scene);
	scene.wanted = QUESTIONS;
	for (unsigned i = 0; i < QUESTIONS; i++) {
		questions[i] = (struct question) { .scene = &scene };
		query_ask(scene.query, work, done, &questions[i]);
	}
	ck_assert_uint_eq(scene.done, 0); /* never from within the asking */
	loop_run(scene.loop);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		ck_assert_uint_eq(questions[i].worked_as, i + 1);
		ck_assert_uint_eq(questions[i].done_as, i + 1);
		ck_assert(questions[i].had_db);
	}
	close_scene(&scene);
}
END_TEST

START_TEST(what_was_asked_is_answered_before_the_stop_is_over)
{
	struct scene scene;
	struct question questions[QUESTIONS];

	open_scene(&scene);
	for (unsigned i = 0; i < QUESTIONS; i++) {
		questions[i] = (struct question) { .scene = &scene };
		query_ask(scene.query, i ? work : wait_and_work, done, &questions[i]);
	}
	sem_post(&scene.sem);
	query_stop(scene.query);
	scene.query = NULL;
	ck_assert_uint_eq(scene.done, QUESTIONS);
	for (unsigned i = 0; i < QUESTIONS; i++)
		ck_assert_uint_eq(questions[i].done_as, i + 1);
	close_scene(&scene);
}
END_TEST

static void ask_back(void *arg)
{
	struct question *question = arg;

	done(question);
	query_ask(question->scene->query, work, done, question + 1);
}

/* An answer may lead to another question when nobody reads the database any more. */
START_TEST(a_question_asked_during_the_stop_is_answered_empty_handed)
{
	struct scene scene;
	struct question questions[2];

	open_scene(&scene);
	questions[0] = questions[1] = (struct question) { .scene = &scene, .had_db = true };
	query_ask(scene.query, work, ask_back, &questions[0]);
	query_stop(scene.query);
	scene.query = NULL;
	ck_assert_uint_eq(questions[0].done_as, 1);
	ck_assert_uint_eq(questions[1].done_as, 2);
	ck_assert_uint_eq(questions[1].worked_as, 2);
	ck_assert(!questions[1].had_db);
	close_scene(&scene);
}
END_TEST

static void read_run(struct db *db, void *arg)
{
	struct run_record record = { 0 };
	struct question *question = arg;

	question->had_db = runs_get(db, 1, &record, NULL) == 0;
	run_record_done(&record);
}

START_TEST(what_the_lander_has_committed_can_be_read)
{
	struct scene scene;
	struct question question = { .scene = &scene };
	struct guest guest;

	open_scene(&scene);
	house_open(&scene.house);
	guest_begin(&scene.house, &guest, house_seed("a", "{'request': {'url': 'http://h/'}}"));
	scene.wanted = 1;
	query_ask(scene.query, read_run, done, &question);
	loop_run(scene.loop);
	ck_assert(question.had_db);
	guest_done(&guest);
	close_scene(&scene);
}
END_TEST

START_TEST(without_a_database_it_does_not_start)
{
	struct scene scene;
	struct query *second = NULL;
	struct err err = ERR_INIT;

	open_scene(&scene);
	ck_assert_int_lt(query_start(scene.loop, "/nowhere/fetchd.db", &second, &err), 0);
	ck_assert_ptr_null(second);
	ck_assert(err.text[0]);
	close_scene(&scene);
	query_stop(NULL);
}
END_TEST

UNIT_MAIN("query", questions_are_answered_in_order_later_and_with_the_database,
	  what_was_asked_is_answered_before_the_stop_is_over,
	  a_question_asked_during_the_stop_is_answered_empty_handed,
	  what_the_lander_has_committed_can_be_read, without_a_database_it_does_not_start)
