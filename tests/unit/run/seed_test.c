#include "run/seed.h"

#include <errno.h>

#include "house.h"

#define TEN "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define JOB "{" TEN "}"

static struct seed *made(const char *definition, const char *overrides, int *code, struct err *err)
{
	struct run_record record = house_record("a", definition);
	struct seed *seed;

	if (overrides)
		record.overrides = house_json(overrides);
	seed = seed_new(NULL, NULL, &record, code, err);
	ck_assert_ptr_null(record.job); /* taken over, also when it fails */
	ck_assert_ptr_null(record.definition);
	return seed;
}

static void refused(const char *definition, const char *overrides, int want, const char *hint)
{
	struct err err = ERR_INIT;
	int code = 0;

	ck_assert_ptr_null(made(definition, overrides, &code, &err));
	ck_assert_int_eq(code, want);
	ck_assert_msg(strstr(err.text, hint), "%s", err.text);
}

static struct seed *accepted(const char *definition, const char *overrides)
{
	struct err err = ERR_INIT;
	int code = 0;
	struct seed *seed = made(definition, overrides, &code, &err);

	ck_assert_msg(seed && code == 0, "%d %s", code, err.text);
	return seed;
}

START_TEST(a_new_run_has_its_points_its_path_and_nothing_done)
{
	struct seed *seed = accepted("{" TEN ", 'output': {'path': 'out/${job}/x'}}", NULL);

	ck_assert_uint_eq(seed->record.id, 0);
	ck_assert_uint_eq(seed->record.counts.total, 10);
	ck_assert_str_eq(seed->record.job, "a");
	ck_assert_str_eq(seed->path, "out/a/x");
	ck_assert_ptr_null(seed->secrets[JOB_SECRET_AUTH]);
	ck_assert_ptr_null(seed->done);
	ck_assert_uint_eq(seed->chains.open.len, 0);
	seed_free(seed);
	seed_free(NULL);
}
END_TEST

START_TEST(overrides_narrow_the_matrix_and_wrong_ones_are_refused)
{
	struct seed *seed = accepted(JOB, "{'i': '7'}");
	struct point point;

	ck_assert_uint_eq(seed->record.counts.total, 1);
	matrix_point(&seed->job->matrix, 0, &point);
	ck_assert(slice_is(point.values[0], "7"));
	seed_free(seed);
	refused(JOB, "{'i': '10'}", -EINVAL, "10");
	refused(JOB, "{'nothing': '1'}", -EINVAL, "nothing");
	refused(JOB, "{'i': 7}", -EINVAL, "\"i\"");
}
END_TEST

START_TEST(a_definition_that_no_longer_holds_is_refused_with_the_reason)
{
	refused("{'request': {}}", NULL, -EINVAL, "job \"a\" cannot be used: request.url");
}
END_TEST

START_TEST(a_secret_is_resolved_or_its_lack_is_told)
{
	static const char job[] = "{" TEN ", 'auth': {'bearer': {'env': 'SEED_TEST_TOKEN'}}}";
	struct seed *seed;

	setenv("SEED_TEST_TOKEN", "abracadabra", 1);
	seed = accepted(job, NULL);
	ck_assert_str_eq(seed->secrets[JOB_SECRET_AUTH], "abracadabra");
	seed_free(seed);
	unsetenv("SEED_TEST_TOKEN");
	refused(job, NULL, -EACCES, "the secret of job \"a\": the environment variable");
}
END_TEST

/* Inserts a run, half of it done: 0 and 1 landed, 2 an open chain, 3 a failed chain. */
static uint64_t insert_half(struct db *db, struct seed *seed)
{
	uint64_t visited[] = { 5, 6 }, points[] = { 0, 1, 3 }, id;
	struct chain_record chain = { .index = 2,
				      .next_page = 4,
				      .token = (char *)"t4",
				      .rows = 12,
				      .visited = visited,
				      .visited_len = sizeof(visited) };
	struct rangeset *done = rangeset_new(10);
	struct err err = ERR_INIT;

	ck_assert_int_eq(db_begin(db, &err), 0);
	id = runs_insert(db, &seed->record);
	seed->record.counts.landed = 2;
	runs_update_counts(db, id, &seed->record.counts);
	ledger_finish(db, id, done, points, 3);
	ledger_chain_put(db, id, &chain);
	chain.index = 3;
	ledger_chain_put(db, id, &chain);
	ck_assert_msg(db_commit(db, &err) == 0, "%s", err.text);
	rangeset_free(done);
	seed_free(seed);
	return id;
}

START_TEST(a_run_of_the_ledger_comes_back_as_far_as_it_got)
{
	struct house house;
	struct db *db;
	struct seed *seed;
	struct chain *chain;
	struct err err = ERR_INIT;
	uint64_t id;
	int code;

	house_init(&house);
	db = house_db(&house);
	id = insert_half(db, accepted(JOB, NULL));
	seed = seed_load(db, id, &code, &err);
	ck_assert_msg(seed && code == 0, "%s", err.text);
	ck_assert_uint_eq(seed->record.id, id);
	ck_assert_uint_eq(seed->record.counts.landed, 2);
	ck_assert_uint_eq(rangeset_count(seed->done), 3);
	ck_assert(!rangeset_has(seed->done, 2));
	ck_assert_uint_eq(seed->chains.open.len, 1); /* the failed one waits for a retry */
	chain = chains_find(&seed->chains, 2);
	ck_assert_ptr_nonnull(chain);
	ck_assert_uint_eq(chain->page, 4);
	ck_assert_str_eq(chain->token, "t4");
	ck_assert_uint_eq(chain->rows, 12);
	ck_assert_uint_eq(chain->nvisited, 2);
	ck_assert_uint_eq(chain->visited[1], 6);
	seed_free(seed);
	db_close(db);
	house_done(&house);
}
END_TEST

START_TEST(a_resumed_run_keeps_its_overrides)
{
	struct house house;
	struct db *db;
	struct seed *seed = accepted(JOB, "{'i': '7'}");
	struct err err = ERR_INIT;
	uint64_t id;
	int code;

	house_init(&house);
	db = house_db(&house);
	ck_assert_int_eq(db_begin(db, &err), 0);
	id = runs_insert(db, &seed->record);
	ck_assert_int_eq(db_commit(db, &err), 0);
	seed_free(seed);
	seed = seed_load(db, id, &code, &err);
	ck_assert_ptr_nonnull(seed);
	ck_assert_uint_eq(seed->job->matrix.points, 1);
	ck_assert_uint_eq(seed->record.counts.total, 1);
	seed_free(seed);
	db_close(db);
	house_done(&house);
}
END_TEST

START_TEST(a_run_that_is_not_there_is_named)
{
	struct house house;
	struct db *db;
	struct err err = ERR_INIT;
	int code = 0;

	house_init(&house);
	db = house_db(&house);
	ck_assert_ptr_null(seed_load(db, 7, &code, &err));
	ck_assert_int_eq(code, -ENOENT);
	ck_assert_msg(strstr(err.text, "run 7"), "%s", err.text);
	db_close(db);
	house_done(&house);
}
END_TEST

UNIT_MAIN("seed", a_new_run_has_its_points_its_path_and_nothing_done,
	  overrides_narrow_the_matrix_and_wrong_ones_are_refused,
	  a_definition_that_no_longer_holds_is_refused_with_the_reason,
	  a_secret_is_resolved_or_its_lack_is_told, a_run_of_the_ledger_comes_back_as_far_as_it_got,
	  a_resumed_run_keeps_its_overrides, a_run_that_is_not_there_is_named)
