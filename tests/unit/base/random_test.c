/* Random numbers: repeatable, within their limits, and even. */
#include "base/random.h"

#include "../unit.h"

START_TEST(a_seed_repeats)
{
	struct random random;

	random_seed(&random, 1234567);
	ck_assert_uint_eq(random_next(&random),
			  6457827717110365317u); /* splitmix64's own figures */
	ck_assert_uint_eq(random_next(&random), 3203168211198807973u);
}
END_TEST

START_TEST(below_means_below_and_evenly)
{
	struct random random;
	unsigned seen[7] = { 0 };

	random_seed(&random, 1);
	for (int i = 0; i < 70000; i++)
		seen[random_below(&random, 7)]++;
	for (int i = 0; i < 7; i++)
		ck_assert(seen[i] > 9000 && seen[i] < 11000);
	ck_assert_uint_eq(random_below(&random, 0), 0);
	ck_assert_uint_eq(random_below(&random, 1), 0);
	for (int i = 0; i < 100; i++)
		ck_assert_uint_lt(random_below(&random, (UINT64_MAX >> 1) + 2),
				  (UINT64_MAX >> 1) + 2);
}
END_TEST

START_TEST(a_unit_is_never_one)
{
	struct random random;
	double sum = 0;

	random_seed(&random, 2);
	for (int i = 0; i < 10000; i++) {
		double unit = random_unit(&random);

		ck_assert(unit >= 0 && unit < 1);
		sum += unit;
	}
	ck_assert(sum > 4800 && sum < 5200);
}
END_TEST

START_TEST(the_systems_seeds_differ)
{
	struct random a, b;

	random_seed_system(&a);
	random_seed_system(&b);
	ck_assert_uint_ne(random_next(&a), random_next(&b));
}
END_TEST

START_TEST(hashes_are_fnv_1a)
{
	ck_assert_uint_eq(hash_bytes("", 0), 0xcbf29ce484222325u);
	ck_assert_uint_eq(hash_bytes("a", 1), 0xaf63dc4c8601ec8cu);
	ck_assert_uint_eq(hash_bytes("foobar", 6), 0x85944171f73967e8u);
}
END_TEST

UNIT_MAIN("random", a_seed_repeats, below_means_below_and_evenly, a_unit_is_never_one,
	  the_systems_seeds_differ, hashes_are_fnv_1a)
