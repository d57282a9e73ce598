/* What the digest of a request needs besides the response: whose request it is, and which columns
 * its rows are encoded against.
 *
 * A run has one context at a time and makes a new one whenever its output's columns have grown;
 * requests that are out keep the one they left with. Immutable; counted (atomic), because requests
 * are freed on whichever thread is done with them last.
 */
#ifndef RUN_CONTEXT_H
#define RUN_CONTEXT_H

#include <stdint.h>

#include "data/colset.h"
#include "data/format.h"
#include "fetch/request.h"

struct inquiry;
struct trial;

struct digest_context {
	unsigned refs;                     /* atomic */
	const struct request_scope *scope; /* outlives every request */
	struct colset *colset;
	const struct format *format;
	struct trial *trial;     /* not NULL: a `try`, whose parcel goes there and never lands */
	struct inquiry *inquiry; /* not NULL: likewise, a first request */
	void *owner;             /* the struct run; NULL for the other two. Main loop only */
};

/* `colset` is taken over as a new reference. */
struct digest_context *context_new(const struct request_scope *scope, const struct colset *colset);
struct digest_context *context_ref(struct digest_context *context);
void context_unref(struct digest_context *context); /* NULL is fine */

/* Frees a request and gives its context back. NULL is fine. */
void context_drop_request(struct request *request);

#endif
