/* How long requests took: a histogram in fixed memory, for the percentiles of a run.
 *
 * Buckets grow by 1/64 of a power of two, so a percentile is exact to about one in a hundred.
 */
#ifndef RUN_LATENCY_H
#define RUN_LATENCY_H

#include <stdint.h>

#define LATENCY_BUCKETS 2560

struct latency {
	uint64_t count;
	uint32_t buckets[LATENCY_BUCKETS];
};

void latency_add(struct latency *latency, int64_t taken_us);
/* In milliseconds; `share` 0.5 for the median. 0 when nothing was added. */
double latency_percentile(const struct latency *latency, double share);

#endif
