/* Faults on purpose: which request of a route goes wrong, and how. The same seed fails the same
 * requests, counted per route in the order they arrive.
 */
#ifndef FETCHMOCK_FAULT_H
#define FETCHMOCK_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fault {
	int status;            /* answered instead; 0 with `reset` */
	bool reset;            /* the connection is broken off (TCP RST) without an answer */
	double rate;           /* 0..1: that share of the requests; or */
	uint64_t every;        /* each Nth request; 0: by rate */
	int64_t retry_after_s; /* -1: no Retry-After header */
};

/* The first fault that strikes request `number` (from 1); NULL for none. */
const struct fault *fault_pick(const struct fault *faults, size_t nfaults, uint64_t seed,
			       uint64_t number);

#endif
