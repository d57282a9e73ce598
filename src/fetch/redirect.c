/* Following a redirect is a step of ours, not of libcurl's: see request_redirect in request.h.
 *
 * libcurl forwards what it was given to any host a server names; here nothing leaves the origin the
 * job speaks of.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetch/auth.h"
#include "fetch/headers.h"
#include "fetch/request.h"
#include "fetch/url.h"

/* RFC 9110 section 15.4: 303 asks for a GET whatever was sent (a HEAD stays one); 301 and 302 do so
 * after a POST, as every client does; 307 and 308 repeat the request as it was. */
static bool becomes_get(const char *method, int status)
{
	if (status == 303)
		return strcmp(method, "GET") != 0 && strcmp(method, "HEAD") != 0;
	return (status == 301 || status == 302) && strcmp(method, "POST") == 0;
}

static void make_get(struct request *request)
{
	free(request->method);
	request->method = xstrdup("GET");
	free(request->body);
	request->body = NULL;
	request->body_len = 0;
	headers_remove(request->headers, "Content-Type");
}

static int check_target(const struct request *request, const char *url, struct err *err)
{
	if (!url_same_origin(request->url, url))
		return err_set(err, -EPERM, "the redirect leads away from %s to another origin",
			       request->host);
	return 0;
}

int request_redirect(struct request *request, int status, const char *location, struct err *err)
{
	unsigned allowed = request->scope->job->max_redirects;
	char *url;

	if (request->hop >= allowed)
		return err_set(err, -EPERM, "more than %u redirects (request.max_redirects)",
			       allowed);
	if (!location)
		return err_set(err, -EPERM, "the redirect does not say where to");
	if (url_resolve(request->url, location, &url, err) < 0) {
		err_within(err, "the redirect's target");
		return -EPERM;
	}
	if (check_target(request, url, err) < 0) {
		free(url);
		return -EPERM;
	}
	free(request->url);
	request->url = url;
	request->hop++;
	if (becomes_get(request->method, status))
		make_get(request);
	return auth_apply(request->scope, request, err) < 0 ? -EPERM : 0;
}
