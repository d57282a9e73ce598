/* What requests must carry to be answered: a bearer token, a user and a password, or a key. */
#ifndef FETCHMOCK_GUARD_H
#define FETCHMOCK_GUARD_H

#include <stdbool.h>

#include "fetchmock/ask.h"
#include "fetchmock/keys.h"
#include "fetchmock/reply.h"

/* All NULL: everybody may. Owned. */
struct guard {
	char *bearer;                    /* RFC 6750 */
	char *basic;                     /* base64 of "user:password" (RFC 7617) */
	char *header, *query, *expected; /* a key, in this header or query parameter */
};

void guard_done(struct guard *guard);
/* `auth:` of a route. */
void guard_load(struct reader *reader, const char *pointer, const struct json *value,
		struct guard *guard);
/* False: the reply is a 401 that says what is missing. */
bool guard_allows(const struct guard *guard, const struct ask *ask, struct reply *reply);

#endif
