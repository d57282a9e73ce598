/* Tokens and sessions in use: one for all workers and all runs that authenticate alike.
 *
 * In memory, on the main loop. The run (or the try) that finds one missing sends somebody to fetch
 * it, as any request goes, on a worker of its own; all others wait. A token is renewed before it
 * expires, while the old one still serves. When an answer doubts it, it is renewed once; if the
 * new one is doubted too, the fault is not the token's, and nothing more is renewed until this one
 * expires: so a wrong permission is no storm at the token endpoint.
 *
 * A refresh token that the server gave in place of another is in state_dir before the token it came
 * with is used (grant_store.h).
 */
#ifndef RUN_GRANTS_H
#define RUN_GRANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "io/loop.h"
#include "run/parcel.h"
#include "run/seed.h"

struct dispatcher;
struct grant;

/* The grant of the seed's job, its earlier faults forgotten; NULL when the job needs none. */
struct grant *grant_get(struct dispatcher *dispatcher, const struct seed *seed);
void grant_put(struct grant *grant); /* NULL is fine */
void grants_free(struct grant *first);

/* Times are monotonic milliseconds. */
bool grant_usable(const struct grant *grant, int64_t now_ms);
/* Somebody should fetch it now: it is missing or soon old, and nobody is on the way. */
bool grant_wants(const struct grant *grant, int64_t now_ms);
/* When it may be asked for again; 0: when something comes back. */
int64_t grant_wakes_at(const struct grant *grant, int64_t now_ms);
/* Why it cannot be had, a sentence; NULL: it can, so far. */
const char *grant_fault(const struct grant *grant);

/* The request that fetches it; NULL: it cannot be made, which is the grant's fault from now on. It
 * comes back by grant_answered, or by grant_unsent when it did not go out. */
struct request *grant_ask(struct grant *grant, const struct request_scope *scope);
void grant_unsent(struct grant *grant, int64_t again_ms);
void grant_answered(struct grant *grant, const struct parcel *parcel, int64_t now_ms);
/* `fn` is called once, soon after what is on the way has come back. */
void grant_wait(struct grant *grant, loop_fn *fn, void *arg);

/* Puts it into a request about to go out. */
int grant_use(const struct grant *grant, struct request *request, struct err *err);
/* The answer to a request; true: it doubts the grant, and the request is worth another try. */
bool grant_doubts(struct grant *grant, const struct parcel *parcel);
/* An ordinary answer's cookies, for sessions that consist of them. */
void grant_take_cookies(struct grant *grant, const struct parcel *parcel);

#endif
