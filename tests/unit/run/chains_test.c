#include "run/chains.h"

#include <stdio.h>
#include <string.h>

#include "../unit.h"
#include "base/random.h"

START_TEST(what_was_added_is_found_until_it_is_dropped)
{
	struct chains chains = { 0 };
	struct random random;
	bool there[512] = { false };

	random_seed(&random, 7);
	for (int step = 0; step < 20000; step++) {
		uint64_t index = random_below(&random, 512);

		if (there[index])
			chains_drop(&chains, index);
		else
			chains_add(&chains, index);
		there[index] = !there[index];
		index = random_below(&random, 512);
		ck_assert_int_eq(chains_find(&chains, index) != NULL, there[index]);
	}
	for (uint64_t i = 0; i < 512; i++)
		ck_assert_int_eq(chains_find(&chains, i) != NULL, there[i]);
	chains_done(&chains);
}
END_TEST

START_TEST(a_token_seen_before_is_a_circle)
{
	struct chains chains = { 0 };
	struct chain *chain = chains_add(&chains, 3);

	ck_assert(chain_advance(chain, "a"));
	ck_assert_uint_eq(chain->page, 1);
	ck_assert(chain_advance(chain, "b"));
	ck_assert(!chain_advance(chain, "a"));
	ck_assert_uint_eq(chain->page, 3);
	ck_assert_str_eq(chain->token, "a");
	chains_done(&chains);
}
END_TEST

static unsigned rounds_until_noticed(unsigned circle)
{
	struct chains chains = { 0 };
	struct chain *chain = chains_add(&chains, 0);
	char token[32];
	unsigned steps = 0;

	do {
		snprintf(token, sizeof(token), "t%u", steps % circle);
		steps++;
	} while (chain_advance(chain, token) && steps < circle * 8);
	chains_done(&chains);
	return steps / circle;
}

START_TEST(a_circle_that_fits_the_memory_is_noticed_at_its_first_repetition)
{
	ck_assert_uint_eq(rounds_until_noticed(1), 2);
	ck_assert_uint_eq(rounds_until_noticed(50), 1);
	ck_assert_uint_eq(rounds_until_noticed(CHAIN_VISITED_MAX - 2), 1);
}
END_TEST

START_TEST(a_longer_circle_is_noticed_by_the_anchor)
{
	ck_assert_uint_le(rounds_until_noticed(CHAIN_VISITED_MAX * 3), 3);
}
END_TEST

UNIT_MAIN("chains", what_was_added_is_found_until_it_is_dropped, a_token_seen_before_is_a_circle,
	  a_circle_that_fits_the_memory_is_noticed_at_its_first_repetition,
	  a_longer_circle_is_noticed_by_the_anchor)
