#include "run/output_cache.h"

#include <errno.h>

#include "run/output_rows.h"
#include "shelf.h"

#define JOB "{'request': {'url': 'http://h/'}}"

struct scene {
	struct house house;
	struct db *db;
	struct seed *seed;
	struct output_cache cache;
};

static void open_scene(struct scene *scene)
{
	*scene = (struct scene) { 0 };
	house_init(&scene->house);
	scene->db = house_db(&scene->house);
	scene->seed = house_seed("a", JOB);
}

static void close_scene(struct scene *scene)
{
	output_cache_done(&scene->cache);
	ck_assert_uint_eq(scene->cache.len, 0);
	seed_free(scene->seed);
	db_close(scene->db);
	house_done(&scene->house);
}

/* The output "p<i>", used by run i + 1; not in the cache yet. */
static struct output *fresh(struct scene *scene, unsigned i)
{
	struct output_place place = { .root = scene->house.root, .data_mode = 0640 };
	char *path = xasprintf("p%u", i);
	struct output_use use = { scene->seed->job, path, i + 1, 0 };
	struct output *output = NULL;
	struct err err = ERR_INIT;

	ck_assert_msg(output_open(&place, scene->db, &use, &output, &err) == 0, "%s", err.text);
	ck_assert_msg(output_adopt(output, scene->db, &use, &err) == 0, "%s", err.text);
	free(path);
	return output;
}

static int add(struct scene *scene, unsigned i)
{
	struct output *output = fresh(scene, i);
	struct err err = ERR_INIT;
	int rc = output_cache_add(&scene->cache, output, &err);

	if (rc < 0)
		output_free(output);
	return rc;
}

static struct output *find(struct scene *scene, unsigned i)
{
	char *path = xasprintf("p%u", i);
	struct output *output = output_cache_find(&scene->cache, path);

	free(path);
	return output;
}

static void fill(struct scene *scene)
{
	for (unsigned i = 0; i < OUTPUT_CACHE_MAX; i++)
		ck_assert_int_eq(add(scene, i), 0);
	ck_assert_uint_eq(scene->cache.len, OUTPUT_CACHE_MAX);
}

START_TEST(what_is_open_is_found_and_nothing_else)
{
	struct scene scene;
	struct output *output;

	open_scene(&scene);
	ck_assert_ptr_null(find(&scene, 0));
	output = fresh(&scene, 0);
	ck_assert_int_eq(output_cache_add(&scene.cache, output, NULL), 0);
	ck_assert_int_eq(add(&scene, 1), 0);
	ck_assert_ptr_eq(find(&scene, 0), output);
	ck_assert_str_eq(output_key(find(&scene, 1)), "p1");
	ck_assert_ptr_null(find(&scene, 2));
	close_scene(&scene);
}
END_TEST

START_TEST(the_one_unused_for_longest_goes_first)
{
	struct scene scene;

	open_scene(&scene);
	fill(&scene);
	output_cache_next_turn(&scene.cache);
	ck_assert_ptr_nonnull(find(&scene, 0)); /* used again */
	output_cache_next_turn(&scene.cache);
	ck_assert_int_eq(add(&scene, OUTPUT_CACHE_MAX), 0);
	ck_assert_uint_eq(scene.cache.len, OUTPUT_CACHE_MAX);
	ck_assert_ptr_null(find(&scene, 1));
	for (unsigned i = 0; i <= OUTPUT_CACHE_MAX; i++)
		if (i != 1)
			ck_assert_msg(find(&scene, i) != NULL, "p%u", i);
	close_scene(&scene);
}
END_TEST

START_TEST(what_is_used_in_this_turn_stays)
{
	struct scene scene;

	open_scene(&scene);
	fill(&scene);
	ck_assert_int_eq(add(&scene, OUTPUT_CACHE_MAX), -EMFILE);
	for (unsigned i = 0; i < OUTPUT_CACHE_MAX; i++)
		ck_assert_ptr_nonnull(find(&scene, i));
	output_cache_next_turn(&scene.cache);
	for (unsigned i = 0; i < OUTPUT_CACHE_MAX; i++)
		if (i != 7)
			find(&scene, i);
	ck_assert_int_eq(add(&scene, OUTPUT_CACHE_MAX), 0); /* in the place of p7 */
	ck_assert_int_eq(add(&scene, 7), -EMFILE);
	close_scene(&scene);
}
END_TEST

START_TEST(one_that_has_rows_gathered_stays)
{
	struct scene scene;
	struct guest guest = { 0 };
	struct output_load load;
	struct colset *set;
	struct parcel *parcel;

	open_scene(&scene);
	fill(&scene);
	guest.seed =
		house_seed("a", "{'request': {'url': 'http://h/'}, 'columns': [{'name': 'x'}]}");
	guest.scope = (struct request_scope) { .job = guest.seed->job, .run = 1 };
	set = colset_new(guest.seed->job);
	guest.context = context_new(&guest.scope, set);
	colset_unref(set);
	parcel = guest_parcel(&guest, 0, "[{'x': 1}]");
	load = output_load_rows(parcel);
	output_gather(find(&scene, 0), &load);
	parcel_free(parcel);
	for (unsigned i = 1; i < OUTPUT_CACHE_MAX; i++)
		find(&scene, i); /* p0 is the oldest */
	output_cache_next_turn(&scene.cache);
	ck_assert_int_eq(add(&scene, OUTPUT_CACHE_MAX), 0);
	ck_assert_ptr_nonnull(find(&scene, 0));
	ck_assert_ptr_null(find(&scene, 1));
	guest_done(&guest);
	close_scene(&scene);
}
END_TEST

START_TEST(a_run_that_ends_lets_go_of_its_own_outputs_alone)
{
	struct scene scene;

	open_scene(&scene);
	ck_assert_int_eq(add(&scene, 0), 0);
	ck_assert_int_eq(add(&scene, 1), 0);
	output_cache_release(&scene.cache, 1);
	ck_assert_uint_eq(output_run(find(&scene, 0)), 0);
	ck_assert_uint_eq(output_run(find(&scene, 1)), 2);
	close_scene(&scene);
}
END_TEST

UNIT_MAIN("output cache", what_is_open_is_found_and_nothing_else,
	  the_one_unused_for_longest_goes_first, what_is_used_in_this_turn_stays,
	  one_that_has_rows_gathered_stays, a_run_that_ends_lets_go_of_its_own_outputs_alone)
