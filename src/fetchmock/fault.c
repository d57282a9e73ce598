/* Faults: each is drawn for itself, so adding one to a route does not move the others. */
#include "fetchmock/fault.h"

#include "fetchmock/seed.h"

static bool strikes(const struct fault *fault, uint64_t seed, uint64_t number)
{
	struct random random;

	if (fault->every)
		return number % fault->every == 0;
	random_seed(&random, seed_number(seed, number));
	return random_unit(&random) < fault->rate;
}

const struct fault *fault_pick(const struct fault *faults, size_t nfaults, uint64_t seed,
			       uint64_t number)
{
	for (size_t i = 0; i < nfaults; i++)
		if (strikes(&faults[i], seed_number(seed, i), number))
			return &faults[i];
	return NULL;
}
