/* Seeds out of seeds: each record, request and route draws from a generator of its own, so that
 * what one draws never moves another.
 */
#ifndef FETCHMOCK_SEED_H
#define FETCHMOCK_SEED_H

#include <stdint.h>

#include "base/random.h"
#include "base/slice.h"

static inline uint64_t seed_number(uint64_t seed, uint64_t number)
{
	uint64_t pair[2] = { seed, number };

	return hash_bytes(pair, sizeof(pair));
}

static inline uint64_t seed_text(uint64_t seed, struct slice text)
{
	return seed_number(seed, hash_bytes(text.ptr, text.len));
}

#endif
