/* Who we are to the server: one row of auths[] a way of saying it. */
#ifndef FETCH_AUTH_H
#define FETCH_AUTH_H

#include "base/err.h"
#include "fetch/request.h"

struct auth_type {
	const char *name; /* as in `auth: {NAME: ...}` */
	const char *summary;
	enum job_auth kind;
	/* NULL: what is put in must be fetched first, see grant.h.
	 * Puts the scope's secret into the request, which has its URL and headers already; what was
	 * there in its place goes. */
	int (*apply)(const struct request_scope *scope, struct request *request, struct err *err);
};

extern const struct auth_type auths[]; /* ends with a NULL name */

/* -EINVAL with a sentence when the secret is missing or cannot be sent. */
int auth_apply(const struct request_scope *scope, struct request *request, struct err *err);

/* What must be reckoned with the time of sending, UNIX ms: the last step before a request goes out;
 * does nothing for other kinds. -EINVAL. */
int auth_sign(struct request *request, int64_t now_ms, struct err *err);

/* The pieces, each in the place of what was there. "a=b; c=d" takes the place of cookies of the
 * same names only. */
int auth_basic(struct request *request, const char *user, const char *password, struct err *err);
int auth_bearer(struct request *request, const char *token, struct err *err);
int auth_cookies(struct request *request, const char *cookies, struct err *err);

#endif
