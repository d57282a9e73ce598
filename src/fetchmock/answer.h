/* From a request to its reply: which route, whether it may, what it says, what goes wrong. */
#ifndef FETCHMOCK_ANSWER_H
#define FETCHMOCK_ANSWER_H

#include "fetchmock/api.h"
#include "fetchmock/ask.h"
#include "fetchmock/reply.h"

/* Fills `reply` (cleared by the caller) and counts the route's request. Returns the route that
 * answers; NULL when none does (a 404 or 405 then). */
const struct route *api_answer(struct api *api, const struct ask *ask, struct reply *reply);

/* Back to the first request of every route: faults, delays and ${seq} begin anew. */
void api_rewind(struct api *api);

#endif
