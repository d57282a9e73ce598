/* Authentication of a request: see auth.h. */
#include "fetch/auth.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetch/headers.h"
#include "fetch/netrc.h"
#include "fetch/sigv4.h"
#include "fetch/url.h"

static void forget(char *secret)
{
	explicit_bzero(secret, strlen(secret));
	free(secret);
}

static int set_header(struct request *request, const char *name, const char *value, struct err *err)
{
	headers_remove(request->headers, name);
	return headers_add(&request->headers, name, value, err);
}

/* RFC 4648 section 4. */
static char *base64(const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text);
	char *out = xmalloc((len + 2) / 3 * 4 + 1), *to = out;

	for (size_t i = 0; i < len; i += 3) {
		size_t left = len - i;
		uint32_t bits = (uint32_t)(unsigned char)text[i] << 16;

		bits |= left > 1 ? (uint32_t)(unsigned char)text[i + 1] << 8 : 0;
		bits |= left > 2 ? (uint32_t)(unsigned char)text[i + 2] : 0;
		*to++ = digits[bits >> 18];
		*to++ = digits[bits >> 12 & 63];
		*to++ = left > 1 ? digits[bits >> 6 & 63] : '=';
		*to++ = left > 2 ? digits[bits & 63] : '=';
	}
	*to = '\0';
	return out;
}

int auth_basic(struct request *request, const char *user, const char *password, struct err *err)
{
	char *pair, *coded, *value;
	int rc;

	if (strchr(user, ':')) /* RFC 7617 section 2 */
		return err_set(err, -EINVAL, "the user name may not hold a colon");
	pair = xasprintf("%s:%s", user, password);
	coded = base64(pair);
	value = xasprintf("Basic %s", coded);
	rc = set_header(request, "Authorization", value, err);
	forget(pair);
	forget(coded);
	forget(value);
	return rc;
}

static int apply_basic(const struct request_scope *scope, struct request *request, struct err *err)
{
	const char *user = scope->job->auth_user ? scope->job->auth_user : "";

	return auth_basic(request, user, scope->secrets[JOB_SECRET_AUTH], err);
}

/* The answer to the server's challenge is libcurl's part: see tailor.c. */
static int apply_digest(const struct request_scope *scope, struct request *request, struct err *err)
{
	return 0;
}

int auth_bearer(struct request *request, const char *token, struct err *err)
{
	char *value = xasprintf("Bearer %s", token);
	int rc = set_header(request, "Authorization", value, err);

	forget(value);
	return rc;
}

static int apply_bearer(const struct request_scope *scope, struct request *request, struct err *err)
{
	return auth_bearer(request, scope->secrets[JOB_SECRET_AUTH], err);
}

/* The next "name=value" of a Cookie header. */
static bool next_cookie(const char **at, struct slice *pair)
{
	*at += strspn(*at, "; ");
	*pair = (struct slice) { *at, strcspn(*at, ";") };
	*at += pair->len;
	return pair->len > 0;
}

static struct slice cookie_name(struct slice pair)
{
	const char *equals = memchr(pair.ptr, '=', pair.len);

	return (struct slice) { pair.ptr, equals ? (size_t)(equals - pair.ptr) : pair.len };
}

static bool has_cookie(const char *cookies, struct slice name)
{
	struct slice pair;

	while (next_cookie(&cookies, &pair))
		if (slice_equal(cookie_name(pair), name))
			return true;
	return false;
}

int auth_cookies(struct request *request, const char *cookies, struct err *err)
{
	const char *others = headers_find(request->headers, "Cookie");
	struct slice pair;
	struct buf line;
	int rc;

	buf_init(&line, strlen(cookies) + (others ? strlen(others) : 0) + 3);
	while (others && next_cookie(&others, &pair))
		if (!has_cookie(cookies, cookie_name(pair)))
			buf_addf(&line, "%s%.*s", line.len ? "; " : "", (int)pair.len, pair.ptr);
	buf_addf(&line, "%s%s", line.len ? "; " : "", cookies);
	rc = set_header(request, "Cookie", buf_text(&line), err);
	explicit_bzero(line.data, line.len);
	buf_done(&line);
	return rc;
}

/* RFC 6265 section 4.1.1: what a cookie's value may be made of. */
static int add_cookie(struct request *request, const char *name, const char *value, struct err *err)
{
	char *cookie;
	int rc;

	for (const char *at = value; *at; at++)
		if (*at <= ' ' || strchr("\",;\\\x7f", *at))
			return err_set(err, -EINVAL,
				       "the key holds a byte that no cookie can carry");
	cookie = xasprintf("%s=%s", name, value);
	rc = auth_cookies(request, cookie, err);
	forget(cookie);
	return rc;
}

static int apply_key(const struct request_scope *scope, struct request *request, struct err *err)
{
	const struct job *job = scope->job;
	char *url;

	if (job->key_place == JOB_KEY_HEADER)
		return set_header(request, job->key_name, scope->secrets[JOB_SECRET_AUTH], err);
	if (job->key_place == JOB_KEY_COOKIE)
		return add_cookie(request, job->key_name, scope->secrets[JOB_SECRET_AUTH], err);
	url = url_with_query(request->url, job->key_name, scope->secrets[JOB_SECRET_AUTH]);
	forget(request->url); /* the key may stand in it already, after a redirect */
	request->url = url;
	return 0;
}

/* The host of a normalised URL, without its port. */
static char *host_name(const char *url)
{
	const char *at = strstr(url, "://");
	size_t len;

	at = at ? at + 3 : url;
	len = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?");
	return xstrndup(at, len);
}

static int apply_netrc(const struct request_scope *scope, struct request *request, struct err *err)
{
	struct netrc_entry entry;
	char *host = host_name(request->url);
	int rc;

	if (netrc_find(scope->secrets[JOB_SECRET_AUTH], host, &entry)) {
		rc = auth_basic(request, entry.login, entry.password, err);
		free(request->token);
		request->token = xstrdup(entry.password);
	} else {
		rc = err_set(err, -EINVAL, "the netrc file has no password for the host %s", host);
	}
	explicit_bzero(&entry, sizeof(entry));
	free(host);
	return rc;
}

const struct auth_type auths[] = {
	{ "basic", "user and password (RFC 7617)", JOB_AUTH_BASIC, apply_basic },
	{ "digest", "user and password, of which a digest is sent (RFC 7616)", JOB_AUTH_DIGEST,
	  apply_digest },
	{ "bearer", "a token in the Authorization header (RFC 6750)", JOB_AUTH_BEARER,
	  apply_bearer },
	{ "api_key", "a key in a header, a query parameter or a cookie", JOB_AUTH_API_KEY,
	  apply_key },
	{ "oauth2", "a token from an authorization server (RFC 6749)", JOB_AUTH_OAUTH2, NULL },
	{ "session", "cookies or a token from a login", JOB_AUTH_SESSION, NULL },
	{ "sigv4", "a signature with AWS credentials (version 4)", JOB_AUTH_SIGV4, NULL },
	{ "netrc", "user and password of the host in a netrc file", JOB_AUTH_NETRC, apply_netrc },
	{ .name = NULL },
};

static const struct auth_type *type_of(enum job_auth kind)
{
	for (const struct auth_type *row = auths; row->name; row++)
		if (row->kind == kind)
			return row;
	return NULL;
}

int auth_apply(const struct request_scope *scope, struct request *request, struct err *err)
{
	const struct auth_type *row = type_of(scope->job->auth);
	int rc;

	if (!row || !row->apply || request->away)
		return 0;
	if (!scope->secrets[JOB_SECRET_AUTH] || !*scope->secrets[JOB_SECRET_AUTH])
		rc = err_set(err, -EINVAL, "the secret is missing");
	else
		rc = row->apply(scope, request, err);
	if (rc < 0)
		err_within(err, "auth.%s", row->name);
	return rc;
}

int auth_sign(struct request *request, int64_t now_ms, struct err *err)
{
	const struct request_scope *scope = request->scope;
	struct sigv4 with = {
		.region = scope->job->sigv4_region,
		.service = scope->job->sigv4_service,
		.id = scope->secrets[JOB_SECRET_ID],
		.secret = scope->secrets[JOB_SECRET_AUTH],
		.session = scope->secrets[JOB_SECRET_SESSION],
		.now_ms = now_ms,
	};
	int rc;

	if (scope->job->auth != JOB_AUTH_SIGV4 || request->away)
		return 0;
	rc = sigv4_sign(request, &with, err);
	if (rc < 0)
		err_within(err, "auth.sigv4");
	return rc;
}
