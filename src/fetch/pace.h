/* The politeness book: how many requests are in flight, in all and per host, how fast each host and
 * each job may be asked, and which host is held.
 *
 * Shared by all runs and engines; main loop only, so no locks; time is given by the caller. The
 * breaker joins it here later without touching its callers.
 */
#ifndef FETCH_PACE_H
#define FETCH_PACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "fetch/bucket.h"
#include "spec/job.h"

struct pace;
struct pace_host;
struct pace_job;

/* What may be asked of a host, or by a job of each host. */
struct pace_terms {
	unsigned per_host; /* in flight; 0: no cap */
	struct bucket_rate rate;
};

struct pace *pace_new(unsigned max_in_flight, unsigned per_host); /* 0: no cap, for both */
void pace_free(struct pace *pace);

/* The terms of "name", or of "name:port", which wins, for all jobs together. Before that host is
 * first asked for. */
void pace_agree(struct pace *pace, const char *name, const struct pace_terms *terms);
/* The entries of "name:port" and of a job, made when new. They live as long as the pace. */
struct pace_host *pace_host(struct pace *pace, const char *name);
struct pace_job *pace_job(struct pace *pace, const char *name);

/* Who wants to send where. */
struct pace_ask {
	struct pace_host *host;
	struct pace_job *job;
	struct pace_terms terms; /* the job's own; of two caps or rates both hold */
};

struct pace_ask pace_ask_of(struct pace *pace, const struct job *job, const char *host);

enum pace_answer {
	PACE_GO,   /* counted as in flight: pace_return must follow */
	PACE_WAIT, /* not before *until_ms (monotonic), which is set for this answer only */
	PACE_FULL, /* when some request has come back */
};
enum pace_answer pace_take(struct pace *pace, const struct pace_ask *ask, int64_t now_ms,
			   int64_t *until_ms);
void pace_return(struct pace *pace, struct pace_host *host);

/* Nothing goes to the host before until_ms (monotonic); the later of two holds wins. True when that
 * is news: longer by more than PACE_SAME_MS, so that a hundred answers of one moment are one. */
#define PACE_SAME_MS 1000
bool pace_hold(struct pace *pace, struct pace_host *host, int64_t until_ms, const char *reason);

unsigned pace_in_flight(const struct pace *pace);
/* [{"host", "in_flight", "held_ms", "reason"}], the newest host first; not held: 0 and null */
struct json *pace_json(const struct pace *pace, int64_t now_ms);

#endif
