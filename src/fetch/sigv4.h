/* AWS Signature Version 4: a request is signed with the time it goes out.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html. The query is sorted
 * and encoded anew before it is signed and sent, so that what the server reckons with is what we
 * reckoned with.
 */
#ifndef FETCH_SIGV4_H
#define FETCH_SIGV4_H

#include "base/err.h"
#include "fetch/request.h"

struct sigv4 {
	const char *region, *service;
	const char *id, *secret;
	const char *session; /* NULL: none */
	int64_t now_ms;      /* UNIX */
};

/* Sets X-Amz-Date, X-Amz-Content-Sha256 (service s3), X-Amz-Security-Token and Authorization, in
 * the place of those of an earlier signature, and the URL's canonical query. */
int sigv4_sign(struct request *request, const struct sigv4 *with, struct err *err);

#endif
