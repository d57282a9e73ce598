/* Handles made to measure: see tailor.h. */
#include "fetch/tailor.h"

#include <curl/curl.h>

static bool wants(const struct request *request)
{
	return tailor_answers(request);
}

bool tailor_answers(const struct request *request)
{
	return request->scope->job->auth == JOB_AUTH_DIGEST && !request->away;
}

/* A try has no number: the next one may be of another job. What goes to another origin goes without
 * credentials. */
bool tailor_differs(const struct tailored *tailored, const struct request *request)
{
	return tailored->is &&
	       (tailored->run == 0 || tailored->run != request->scope->run || request->away);
}

/* RFC 7616. A first request goes out without a body, to be challenged; libcurl keeps the challenge
 * with the handle, so that further requests need no second round. */
static void set_digest(CURL *easy, const struct request *request)
{
	const struct request_scope *scope = request->scope;

	if (!tailor_answers(request))
		return;
	curl_easy_setopt(easy, CURLOPT_HTTPAUTH, (long)CURLAUTH_DIGEST);
	curl_easy_setopt(easy, CURLOPT_USERNAME, scope->job->auth_user);
	curl_easy_setopt(easy, CURLOPT_PASSWORD, scope->secrets[JOB_SECRET_AUTH]);
}

void tailor(void *easy, const struct request *request, struct tailored *tailored)
{
	if (tailored->is || !wants(request))
		return;
	set_digest(easy, request);
	*tailored = (struct tailored) { .is = true, .run = request->scope->run };
}
