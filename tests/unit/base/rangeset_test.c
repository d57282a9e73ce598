/* The range set against a naive model: an array of bytes, in both of its shapes. */
#include "base/rangeset.h"

#include <string.h>

#include "base/random.h"

#include "../unit.h"

struct model {
	uint64_t universe, count;
	unsigned char *has;
};

static uint64_t model_gap(const struct model *model, uint64_t from)
{
	while (from < model->universe && model->has[from])
		from++;
	return from < model->universe ? from : model->universe;
}

static bool model_next(const struct model *model, uint64_t from, struct range *range)
{
	if (from > 0 && from < model->universe && model->has[from - 1])
		from = model_gap(model, from);
	while (from < model->universe && !model->has[from])
		from++;
	if (from >= model->universe)
		return false;
	*range = (struct range) { from, model_gap(model, from) - 1 };
	return true;
}

static void compare_at(const struct rangeset *set, const struct model *model, uint64_t at)
{
	struct range got = { 0 }, want = { 0 };
	bool in = model->has[at];
	uint64_t first = at;

	ck_assert_int_eq(rangeset_has(set, at), in);
	ck_assert_int_eq(rangeset_find(set, at, &got), in);
	while (in && first > 0 && model->has[first - 1])
		first--;
	if (in)
		ck_assert(got.first == first && got.last == model_gap(model, at) - 1);
	ck_assert_uint_eq(rangeset_next_gap(set, at), model_gap(model, at));
	in = model_next(model, at, &want);
	ck_assert_int_eq(rangeset_next(set, at, &got), in);
	if (in)
		ck_assert(got.first == want.first && got.last == want.last);
}

static void compare(const struct rangeset *set, const struct model *model)
{
	ck_assert_uint_eq(rangeset_count(set), model->count);
	for (uint64_t at = 0; at < model->universe; at++)
		compare_at(set, model, at);
}

static void model_put(struct model *model, uint64_t at, bool in)
{
	model->count += (uint64_t)in - model->has[at];
	model->has[at] = in;
}

/* One random step on both. */
static void step(struct rangeset *set, struct model *model, struct random *random, bool wide)
{
	uint64_t a = random_below(random, model->universe), what = random_below(random, 8);
	uint64_t b = a + (wide ? random_below(random, 40) : 0);

	if (b >= model->universe)
		b = model->universe - 1;
	if (what == 0) {
		rangeset_remove(set, a);
		model_put(model, a, false);
		return;
	}
	if (a == b)
		rangeset_add(set, a);
	else
		rangeset_add_range(set, (struct range) { a, b });
	for (; a <= b; a++)
		model_put(model, a, true);
}

static void play(uint64_t universe, uint64_t seed, bool wide)
{
	struct model model = { .universe = universe, .has = calloc(universe, 1) };
	struct rangeset *set = rangeset_new(universe);
	struct random random;

	random_seed(&random, seed);
	for (int i = 0; i < 300; i++) {
		step(set, &model, &random, wide);
		compare_at(set, &model, random_below(&random, universe));
	}
	compare(set, &model);
	rangeset_free(set);
	free(model.has);
}

START_TEST(it_does_what_an_array_of_bytes_does)
{
	for (uint64_t seed = 0; seed < 40; seed++) {
		play(1 + seed, seed, seed % 2);
		play(63 + seed % 3, seed, seed % 2);
		play(700 + seed, seed, true);
		play(6000, seed, seed % 2); /* stays ranges for long */
	}
}
END_TEST

START_TEST(points_in_order_stay_one_range)
{
	struct rangeset *set = rangeset_new(1000000);
	struct range range;

	for (uint64_t i = 0; i < 1000000; i++)
		rangeset_add(set, i);
	ck_assert_uint_eq(rangeset_count(set), 1000000);
	ck_assert_uint_lt(rangeset_memory(set), 512);
	ck_assert(rangeset_find(set, 500000, &range) && range.first == 0 && range.last == 999999);
	ck_assert_uint_eq(rangeset_next_gap(set, 0), 1000000);
	rangeset_free(set);
}
END_TEST

START_TEST(scattered_points_never_cost_much_more_than_a_bit_each)
{
	struct rangeset *set = rangeset_new(1000000);
	size_t most = 0;

	for (uint64_t i = 0; i < 1000000; i += 2) {
		rangeset_add(set, i);
		if (most < rangeset_memory(set))
			most = rangeset_memory(set);
	}
	ck_assert_uint_le(most, 1000000 / 8 + 512);
	ck_assert_uint_eq(rangeset_count(set), 500000);
	rangeset_free(set);
}
END_TEST

START_TEST(what_lies_beyond_the_universe_is_cut_off)
{
	struct rangeset *set = rangeset_new(10), *none = rangeset_new(0);
	struct range range;

	rangeset_add(set, 10);
	rangeset_add_range(set, (struct range) { 8, UINT64_MAX });
	ck_assert_uint_eq(rangeset_count(set), 2);
	ck_assert(!rangeset_has(set, 10));
	ck_assert_uint_eq(rangeset_next_gap(set, 8), 10);
	ck_assert_uint_eq(rangeset_next_gap(set, 99), 10);
	ck_assert(!rangeset_next(set, 11, &range));
	rangeset_add(none, 0);
	ck_assert_uint_eq(rangeset_count(none), 0);
	ck_assert(!rangeset_next(none, 0, &range));
	rangeset_free(set);
	rangeset_free(none);
	rangeset_free(NULL);
}
END_TEST

UNIT_MAIN("rangeset", it_does_what_an_array_of_bytes_does, points_in_order_stay_one_range,
	  scattered_points_never_cost_much_more_than_a_bit_each,
	  what_lies_beyond_the_universe_is_cut_off)
