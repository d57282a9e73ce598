/* Random numbers and a hash: see random.h. splitmix64 and FNV-1a are public domain recipes. */
#include "base/random.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/clock.h"

void random_seed(struct random *random, uint64_t seed)
{
	random->state = seed;
}

void random_seed_system(struct random *random)
{
	if (getrandom(&random->state, sizeof(random->state), 0) != sizeof(random->state))
		random->state = (uint64_t)clock_unix_ms() ^ (uint64_t)clock_monotonic_us() << 20;
}

uint64_t random_next(struct random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t random_below(struct random *random, uint64_t limit)
{
	uint64_t value, uneven;

	if (limit == 0)
		return 0;
	uneven = -limit % limit; /* so many of the lowest numbers would come up once too often */
	do
		value = random_next(random);
	while (value < uneven);
	return value % limit;
}

double random_unit(struct random *random)
{
	return (double)(random_next(random) >> 11) * 0x1p-53;
}

uint64_t hash_bytes(const void *bytes, unsigned long len)
{
	const unsigned char *at = bytes;
	uint64_t hash = 0xcbf29ce484222325u;

	for (; len > 0; len--)
		hash = (hash ^ *at++) * 0x100000001b3u;
	return hash;
}
