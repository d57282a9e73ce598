#include "run/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

#include "house.h"
#include "run/seed.h"

struct scene {
	struct house house;
	struct db *db;
	char file[96], spool[80];
};

static void put_file(const struct scene *scene, const char *text)
{
	FILE *file = fopen(scene->file, "w");

	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	fclose(file);
}

static void set_up(struct scene *scene, const char *text)
{
	house_init(&scene->house);
	scene->db = house_db(&scene->house);
	snprintf(scene->file, sizeof(scene->file), "%s/ids", scene->house.dir);
	snprintf(scene->spool, sizeof(scene->spool), "%s/spool", scene->house.dir);
	put_file(scene, text);
}

static void tear_down(struct scene *scene)
{
	db_close(scene->db);
	house_done(&scene->house);
}

static int is_spool(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static int spools(const struct scene *scene)
{
	struct dirent **names = NULL;
	int len = scandir(scene->spool, &names, is_spool, NULL);

	for (int i = 0; i < len; i++)
		free(names[i]);
	free(names);
	return len;
}

/* `more`: members of the job; `source`: of the parameter i, beside its file. */
static struct seed *order(const struct scene *scene, const char *source, const char *more,
			  const char *overrides, struct err *err)
{
	char *text =
		xasprintf("{'request': {'url': 'http://h/${i}'}, 'params': {'i': {'file': '%s'%s}"
			  "}%s}",
			  scene->file, source, more);
	struct run_record record = house_record("a", text);
	int code = 0;
	struct seed *seed;

	if (overrides)
		record.overrides = house_json(overrides);
	seed = seed_new(scene->db, &(struct inputs_place) { .data_dir = scene->house.dir }, &record,
			&code, err);
	ck_assert((seed != NULL) == (code == 0));
	free(text);
	return seed;
}

static struct seed *ordered(const struct scene *scene, const char *source, const char *overrides)
{
	struct err err = ERR_INIT;
	struct seed *seed = order(scene, source, "", overrides, &err);

	ck_assert_msg(seed != NULL, "%s", err.text);
	return seed;
}

static void refused(const struct scene *scene, const char *source, const char *more,
		    const char *want)
{
	struct err err = ERR_INIT;

	ck_assert_ptr_null(order(scene, source, more, NULL, &err));
	ck_assert_msg(strstr(err.text, want) != NULL, "%s", err.text);
}

static void is_at(const struct seed *seed, uint64_t index, const char *want)
{
	struct point point;

	matrix_point(&seed->job->matrix, index, &point);
	ck_assert_msg(slice_is(point.values[0], want), "%.*s", (int)point.values[0].len,
		      point.values[0].ptr);
}

/* The run's start is committed; the seed is given back. */
static uint64_t begin(struct scene *scene, struct seed *seed)
{
	struct err err = ERR_INIT;
	uint64_t id;

	ck_assert_int_eq(db_begin(scene->db, &err), 0);
	id = runs_insert(scene->db, &seed->record);
	ck_assert_msg(db_commit(scene->db, &err) == 0, "%s", err.text);
	seed_free(seed);
	return id;
}

static void end(struct scene *scene, uint64_t id, const char *result)
{
	struct run_record record = { .id = id, .state = (char *)"ended", .ended_ms = 2 };
	struct err err = ERR_INIT;

	record.result = (char *)result;
	ck_assert_int_eq(db_begin(scene->db, &err), 0);
	runs_end(scene->db, &record);
	ck_assert_msg(db_commit(scene->db, &err) == 0, "%s", err.text);
}

static struct seed *resumed(const struct scene *scene, uint64_t id)
{
	struct err err = ERR_INIT;
	int code;
	struct seed *seed = seed_load(scene->db, id, &code, &err);

	ck_assert_msg(seed != NULL, "%s", err.text);
	return seed;
}

START_TEST(a_run_has_the_values_of_the_file_at_its_order)
{
	struct scene scene;
	struct seed *seed;
	uint64_t id;

	set_up(&scene, "7\n8\n\n9");
	seed = ordered(&scene, "", NULL);
	ck_assert_uint_eq(seed->record.counts.total, 3);
	put_file(&scene, "1\n");
	is_at(seed, 2, "9");
	id = begin(&scene, seed);
	unlink(scene.file);
	seed = resumed(&scene, id);
	ck_assert_uint_eq(seed->job->matrix.points, 3);
	is_at(seed, 0, "7");
	is_at(seed, 2, "9");
	seed_free(seed);
	tear_down(&scene);
}
END_TEST

START_TEST(a_column_of_a_csv_goes_with_other_parameters)
{
	struct scene scene;
	struct seed *seed;
	struct err err = ERR_INIT;
	uint64_t id;

	set_up(&scene, "name,id\nx,1\n\"y, z\",2\n");
	seed = ordered(&scene, ", 'column': 'name'", NULL);
	is_at(seed, 1, "y, z");
	seed_free(seed);
	seed = order(&scene, ", 'column': 'id'}, 'k': {'range': [5, 6]", ", 'combine': 'zip'", NULL,
		     &err);
	ck_assert_msg(seed != NULL, "%s", err.text);
	ck_assert_uint_eq(seed->job->matrix.points, 2);
	id = begin(&scene, seed);
	seed = resumed(&scene, id);
	ck_assert_uint_eq(seed->job->matrix.points, 2);
	is_at(seed, 1, "2");
	seed_free(seed);
	refused(&scene, ", 'column': 'id'}, 'k': {'range': [5, 7]", ", 'combine': 'zip'",
		"zip needs equally many values: i has 2, k has 3");
	tear_down(&scene);
}
END_TEST

START_TEST(an_order_for_one_value_stays_one_for_that_value)
{
	struct scene scene;
	struct seed *seed;
	struct err err = ERR_INIT;
	uint64_t id;

	set_up(&scene, "a\nb\nc\nb\n");
	seed = ordered(&scene, "", "{'i': 'b'}");
	ck_assert_uint_eq(seed->job->matrix.points, 2);
	id = begin(&scene, seed);
	put_file(&scene, "b\n");
	seed = resumed(&scene, id);
	ck_assert_uint_eq(seed->job->matrix.points, 2);
	is_at(seed, 1, "b");
	seed_free(seed);
	ck_assert_ptr_null(order(&scene, "", "", "{'i': 'z'}", &err));
	ck_assert_msg(strstr(err.text, "\"z\" is not a value"), "%s", err.text);
	tear_down(&scene);
}
END_TEST

START_TEST(what_is_wrong_with_a_file_is_told_at_the_order)
{
	struct scene scene;

	set_up(&scene, "id\n1\n");
	refused(&scene, ", 'column': 'name'", "", "its first line names no column \"name\"");
	put_file(&scene, "\n");
	refused(&scene, "", "", "parameter \"i\": ");
	refused(&scene, "", "", "/ids has no value");
	put_file(&scene, "x\na/b\n");
	refused(&scene, "", ", 'output': {'path': 'x/${i}'}",
		"as a part of output.path: ${i}: a value with \"/\"");
	unlink(scene.file);
	refused(&scene, "", "", "cannot open ");
	ck_assert_int_le(spools(&scene), 1); /* of the path, named before it was looked at */
	tear_down(&scene);
}
END_TEST

START_TEST(a_run_whose_inputs_are_damaged_is_not_taken_up)
{
	struct scene scene;
	struct err err = ERR_INIT;
	uint64_t id;
	char *command;
	int code = 0;

	set_up(&scene, "1\n2\n");
	id = begin(&scene, ordered(&scene, "", NULL));
	command = xasprintf("for f in %s/*; do printf X >>$f; done", scene.spool);
	ck_assert_int_eq(system(command), 0);
	free(command);
	ck_assert_ptr_null(seed_load(scene.db, id, &code, &err));
	ck_assert_int_eq(code, -EUCLEAN);
	ck_assert_msg(strstr(err.text, "is damaged"), "%s", err.text);
	command = xasprintf("rm %s/*", scene.spool);
	ck_assert_int_eq(system(command), 0);
	free(command);
	ck_assert_ptr_null(seed_load(scene.db, id, &code, &err));
	ck_assert_msg(strstr(err.text, "is missing"), "%s", err.text);
	tear_down(&scene);
}
END_TEST

/* Two orders of one file share a spool, so the file differs each time here. */
START_TEST(inputs_stay_as_long_as_a_run_may_need_them)
{
	struct scene scene;
	struct seed *live;
	uint64_t running, partial, complete;

	set_up(&scene, "1\n");
	running = begin(&scene, ordered(&scene, "", NULL));
	put_file(&scene, "2\n");
	partial = begin(&scene, ordered(&scene, "", NULL));
	end(&scene, partial, "partial");
	put_file(&scene, "3\n");
	complete = begin(&scene, ordered(&scene, "", NULL));
	put_file(&scene, "4\n");
	live = ordered(&scene, "", NULL); /* its start is not committed yet */
	ck_assert_int_eq(spools(&scene), 4);
	end(&scene, complete, "complete");
	put_file(&scene, "5\n");
	seed_free(ordered(&scene, "", NULL));
	ck_assert_int_eq(spools(&scene), 4); /* without that of the complete one */
	is_at(live, 0, "4");
	running = begin(&scene, live) ? running : 0;
	seed_free(ordered(&scene, "", NULL));
	seed_free(resumed(&scene, running));
	seed_free(resumed(&scene, partial));
	end(&scene, partial, "complete"); /* retried */
	put_file(&scene, "6\n");
	seed_free(ordered(&scene, "", NULL)); /* 2 and 5 go */
	ck_assert_int_eq(spools(&scene), 3);
	tear_down(&scene);
}
END_TEST

struct scribe {
	const char *file;
	atomic_bool stop;
};

static void *append_lines(void *arg)
{
	struct scribe *scribe = arg;
	int fd = open(scribe->file, O_WRONLY | O_APPEND);

	while (!atomic_load(&scribe->stop) && write(fd, "1\n", 2) == 2)
		;
	close(fd);
	return NULL;
}

/* As often as it takes until the other thread writes while the file is read. */
START_TEST(a_file_that_changes_while_it_is_read_is_refused)
{
	struct scene scene;
	struct scribe scribe = { .stop = false };
	struct seed *seed;
	pthread_t thread;
	struct err err = ERR_INIT;

	set_up(&scene, "1\n2\n3\n");
	scribe.file = scene.file;
	ck_assert_int_eq(pthread_create(&thread, NULL, append_lines, &scribe), 0);
	while ((seed = order(&scene, "", "", NULL, &err)) != NULL)
		seed_free(seed);
	atomic_store(&scribe.stop, true);
	pthread_join(thread, NULL);
	ck_assert_msg(strstr(err.text, "/ids changed while it was read; try again"), "%s",
		      err.text);
	tear_down(&scene);
}
END_TEST

START_TEST(without_a_ledger_nothing_is_frozen)
{
	struct scene scene;
	struct run_record record;
	struct err err = ERR_INIT;
	int code = 0;

	set_up(&scene, "1\n");
	record = house_record("a", "{'request': {'url': 'http://h/${i}'}, 'params': {'i': {'file': "
				   "'/x'}}}");
	ck_assert_ptr_null(seed_new(NULL, NULL, &record, &code, &err));
	ck_assert_int_eq(code, -EAGAIN);
	tear_down(&scene);
}
END_TEST

UNIT_MAIN("inputs", a_run_has_the_values_of_the_file_at_its_order,
	  a_column_of_a_csv_goes_with_other_parameters,
	  an_order_for_one_value_stays_one_for_that_value,
	  what_is_wrong_with_a_file_is_told_at_the_order,
	  a_run_whose_inputs_are_damaged_is_not_taken_up,
	  inputs_stay_as_long_as_a_run_may_need_them,
	  a_file_that_changes_while_it_is_read_is_refused, without_a_ledger_nothing_is_frozen)
