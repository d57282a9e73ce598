/* The latency histogram: see latency.h. */
#include "run/latency.h"

#include <math.h>

#define STEPS 64 /* buckets a power of two */

static unsigned bucket_of(int64_t taken_us)
{
	unsigned bucket = taken_us < 1 ? 0 : (unsigned)(log2((double)taken_us) * STEPS);

	return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

void latency_add(struct latency *latency, int64_t taken_us)
{
	latency->count++;
	latency->buckets[bucket_of(taken_us)]++;
}

double latency_percentile(const struct latency *latency, double share)
{
	uint64_t rank = (uint64_t)ceil(share * (double)latency->count), seen = 0;

	for (unsigned i = 0; i < LATENCY_BUCKETS; i++) {
		seen += latency->buckets[i];
		if (latency->count > 0 && seen >= rank && seen > 0)
			return round(exp2((i + 0.5) / STEPS)) / 1000;
	}
	return 0;
}
