/* The workers of a run: who is free, who did how much. SPEC section 5, "crew".
 *
 * A worker is a place for one request at a time, with a lane of the engine once it was used. Main
 * loop.
 */
#ifndef RUN_CREW_H
#define RUN_CREW_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/json.h"
#include "run/parcel.h"

#define CREW_LISTED_MAX 1000
#define CREW_NO_LANE    UINT32_MAX

struct crew_member {
	uint32_t lane; /* CREW_NO_LANE until first used */
	pid_t pid, tid;
	uint64_t requests, connections;
};

struct crew {
	struct crew_member *members;
	uint32_t *idle; /* a stack of member numbers */
	uint32_t len, nidle;
};

void crew_init(struct crew *crew, uint32_t workers);
void crew_done(struct crew *crew);
/* False when all are busy. The one that worked last comes first: its connection is the warmest. */
bool crew_take(struct crew *crew, uint32_t *worker);
void crew_return(struct crew *crew, uint32_t worker);
void crew_count(struct crew *crew, const struct parcel *parcel); /* who fetched it, with what */
struct json *crew_json(const struct crew *crew);                 /* those that worked */

#endif
