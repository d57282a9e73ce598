/* URLs through libcurl's parser: see url.h. This is one of libcurl's doors; what only moves bytes
 * of a query about is in url_query.c. */
#include "fetch/url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"

static char *part(CURLU *handle, CURLUPart what, unsigned flags)
{
	char *text = NULL;

	return curl_url_get(handle, what, &text, flags) == CURLUE_OK ? text : NULL;
}

static CURLU *parsed(const char *url)
{
	CURLU *handle = curl_url();

	if (handle && curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK)
		return handle;
	curl_url_cleanup(handle);
	return NULL;
}

static bool has_control_bytes(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return true;
	return false;
}

static bool web_scheme(CURLU *handle)
{
	char *scheme = part(handle, CURLUPART_SCHEME, 0);
	bool web = scheme && (strcasecmp(scheme, "http") == 0 || strcasecmp(scheme, "https") == 0);

	curl_free(scheme);
	return web;
}

/* Host names compare without case (RFC 3986 section 6.2.2.1); libcurl leaves them as they came. */
static void lower_host(CURLU *handle)
{
	char *host = part(handle, CURLUPART_HOST, 0);

	for (char *p = host; p && *p; p++) {
		if (isupper((unsigned char)*p)) {
			for (; *p; p++)
				*p = (char)tolower((unsigned char)*p);
			curl_url_set(handle, CURLUPART_HOST, host, 0);
			break;
		}
	}
	curl_free(host);
}

static int resolve(CURLU *handle, const char *base, const char *reference, char **url,
		   struct err *err)
{
	unsigned lax = CURLU_ALLOW_SPACE | CURLU_URLENCODE;
	CURLUcode code = CURLUE_OK;
	char *text;

	if (base)
		code = curl_url_set(handle, CURLUPART_URL, base, 0);
	if (code == CURLUE_OK)
		code = curl_url_set(handle, CURLUPART_URL, reference, lax);
	if (code == CURLUE_UNSUPPORTED_SCHEME || (code == CURLUE_OK && !web_scheme(handle)))
		return err_set(err, -EINVAL, "only http and https URLs can be fetched");
	if (code != CURLUE_OK)
		return err_set(err, -EINVAL, "not a URL: %s", curl_url_strerror(code));
	lower_host(handle);
	curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
	text = part(handle, CURLUPART_URL, CURLU_NO_DEFAULT_PORT | CURLU_URLENCODE);
	if (!text || strlen(text) > URL_MAX) {
		curl_free(text);
		return err_set(err, -EINVAL, "the URL is longer than %d bytes", URL_MAX);
	}
	*url = xstrdup(text);
	curl_free(text);
	return 0;
}

int url_resolve(const char *base, const char *reference, char **url, struct err *err)
{
	CURLU *handle;
	int rc;

	if (has_control_bytes(reference))
		return err_set(err, -EINVAL, "a URL may not hold control characters");
	if (strlen(reference) > URL_MAX)
		return err_set(err, -EINVAL, "the URL is longer than %d bytes", URL_MAX);
	handle = curl_url();
	if (!handle)
		return err_set(err, -ENOMEM, "no memory for a URL");
	rc = resolve(handle, base, reference, url, err);
	curl_url_cleanup(handle);
	return rc;
}

char *url_host(const char *url)
{
	CURLU *handle = parsed(url);
	char *host, *port, *both = NULL;

	if (!handle)
		return NULL;
	host = part(handle, CURLUPART_HOST, 0);
	port = part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT);
	if (host && port)
		both = xasprintf("%s:%s", host, port);
	for (char *p = both; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(handle);
	return both;
}

static bool same_scheme(const char *a, const char *b)
{
	size_t len = strcspn(a, ":");

	return len == strcspn(b, ":") && strncasecmp(a, b, len) == 0;
}

bool url_same_origin(const char *a, const char *b)
{
	char *host_a, *host_b;
	bool same;

	if (!same_scheme(a, b))
		return false;
	host_a = url_host(a);
	host_b = url_host(b);
	same = host_a && host_b && strcmp(host_a, host_b) == 0;
	free(host_a);
	free(host_b);
	return same;
}
