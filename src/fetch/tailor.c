/* Handles made to measure: see tailor.h. */
#include "fetch/tailor.h"

#include <curl/curl.h>
#include <string.h>

static bool connects_plainly(const struct job *job)
{
	return job->tls.verify && !job->tls.ca && !job->tls.cert && !job->tls.pin &&
	       !job->proxy.url && !job->unix_socket && job->http == JOB_HTTP_1_1;
}

/* To another origin than the job's, which has no business with what the job is there. */
static bool elsewhere(const struct request *request)
{
	return request->errand || request->away;
}

static bool wants(const struct request *request)
{
	return tailor_answers(request) || !connects_plainly(request->scope->job);
}

bool tailor_answers(const struct request *request)
{
	return request->scope->job->auth == JOB_AUTH_DIGEST && !elsewhere(request);
}

/* A try has no number: the next one may be of another job. What goes to another origin goes without
 * credentials. */
bool tailor_differs(const struct tailored *tailored, const struct request *request)
{
	return tailored->is && (tailored->run == 0 || tailored->run != request->scope->run ||
				tailored->elsewhere != elsewhere(request));
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

static void set_key(CURL *easy, const struct request_scope *scope)
{
	char *key = (char *)scope->secrets[JOB_SECRET_TLS_KEY];
	const char *password = scope->secrets[JOB_SECRET_TLS_PASSWORD];
	struct curl_blob blob = { .data = key, .flags = CURL_BLOB_COPY };

	if (key) {
		blob.len = strlen(key);
		curl_easy_setopt(easy, CURLOPT_SSLKEY_BLOB, &blob);
	}
	if (password)
		curl_easy_setopt(easy, CURLOPT_KEYPASSWD, password);
}

/* A login or token endpoint elsewhere is trusted alike, but is not the server whose key is pinned,
 * and not shown our certificate. */
static void set_trust(CURL *easy, const struct request *request)
{
	const struct request_scope *scope = request->scope;
	const struct job_tls *tls = &scope->job->tls;

	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, tls->verify ? 1L : 0L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, tls->verify ? 2L : 0L);
	if (tls->ca)
		curl_easy_setopt(easy, CURLOPT_CAINFO, tls->ca);
	if (elsewhere(request))
		return;
	if (tls->pin)
		curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, tls->pin);
	if (tls->cert) {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, tls->cert);
		set_key(easy, scope);
	}
}

static void set_proxy(CURL *easy, const struct request_scope *scope)
{
	const struct job_proxy *proxy = &scope->job->proxy;

	curl_easy_setopt(easy, CURLOPT_PROXY, proxy->url);
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	if (scope->job->tls.ca)
		curl_easy_setopt(easy, CURLOPT_PROXY_CAINFO, scope->job->tls.ca);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	if (!proxy->user)
		return;
	curl_easy_setopt(easy, CURLOPT_PROXYUSERNAME, proxy->user);
	curl_easy_setopt(easy, CURLOPT_PROXYPASSWORD,
			 scope->secrets[JOB_SECRET_PROXY] ? scope->secrets[JOB_SECRET_PROXY] : "");
}

/* RFC 9113 only where TLS agrees on it, unless it is asked for outright. */
static void set_way(CURL *easy, const struct request *request)
{
	static const long versions[] = { [JOB_HTTP_1_1] = CURL_HTTP_VERSION_1_1,
					 [JOB_HTTP_2] = CURL_HTTP_VERSION_2_0,
					 [JOB_HTTP_AUTO] = CURL_HTTP_VERSION_2TLS };
	const struct job *job = request->scope->job;

	if (job->proxy.url)
		set_proxy(easy, request->scope);
	if (elsewhere(request))
		return;
	if (job->unix_socket)
		curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, job->unix_socket);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, versions[job->http]);
}

void tailor(void *easy, const struct request *request, struct tailored *tailored)
{
	if (tailored->is || !wants(request))
		return;
	set_digest(easy, request);
	set_trust(easy, request);
	set_way(easy, request);
	*tailored = (struct tailored) { .is = true,
					.run = request->scope->run,
					.elsewhere = elsewhere(request) };
}
