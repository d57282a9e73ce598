#include "base/indexmap.h"

#include <stdbool.h>

#include "../unit.h"
#include "base/random.h"

START_TEST(what_was_put_is_there_until_it_is_taken)
{
	struct indexmap map = { 0 };
	struct random random;
	int values[512];
	bool there[512] = { false };

	random_seed(&random, 7);
	for (int step = 0; step < 20000; step++) {
		uint64_t index = random_below(&random, 512);

		if (there[index])
			ck_assert_ptr_eq(indexmap_take(&map, index), &values[index]);
		else
			indexmap_put(&map, index, &values[index]);
		there[index] = !there[index];
		index = random_below(&random, 512);
		ck_assert_ptr_eq(indexmap_get(&map, index), there[index] ? &values[index] : NULL);
	}
	for (uint64_t i = 0; i < 512; i++)
		ck_assert_ptr_eq(indexmap_get(&map, i), there[i] ? &values[i] : NULL);
	indexmap_done(&map);
}
END_TEST

START_TEST(an_empty_map_has_nothing)
{
	struct indexmap map = { 0 };

	ck_assert_ptr_null(indexmap_get(&map, 3));
	ck_assert_ptr_null(indexmap_take(&map, 3));
	indexmap_done(&map);
}
END_TEST

static void add_up(void *value, void *arg)
{
	*(int *)arg += *(int *)value;
}

START_TEST(each_is_called_once_for_every_value)
{
	struct indexmap map = { 0 };
	int values[100], sum = 0;

	for (int i = 0; i < 100; i++) {
		values[i] = i;
		indexmap_put(&map, (uint64_t)i << 40, &values[i]);
	}
	indexmap_each(&map, add_up, &sum);
	ck_assert_int_eq(sum, 99 * 100 / 2);
	indexmap_done(&map);
}
END_TEST

UNIT_MAIN("indexmap", what_was_put_is_there_until_it_is_taken, an_empty_map_has_nothing,
	  each_is_called_once_for_every_value)
