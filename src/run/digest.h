/* The digest: from a response to a parcel, on the worker that fetched it.
 *
 * Proves completeness (content decoding reached its end, the JSON document closed, the pagination
 * rule was met), picks the records, encodes the rows and finds the next page. A pure function of
 * the request (with its context) and the response; it decides nothing beyond the outcome.
 */
#ifndef RUN_DIGEST_H
#define RUN_DIGEST_H

#include "fetch/engine.h"
#include "run/parcel.h"

/* An engine_digest_fn. */
struct parcel *digest(struct request *request, struct response *response);

/* Encodes the rows of a parcel that kept its body anew, against `colset`. 0 or a negative errno. */
int digest_encode(struct parcel *parcel, const struct colset *colset, struct err *err);

#endif
