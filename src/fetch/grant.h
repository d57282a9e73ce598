/* What must be fetched before anything else can be, a token or a session: how it is asked for, and
 * what the answer means. Pure; who asks when, and who keeps what was given, is run/grants.h.
 */
#ifndef FETCH_GRANT_H
#define FETCH_GRANT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "fetch/request.h"

#define GRANT_ANSWER_MAX 1048576 /* bytes of an answer that is read */

/* Whether requests of this job need one. */
bool grant_needed(const struct job *job);

/* The request for it: RFC 6749 section 4.4.2, with `refresh` (not NULL) section 6; or the login.
 * Its `errand` is set; index, lane and worker are the caller's to fill. -EINVAL with a sentence. */
int grant_build(const struct request_scope *scope, const char *refresh, struct request **request,
		struct err *err);

struct grant_answer {
	int status; /* of a complete answer */
	struct slice body;
	const char *cookies; /* Set-Cookie values, one a line; NULL: none */
};
struct grant_gift {      /* texts end with secret_free */
	char *token;     /* NULL: the cookies are the session */
	char *refresh;   /* the refresh token from now on; NULL: the one there was */
	int64_t life_ms; /* 0: not said */
};
/* 0; -EACCES: refused for good, the sentence says what to change; -EAGAIN: the server cannot now;
 * -EKEYEXPIRED: it is the refresh token that is not good (any more). */
int grant_read(const struct request_scope *scope, const struct grant_answer *answer,
	       struct grant_gift *gift, struct err *err);
void grant_gift_done(struct grant_gift *gift);

/* Does this status tell that what was granted is not good any more? */
bool grant_doubted(const struct job *job, int status);
/* Puts it into a request about to go out: `token`, or (NULL) the cookies "a=b; c=d". -EINVAL when
 * it holds what no header can carry. */
int grant_dress(struct request *request, const char *token, const char *cookies, struct err *err);

#endif
