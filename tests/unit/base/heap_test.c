#include "base/heap.h"

#include "base/random.h"

#include "../unit.h"

START_TEST(the_earliest_comes_first)
{
	struct heap heap = { 0 };
	struct heap_entry entry;
	struct random random;
	int64_t before = INT64_MIN;
	size_t n = 0;

	random_seed(&random, 7);
	for (uint64_t i = 0; i < 5000; i++)
		heap_push(&heap, (struct heap_entry) { (int64_t)random_below(&random, 900) - 450, i,
						       i + 1 });
	while (heap_pop(&heap, &entry)) {
		ck_assert_int_ge(entry.when, before);
		ck_assert_uint_eq(entry.more, entry.what + 1);
		before = entry.when;
		n++;
	}
	ck_assert_uint_eq(n, 5000);
	heap_done(&heap);
}
END_TEST

START_TEST(pushes_between_pops_keep_the_order)
{
	struct heap heap = { 0 };
	struct heap_entry entry, top;
	struct random random;

	random_seed(&random, 8);
	for (int i = 0; i < 20000; i++) {
		int64_t least = heap_peek(&heap, &top) ? top.when : 0;

		heap_push(&heap,
			  (struct heap_entry) { least + (int64_t)random_below(&random, 50), 0, 0 });
		if (i % 3 == 2) {
			ck_assert(heap_pop(&heap, &entry));
			ck_assert_int_eq(entry.when, least);
		}
	}
	while (heap_pop(&heap, &entry))
		;
	ck_assert_uint_le(heap.room, 64); /* memory is given back */
	heap_done(&heap);
}
END_TEST

START_TEST(an_empty_heap_has_nothing)
{
	struct heap heap = { 0 };
	struct heap_entry entry;

	ck_assert(!heap_peek(&heap, &entry));
	ck_assert(!heap_pop(&heap, &entry));
	heap_done(&heap);
	heap_done(&heap);
}
END_TEST

UNIT_MAIN("heap", the_earliest_comes_first, pushes_between_pops_keep_the_order,
	  an_empty_heap_has_nothing)
