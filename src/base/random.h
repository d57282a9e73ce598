/* Random numbers: splitmix64, seeded, so that tests repeat. Not for secrets. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stdint.h>

struct random {
	uint64_t state;
};

void random_seed(struct random *random, uint64_t seed);
void random_seed_system(struct random *random); /* getrandom(2) */
uint64_t random_next(struct random *random);
uint64_t random_below(struct random *random, uint64_t limit); /* 0 .. limit-1; 0 when limit is 0 */
double random_unit(struct random *random);                    /* 0 <= x < 1 */

/* 64-bit FNV-1a, for hash tables and loop guards over text that is not hostile. */
uint64_t hash_bytes(const void *bytes, unsigned long len);

#endif
