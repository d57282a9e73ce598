/* The politeness book: how many requests are in flight, in all and per host, and which host is
 * held.
 *
 * Shared by all runs and engines; main loop only, so no locks; time is given by the caller. Rates
 * and the breaker join it here later without touching its callers.
 */
#ifndef FETCH_PACE_H
#define FETCH_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

struct pace;
struct pace_host;

struct pace *pace_new(unsigned max_in_flight, unsigned per_host); /* 0: no cap, for both */
void pace_free(struct pace *pace);

/* The entry of "name:port", made when new. Lives as long as the pace. */
struct pace_host *pace_host(struct pace *pace, const char *name);

enum pace_answer {
	PACE_GO,   /* counted as in flight: pace_return must follow */
	PACE_WAIT, /* not before *until_ms (monotonic), which is set for this answer only */
	PACE_FULL, /* when some request has come back */
};
/* `per_host`: the job's own cap, 0 none; the smaller one holds. */
enum pace_answer pace_take(struct pace *pace, struct pace_host *host, unsigned per_host,
			   int64_t now_ms, int64_t *until_ms);
void pace_return(struct pace *pace, struct pace_host *host);

/* Nothing goes to the host before until_ms (monotonic); the later of two holds wins. True when that
 * is news: longer by more than PACE_SAME_MS, so that a hundred answers of one moment are one. */
#define PACE_SAME_MS 1000
bool pace_hold(struct pace *pace, struct pace_host *host, int64_t until_ms, const char *reason);

unsigned pace_in_flight(const struct pace *pace);
/* [{"host", "in_flight", "held_ms", "reason"}], the newest host first; not held: 0 and null */
struct json *pace_json(const struct pace *pace, int64_t now_ms);

#endif
