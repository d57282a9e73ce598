/* What a handle is told beyond the request itself, when a job asks for it: digest authentication,
 * whom to trust and who we are in TLS, a proxy, a local socket, HTTP/2.
 *
 * Most jobs ask for nothing, and setting options costs; so a handle is told once a run, and made
 * plain again (curl_easy_reset, by the transfer) before it serves anybody else.
 */
#ifndef FETCH_TAILOR_H
#define FETCH_TAILOR_H

#include <stdbool.h>
#include <stdint.h>

#include "fetch/request.h"

/* For whom a handle was told what. All zero: nothing, it is plain. */
struct tailored {
	bool is, elsewhere;
	uint64_t run;
};

/* Must the handle be made plain before it serves this request? */
bool tailor_differs(const struct tailored *tailored, const struct request *request);
/* Tells the handle (CURL *) what the request's job asks for, unless it was told already. */
void tailor(void *easy, const struct request *request, struct tailored *tailored);
/* libcurl answers the server's challenge itself: more than one answer may come. */
bool tailor_answers(const struct request *request);

#endif
