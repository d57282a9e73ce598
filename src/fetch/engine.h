/* An engine takes requests and gives parcels: the seam between deciding and fetching.
 *
 * Every request that was submitted comes back exactly once, as the parcel its digest made, through
 * the `done` mailbox: also when it failed, was cancelled or its worker died. An engine decides
 * nothing: no retry, no redirect, no pacing, no queue beyond what it was handed. All engines share
 * transfer.c and the digest; tests/contract runs one set of checks over every row of engines[].
 */
#ifndef FETCH_ENGINE_H
#define FETCH_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "fetch/request.h"
#include "fetch/response.h"
#include "io/mailbox.h"

struct parcel; /* of the run floor; owns the request it was made from */

/* The digest, called on the worker that fetched (a thread, or a child process). Takes the request;
 * the response is the engine's and is reused after, but the digest may move its body out
 * (buf_take). A pure function of the two: no globals, no clock but response->started_ms. Never
 * NULL. */
typedef struct parcel *engine_digest_fn(struct request *request, struct response *response);

/* How a parcel and a request cross a process border; only the processes engine calls these. */
struct engine_codec {
	int (*pack_request)(const struct request *request, struct buf *out);
	struct request *(*unpack_request)(struct slice bytes);
	int (*pack_parcel)(const struct parcel *parcel, struct buf *out);
	struct parcel *(*unpack_parcel)(struct slice bytes, struct request *request);
};

struct engine_options {
	engine_digest_fn *digest;
	const struct engine_codec *codec; /* may be NULL for engines that stay in this process */
	struct mailbox *done; /* receives struct parcel *; workers wait for room in it, and it has
				 room for every lane: submit may use it too */
	unsigned loops;       /* async: event loops; 0: one per two cores, at least 1 */
	/* Most requests in flight at once. Lane numbers are below it, and a lane carries one
	 * request at a time; a run that always uses the same W lanes opens at most W connections to
	 * a host (idempotent methods; others never use a kept one). */
	unsigned lanes;
};

struct engine; /* a running one */

struct engine_type {
	const char *name;    /* "async": as in a job's `engine:` */
	const char *summary; /* one line for help and manual */
	size_t lanes_at;     /* where struct config says how many lanes it may have, an unsigned */
	int (*start)(const struct engine_options *options, struct engine **engine, struct err *err);
	/* Main loop; never blocks. The requests are the engine's from here on. At most `lanes` are
	 * out. */
	void (*submit)(struct engine *engine, struct request *const *requests, size_t n);
	/* Requests of that run (0: all) that are out come back soon as OUTCOME_CANCELLED, unless
	 * already done. */
	void (*cancel)(struct engine *engine, uint64_t run);
	/* All requests must have come back and no parcel may be on its way: `done` was emptied of
	 * them. Joins the threads. Blocks for milliseconds. */
	void (*stop)(struct engine *engine);
};

extern const struct engine_type engines[];               /* ends with a NULL name */
const struct engine_type *engine_find(const char *name); /* NULL: no such engine */

#endif
