/* Finished points against a naive model, chains, and failures. */
#include "store/ledger.h"

#include "base/random.h"
#include "base/xalloc.h"
#include "store/sql.h"

#include "scratch.h"

#define RUN 7

static struct rangeset *loaded(struct db *db, uint64_t run, uint64_t universe)
{
	struct rangeset *set = rangeset_new(universe);

	ck_assert_int_eq(ledger_load(db, run, set, NULL), 0);
	return set;
}

static uint64_t number(struct db *db, const struct sql *sql)
{
	struct stmt st = stmt_open(db, sql);
	uint64_t answer;

	ck_assert_int_eq(stmt_next(&st, NULL), 1);
	answer = (uint64_t)stmt_take_int(&st);
	stmt_close(&st);
	return answer;
}

static uint64_t stored_ranges(struct db *db)
{
	static const struct sql count = { "", "SELECT count(*) FROM progress WHERE run = 7" };

	return number(db, &count);
}

/* Set, table and model must agree; the table must hold the fewest rows that can say it. */
static void expect_model(struct scratch *s, const struct rangeset *set, const bool *model,
			 uint64_t universe)
{
	struct rangeset *stored = loaded(s->db, RUN, universe);
	uint64_t ranges = 0;

	for (uint64_t i = 0; i < universe; i++) {
		if (rangeset_has(set, i) != model[i])
			ck_abort_msg("set differs at %d", (int)i);
		if (rangeset_has(stored, i) != model[i])
			ck_abort_msg("table differs at %d", (int)i);
		ranges += model[i] && (i == 0 || !model[i - 1]);
	}
	ck_assert_uint_eq(rangeset_count(stored), rangeset_count(set));
	ck_assert_uint_eq(stored_ranges(s->db), ranges);
	rangeset_free(stored);
}

static void finish(struct scratch *s, struct rangeset *set, const uint64_t *points, size_t n)
{
	uint64_t copy[64];

	memcpy(copy, points, n * sizeof(*points));
	scratch_begin(s);
	ledger_finish(s->db, RUN, set, copy, n);
	scratch_commit(s);
}

#define FINISH(s, set, ...)                                                                        \
	finish(s, set, (const uint64_t[]) { __VA_ARGS__ },                                         \
	       sizeof((const uint64_t[]) { __VA_ARGS__ }) / sizeof(uint64_t))

START_TEST(neighbours_become_one_range)
{
	struct scratch s;
	struct rangeset *set = rangeset_new(100), *stored;
	struct range range;

	scratch_init(&s);
	scratch_open(&s);
	FINISH(&s, set, 5, 3, 4);
	ck_assert_uint_eq(stored_ranges(s.db), 1);
	FINISH(&s, set, 7);
	ck_assert_uint_eq(stored_ranges(s.db), 2);
	FINISH(&s, set, 6, 2);
	ck_assert_uint_eq(stored_ranges(s.db), 1);
	FINISH(&s, set, 99, 0, 6, 6, 4); /* ends, and points that are finished already */
	ck_assert_uint_eq(stored_ranges(s.db), 3);
	stored = loaded(s.db, RUN, 100);
	ck_assert(rangeset_find(stored, 4, &range));
	ck_assert_uint_eq(range.first, 2);
	ck_assert_uint_eq(range.last, 7);
	ck_assert(rangeset_has(stored, 0) && rangeset_has(stored, 99));
	rangeset_free(stored);
	rangeset_free(set);
	scratch_done(&s);
}
END_TEST

START_TEST(one_batch_may_close_several_gaps_of_old_ranges)
{
	struct scratch s;
	struct rangeset *set = rangeset_new(100), *stored;

	scratch_init(&s);
	scratch_open(&s);
	FINISH(&s, set, 10, 12, 14, 16, 40);
	ck_assert_uint_eq(stored_ranges(s.db), 5);
	FINISH(&s, set, 15, 11, 13);
	ck_assert_uint_eq(stored_ranges(s.db), 2);
	FINISH(&s, set, 17, 18, 19, 20, 39, 38, 9);
	ck_assert_uint_eq(stored_ranges(s.db), 2);
	stored = loaded(s.db, RUN, 100);
	ck_assert_uint_eq(rangeset_count(stored), rangeset_count(set));
	rangeset_free(stored);
	rangeset_free(set);
	scratch_done(&s);
}
END_TEST

START_TEST(runs_do_not_touch_one_another)
{
	struct scratch s;
	struct rangeset *mine = rangeset_new(50), *other = rangeset_new(50), *stored;
	uint64_t left[] = { 1, 2, 3 }, right[] = { 2, 4, 40 };

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	ledger_finish(s.db, RUN, mine, left, 3);
	ledger_finish(s.db, RUN + 1, other, right, 3);
	ledger_finish(s.db, RUN, mine, right, 3);
	ledger_reopen(s.db, RUN, mine, left, 3);
	scratch_commit(&s);
	stored = loaded(s.db, RUN + 1, 50);
	ck_assert_uint_eq(rangeset_count(stored), 3);
	ck_assert(rangeset_has(stored, 2) && rangeset_has(stored, 4) && rangeset_has(stored, 40));
	rangeset_free(stored);
	stored = loaded(s.db, RUN, 50);
	ck_assert_uint_eq(rangeset_count(stored), 2);
	rangeset_free(stored);
	rangeset_free(mine);
	rangeset_free(other);
	scratch_done(&s);
}
END_TEST

START_TEST(points_beyond_the_universe_are_in_neither)
{
	struct scratch s;
	struct rangeset *set = rangeset_new(10);

	scratch_init(&s);
	scratch_open(&s);
	FINISH(&s, set, 9, 10, 11, 4000);
	ck_assert_uint_eq(rangeset_count(set), 1);
	ck_assert_uint_eq(stored_ranges(s.db), 1);
	scratch_begin(&s);
	ledger_finish(s.db, RUN, set, NULL, 0);
	ledger_reopen(s.db, RUN, set, NULL, 0);
	scratch_commit(&s);
	rangeset_free(set);
	scratch_done(&s);
}
END_TEST

enum { UNIVERSE = 600 };

/* A few points: neighbours, scattered ones, or any. */
static size_t random_batch(struct random *random, uint64_t *points)
{
	size_t n = random_below(random, 40);
	uint64_t from = random_below(random, UNIVERSE), kind = random_below(random, 3);

	for (size_t i = 0; i < n; i++)
		points[i] = kind == 0   ? (from + i) % UNIVERSE
			    : kind == 1 ? (from + 2 * i) % UNIVERSE
					: random_below(random, UNIVERSE);
	return n;
}

static void change(struct scratch *s, struct rangeset *set, uint64_t *points, size_t n, bool reopen)
{
	if (reopen)
		ledger_reopen(s->db, RUN, set, points, n);
	else
		ledger_finish(s->db, RUN, set, points, n);
}

/* One transaction of a few batches, kept or rolled back; set and model follow. */
static void random_round(struct scratch *s, struct random *random, struct rangeset **set,
			 bool *model)
{
	bool wanted[UNIVERSE];
	uint64_t points[64];

	memcpy(wanted, model, sizeof(wanted));
	scratch_begin(s);
	for (uint64_t parts = 1 + random_below(random, 3); parts > 0; parts--) {
		bool reopen = random_below(random, 5) < 2;
		size_t n = random_batch(random, points);

		for (size_t i = 0; i < n; i++)
			wanted[points[i]] = !reopen;
		change(s, *set, points, n, reopen);
	}
	if (random_below(random, 4) != 0) {
		scratch_commit(s);
		memcpy(model, wanted, sizeof(wanted));
	} else {
		db_rollback(s->db);
		rangeset_free(*set);
		*set = loaded(s->db, RUN, UNIVERSE);
	}
}

START_TEST(random_batches_agree_with_a_naive_model)
{
	struct scratch s;
	struct random random;

	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct rangeset *set = rangeset_new(UNIVERSE);
		bool model[UNIVERSE] = { false };

		random_seed(&random, seed);
		scratch_init(&s);
		scratch_open(&s);
		for (int round = 0; round < 100; round++) {
			random_round(&s, &random, &set, model);
			expect_model(&s, set, model, UNIVERSE);
		}
		rangeset_free(set);
		scratch_done(&s);
	}
}
END_TEST

/* Shuffled 0 .. n-1. */
static uint64_t *shuffled(uint64_t n, uint64_t seed)
{
	uint64_t *points = xreallocarray(NULL, n, sizeof(*points));
	struct random random;

	random_seed(&random, seed);
	for (uint64_t i = 0; i < n; i++) {
		uint64_t j = random_below(&random, i + 1);

		points[i] = points[j];
		points[j] = i;
	}
	return points;
}

START_TEST(a_set_that_became_a_bitmap_is_still_stored_right)
{
	const uint64_t universe = 20000, batch = 500;
	uint64_t *points = shuffled(universe, 3);
	struct rangeset *set = rangeset_new(universe), *stored;
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	for (uint64_t at = 0; at < universe; at += batch) {
		scratch_begin(&s);
		ledger_finish(s.db, RUN, set, points + at, batch);
		scratch_commit(&s);
		stored = loaded(s.db, RUN, universe);
		ck_assert_uint_eq(rangeset_count(stored), at + batch);
		for (uint64_t i = 0; i < universe; i++)
			if (rangeset_has(stored, i) != rangeset_has(set, i))
				ck_abort_msg("table differs at %d", (int)i);
		rangeset_free(stored);
	}
	ck_assert_uint_eq(stored_ranges(s.db), 1);
	free(points);
	rangeset_free(set);
	scratch_done(&s);
}
END_TEST

START_TEST(every_second_point_taken_out_again_stays_small)
{
	const uint64_t universe = 200000;
	uint64_t *points = xreallocarray(NULL, universe, sizeof(*points));
	struct rangeset *set = rangeset_new(universe), *stored;
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	for (uint64_t i = 0; i < universe; i++)
		points[i] = i;
	scratch_begin(&s);
	ledger_finish(s.db, RUN, set, points, universe);
	scratch_commit(&s);
	ck_assert_uint_eq(stored_ranges(s.db), 1);
	for (uint64_t i = 0; i < universe / 2; i++)
		points[i] = 2 * i;
	scratch_begin(&s);
	ledger_reopen(s.db, RUN, set, points, universe / 2);
	scratch_commit(&s);
	ck_assert_uint_eq(rangeset_count(set), universe / 2);
	ck_assert_uint_le(rangeset_memory(set), universe / 4);
	stored = loaded(s.db, RUN, universe);
	ck_assert_uint_eq(rangeset_count(stored), universe / 2);
	ck_assert(rangeset_has(stored, 1) && !rangeset_has(stored, 2));
	rangeset_free(stored);
	scratch_begin(&s);
	ledger_finish(s.db, RUN, set, points, universe / 2);
	scratch_commit(&s);
	ck_assert_uint_eq(stored_ranges(s.db), 1);
	free(points);
	rangeset_free(set);
	scratch_done(&s);
}
END_TEST

struct seen {
	unsigned n;
	uint64_t indexes[8];
	uint32_t pages[8];
	char tokens[8][16];
	uint64_t rows[8];
	struct chain_watch watch[8];
	char drift[8][16], paging[8][24];
	size_t visited_len[8];
	unsigned char visited[64];
};

static void see_chain(const struct chain_record *chain, void *arg)
{
	struct seen *seen = arg;

	seen->indexes[seen->n] = chain->index;
	seen->pages[seen->n] = chain->next_page;
	snprintf(seen->tokens[seen->n], 16, "%s", chain->token ? chain->token : "-");
	seen->rows[seen->n] = chain->rows;
	seen->watch[seen->n] = chain->watch;
	snprintf(seen->drift[seen->n], 16, "%s", chain->drift ? chain->drift : "-");
	snprintf(seen->paging[seen->n], 24, "%s", chain->paging ? chain->paging : "-");
	seen->visited_len[seen->n] = chain->visited_len;
	if (chain->visited_len)
		memcpy(seen->visited, chain->visited, chain->visited_len);
	seen->n++;
}

START_TEST(an_open_chain_is_remembered_until_it_is_dropped)
{
	struct scratch s;
	struct seen seen = { 0 };
	unsigned char hashes[16] = { 1, 2, 3, [15] = 9 };
	struct chain_record chain = { .index = 4, .next_page = 1, .token = (char *)"a" };

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	ledger_chain_put(s.db, RUN, &chain);
	ledger_chain_put(s.db, RUN + 1, &chain);
	chain = (struct chain_record) { 4, 2, (char *)"b", 20, hashes, sizeof(hashes) };
	chain.watch = (struct chain_watch) { 1, 2, UINT64_MAX, 4, 5, UINT64_MAX - 6 };
	chain.drift = (char *)"moved";
	chain.paging = (char *)"{\"by\":\"link\"}";
	ledger_chain_put(s.db, RUN, &chain);
	chain = (struct chain_record) { .index = 2, .next_page = 5, .token = (char *)"z" };
	ledger_chain_put(s.db, RUN, &chain);
	chain.index = 9;
	ledger_chain_put(s.db, RUN, &chain);
	scratch_commit(&s);
	ck_assert_int_eq(ledger_each_chain(s.db, RUN, see_chain, &seen, NULL), 0);
	ck_assert_uint_eq(seen.n, 3);
	ck_assert_uint_eq(seen.indexes[0], 2);
	ck_assert_uint_eq(seen.indexes[1], 4);
	ck_assert_uint_eq(seen.pages[1], 2);
	ck_assert_str_eq(seen.tokens[1], "b");
	ck_assert_uint_eq(seen.rows[1], 20);
	ck_assert_uint_eq(seen.watch[1].records, 1);
	ck_assert_uint_eq(seen.watch[1].total_high, UINT64_MAX);
	ck_assert_uint_eq(seen.watch[1].last_mark, UINT64_MAX - 6);
	ck_assert_str_eq(seen.drift[1], "moved");
	ck_assert_str_eq(seen.paging[1], "{\"by\":\"link\"}");
	ck_assert_str_eq(seen.paging[0], "-");
	ck_assert_uint_eq(seen.visited_len[1], sizeof(hashes));
	ck_assert_int_eq(memcmp(seen.visited, hashes, sizeof(hashes)), 0);
	scratch_begin(&s);
	ledger_chain_drop(s.db, RUN, 4);
	ledger_chain_drop(s.db, RUN, 400);
	scratch_commit(&s);
	seen = (struct seen) { 0 };
	ck_assert_int_eq(ledger_each_chain(s.db, RUN, see_chain, &seen, NULL), 0);
	ck_assert_uint_eq(seen.n, 2);
	ck_assert_uint_eq(seen.indexes[0], 2);
	ck_assert_uint_eq(seen.indexes[1], 9);
	scratch_done(&s);
}
END_TEST

static void put_failure(struct db *db, uint64_t index)
{
	ledger_failure_put(db, RUN,
			   &(struct failure_record) { .index = index,
						      .page = 2,
						      .token = (char *)"t",
						      .params = (char *)"{\"id\":\"x\"}",
						      .url = (char *)"http://h/x",
						      .status = 503,
						      .outcome = (char *)"status_5xx",
						      .error = (char *)"the server said 503",
						      .tries = 5 });
}

static void see_failure(const struct failure_record *failure, void *arg)
{
	struct seen *seen = arg;

	ck_assert_uint_eq(failure->page, 2);
	ck_assert_str_eq(failure->token, "t");
	ck_assert_int_eq(failure->status, 503);
	ck_assert_str_eq(failure->outcome, "status_5xx");
	ck_assert_uint_eq(failure->tries, 5);
	seen->indexes[seen->n++] = failure->index;
}

static int read_failures(struct scratch *s, uint64_t run, uint64_t after, unsigned limit,
			 struct seen *seen)
{
	const struct failure_portion portion = { after, limit };

	return ledger_each_failure(s->db, run, portion, see_failure, seen, NULL);
}

START_TEST(failures_are_read_in_order_and_in_portions)
{
	struct scratch s;
	struct seen seen = { 0 };

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	put_failure(s.db, 9);
	put_failure(s.db, 0);
	put_failure(s.db, 5);
	put_failure(s.db, 5);
	put_failure(s.db, 6);
	ledger_failure_drop(s.db, RUN, 6);
	scratch_commit(&s);
	ck_assert_int_eq(read_failures(&s, RUN, UINT64_MAX, 2, &seen), 2);
	ck_assert_uint_eq(seen.indexes[0], 0);
	ck_assert_uint_eq(seen.indexes[1], 5);
	ck_assert_int_eq(read_failures(&s, RUN, 5, 2, &seen), 1);
	ck_assert_uint_eq(seen.indexes[2], 9);
	ck_assert_int_eq(read_failures(&s, RUN + 1, UINT64_MAX, 9, &seen), 0);
	scratch_done(&s);
}
END_TEST

START_TEST(the_list_of_failures_has_the_shape_scripts_rely_on)
{
	struct scratch s;
	struct json *doc;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	for (uint64_t i = 0; i < 3; i++)
		put_failure(s.db, i);
	ledger_failure_put(s.db, RUN, &(struct failure_record) { .index = 8, .tries = 1 });
	scratch_commit(&s);
	doc = ledger_failures_json(s.db, RUN, 3, UINT64_MAX, NULL);
	ck_assert_uint_eq(json_len(json_get(doc, "items")), 3);
	scratch_expect(doc, "/items/0",
		       "{'params': {'id': 'x'}, 'page': 2, 'url': 'http://h/x', 'status': 503,"
		       "'error': 'the server said 503', 'tries': 5, 'index': 0,"
		       "'outcome': 'status_5xx'}");
	scratch_expect(doc, "/next", "2");
	json_unref(doc);
	doc = ledger_failures_json(s.db, RUN, 3, 2, NULL);
	scratch_expect(doc, "",
		       "{'items': [{'params': null, 'page': 0, 'url': null, 'status': null,"
		       "'error': null, 'tries': 1, 'index': 8, 'outcome': null}], 'next': null}");
	json_unref(doc);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("ledger", neighbours_become_one_range, one_batch_may_close_several_gaps_of_old_ranges,
	  runs_do_not_touch_one_another, points_beyond_the_universe_are_in_neither,
	  random_batches_agree_with_a_naive_model, a_set_that_became_a_bitmap_is_still_stored_right,
	  every_second_point_taken_out_again_stays_small,
	  an_open_chain_is_remembered_until_it_is_dropped,
	  failures_are_read_in_order_and_in_portions,
	  the_list_of_failures_has_the_shape_scripts_rely_on)
