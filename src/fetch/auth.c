/* Authentication of a request: see auth.h. */
#include "fetch/auth.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetch/headers.h"
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

static int apply_basic(const struct request_scope *scope, struct request *request, struct err *err)
{
	const char *user = scope->job->auth_user ? scope->job->auth_user : "";
	char *pair, *coded, *value;
	int rc;

	if (strchr(user, ':')) /* RFC 7617 section 2 */
		return err_set(err, -EINVAL, "the user name may not hold a colon");
	pair = xasprintf("%s:%s", user, scope->secret);
	coded = base64(pair);
	value = xasprintf("Basic %s", coded);
	rc = set_header(request, "Authorization", value, err);
	forget(pair);
	forget(coded);
	forget(value);
	return rc;
}

static int apply_bearer(const struct request_scope *scope, struct request *request, struct err *err)
{
	char *value = xasprintf("Bearer %s", scope->secret);
	int rc = set_header(request, "Authorization", value, err);

	forget(value);
	return rc;
}

static int apply_key(const struct request_scope *scope, struct request *request, struct err *err)
{
	const struct job *job = scope->job;
	char *url;

	if (job->key_place == JOB_KEY_HEADER)
		return set_header(request, job->key_name, scope->secret, err);
	url = url_with_query(request->url, job->key_name, scope->secret);
	forget(request->url); /* the key may stand in it already, after a redirect */
	request->url = url;
	return 0;
}

const struct auth_type auths[] = {
	{ "basic", "user and password (RFC 7617)", JOB_AUTH_BASIC, apply_basic },
	{ "bearer", "a token in the Authorization header (RFC 6750)", JOB_AUTH_BEARER,
	  apply_bearer },
	{ "api_key", "a key in a header or a query parameter", JOB_AUTH_API_KEY, apply_key },
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

	if (!row)
		return 0;
	if (!scope->secret || !*scope->secret)
		rc = err_set(err, -EINVAL, "the secret is missing");
	else
		rc = row->apply(scope, request, err);
	if (rc < 0)
		err_within(err, "auth.%s", row->name);
	return rc;
}
