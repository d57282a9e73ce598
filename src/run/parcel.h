/* What a worker made of one response: the outcome, the rows ready to append, and where to go on.
 *
 * The digest makes it on the worker; the main loop decides by it (retry, next page, land); the
 * lander appends its rows and hands it back to be freed. It owns its request.
 */
#ifndef RUN_PARCEL_H
#define RUN_PARCEL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "data/extract.h"
#include "data/format.h"
#include "data/increment.h"
#include "fetch/outcome.h"
#include "fetch/request.h"
#include "run/page_view.h"

struct parcel {
	struct request *request;
	enum outcome outcome;
	char *error; /* the sentence when the outcome is a failure; NULL otherwise */
	int status;  /* HTTP; 0: none arrived */

	uint64_t records;  /* in the answer, before they were exploded */
	uint64_t expected; /* how many it says there are, on the first page: `expect.total` */
	bool untold;       /* it should have said so and did not */

	struct rows rows;      /* encoded against `colset` unless rows.unknown */
	struct colset *colset; /* a reference; NULL: nothing was encoded */
	struct buf body; /* decoded; kept when the lander may have to encode anew, or for `try` */
	struct extract extract; /* slices into body */

	struct increment *increment; /* how new the records are; NULL: it does not matter */

	char *etag, *modified; /* what the answer says of itself; NULL: nothing, or not asked */
	bool carried;          /* the rows are an earlier run's: recalled.h */

	char *next_token;       /* of the chain's next page; NULL: this was the last */
	struct page_view page;  /* what its chain is told of it; zero unless the job has pages */
	char *location;         /* FOLLOW: where to */
	char *cookies;          /* Set-Cookie values, one a line; NULL: none */
	int64_t retry_after_ms; /* -1: the server did not say */
	char *content_type;     /* for `try`; NULL otherwise */

	int64_t fetched_ms, taken_us; /* UNIX; duration */
	uint64_t wire_bytes;
	unsigned connections;
	pid_t pid, tid;
};

/* Frees the request too. NULL is fine. */
void parcel_free(struct parcel *parcel);
/* Bytes it keeps in memory: what back-pressure counts. */
size_t parcel_memory(const struct parcel *parcel);

#endif
