/* How one try of one request ended: a closed table, the only place that knows what each end means.
 */
#ifndef FETCH_OUTCOME_H
#define FETCH_OUTCOME_H

#include <stdbool.h>

#include "spec/job.h"

enum outcome {
	OUTCOME_OK,        /* proven complete, records picked */
	OUTCOME_EMPTY,     /* 204, or no record in it; nothing to land, nothing wrong */
	OUTCOME_UNCHANGED, /* 304 */
	OUTCOME_FOLLOW,    /* a redirect to be taken: the main loop resubmits */
	OUTCOME_CANCELLED, /* the run or the daemon stops; never counted */
	OUTCOME_BUILD,     /* the request could not be made from its template */
	OUTCOME_RESOLVE,   /* no address for the name */
	OUTCOME_CONNECT,
	OUTCOME_TLS,   /* the certificate was refused; a handshake that was cut is CONNECT */
	OUTCOME_RESET, /* the connection broke while sending or before the first byte of the answer
			*/
	OUTCOME_TIMEOUT,
	OUTCOME_STALL,
	OUTCOME_NOT_HTTP,  /* what came back is not an HTTP answer */
	OUTCOME_TRUNCATED, /* the answer ended before it was complete: framing, decoding or document
			    */
	OUTCOME_TOO_BIG,   /* more than max_body */
	OUTCOME_ENCODING,  /* a content coding we did not ask for, or a broken one */
	OUTCOME_EMPTY_BODY,
	OUTCOME_NOT_JSON,
	OUTCOME_NOT_CSV,
	OUTCOME_NO_RECORDS, /* `records:` points at nothing */
	OUTCOME_BAD_VALUE,  /* a column's value is not of its type */
	OUTCOME_BAD_PAGE,  /* the pagination rule was not met: next link off the origin, cursor of a
			      wrong type */
	OUTCOME_PAGE_LOOP, /* a next page that was visited before; pages.max ends a chain well */
	OUTCOME_PAGE_DRIFT,    /* rows moved from page to page while they were fetched */
	OUTCOME_PAGES_MISSING, /* the chain ends before the API's own total */
	OUTCOME_REDIRECT,      /* a redirect that may not be followed: origin, scheme, number */
	OUTCOME_HTTP_408,
	OUTCOME_HTTP_425,
	OUTCOME_HTTP_429,
	OUTCOME_HTTP_5XX,
	OUTCOME_HTTP_OTHER, /* any other status that is not success */
	OUTCOME_WORKER,     /* the worker that had it is gone */
	OUTCOME__COUNT
};

enum outcome_counts { COUNTS_LANDED, COUNTS_EMPTY, COUNTS_UNCHANGED, COUNTS_FAILED, COUNTS_NOT };

struct outcome_row {
	const char *name;           /* "timeout": in JSON, logs, history */
	enum outcome_counts counts; /* what the request becomes when no retry is left */
	unsigned
		retry; /* the RETRY_* bit of `retry.on` that allows another try; 0: never retried */
	const char *sentence; /* "the server did not answer within request.timeout" */
	bool stays; /* retrying the run does not mend it: its chain would land rows twice, or go on
		       past some that are missing */
};

extern const struct outcome_row outcomes[OUTCOME__COUNT];

/* What a finished HTTP exchange with this status means before its body is looked at: OK, EMPTY
 * (204, 205), UNCHANGED (304), FOLLOW (301 302 303 307 308) or one of the HTTP_* outcomes. A 206 is
 * HTTP_OTHER: no range is ever asked for, so a part is not an answer. RFC 9110 section 15. */
enum outcome outcome_of_status(int status);
/* May this end be tried again, `tries` having been made (>= 1)? retry.attempts counts all tries,
 * the first included. */
bool outcome_retryable(enum outcome outcome, const struct job *job, unsigned tries);

#endif
