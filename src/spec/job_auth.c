/* The rows of a job that say how its requests prove who asks, and the rules between them.
 *
 * Rows of several ways share members: only one way is written, and job->auth says which.
 */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

/* RFC 7617 section 2: a colon would end the user's name. */
static int check_user(const char *user, struct err *err)
{
	for (const char *at = user; *at; at++)
		if (*at == ':' || (unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, -EINVAL,
				       "a user's name has no \":\" and no control byte");
	return 0;
}

int job_check_header(const char *name, struct err *err)
{
	if (!*name || name[strspn(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
					"WXYZ!#$%&'*+-.^_`|~")])
		return err_set(err, -EINVAL, "expected a header's name, \"X-Api-Key\" for example");
	return 0;
}

static bool applies_basic(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_BASIC;
}

static bool applies_digest(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_DIGEST;
}

static bool applies_bearer(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_BEARER;
}

static bool applies_oauth2(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_OAUTH2;
}

static bool applies_session(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_SESSION;
}

static bool applies_key_header(const void *job)
{
	return ((const struct job *)job)->key_place == JOB_KEY_HEADER;
}

static bool applies_key_query(const void *job)
{
	return ((const struct job *)job)->key_place == JOB_KEY_QUERY;
}

static bool applies_key_cookie(const void *job)
{
	return ((const struct job *)job)->key_place == JOB_KEY_COOKIE;
}

static bool applies_api_key(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_API_KEY;
}

static const struct field user_fields[] = {
	{ .name = "user",
	  .type = FIELD_TEXT,
	  .offset = AT(auth_user),
	  .flags = FIELD_REQUIRED,
	  .check = check_user,
	  .help = "the user's name",
	  .example = "anna" },
	{ .name = "password",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .flags = FIELD_REQUIRED,
	  .help = "where the password is",
	  .example = "{credential: api-password}" },
	{ .name = NULL },
};

static const struct field api_key_fields[] = {
	{ .name = "header",
	  .type = FIELD_TEXT,
	  .offset = AT(key_name),
	  .check = job_check_header,
	  .applies = applies_key_header,
	  .help = "the header that carries the key",
	  .example = "X-Api-Key" },
	{ .name = "query",
	  .type = FIELD_TEXT,
	  .offset = AT(key_name),
	  .check = job_check_param,
	  .applies = applies_key_query,
	  .help = "or the query parameter that carries it",
	  .example = "key" },
	{ .name = "cookie",
	  .type = FIELD_TEXT,
	  .offset = AT(key_name),
	  .check = job_check_header,
	  .applies = applies_key_cookie,
	  .help = "or the cookie that carries it",
	  .example = "session" },
	{ .name = "value",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .flags = FIELD_REQUIRED,
	  .help = "where the key is",
	  .example = "{env: API_KEY}" },
	{ .name = NULL },
};

static bool applies_sigv4(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_SIGV4;
}

static bool applies_netrc(const void *job)
{
	return ((const struct job *)job)->auth == JOB_AUTH_NETRC;
}

/* What stands in a credential scope, with "/" between. */
static int check_scope(const char *text, struct err *err)
{
	if (!*text || text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					"0123456789_.-")])
		return err_set(err, -EINVAL, "expected a name, \"eu-west-1\" for example");
	return 0;
}

static const struct field sigv4_fields[] = {
	{ .name = "region",
	  .type = FIELD_TEXT,
	  .offset = AT(sigv4_region),
	  .flags = FIELD_REQUIRED,
	  .check = check_scope,
	  .help = "the region",
	  .example = "eu-west-1" },
	{ .name = "service",
	  .type = FIELD_TEXT,
	  .offset = AT(sigv4_service),
	  .flags = FIELD_REQUIRED,
	  .check = check_scope,
	  .help = "the service's name in signatures",
	  .example = "execute-api" },
	{ .name = "access_key",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_ID]),
	  .flags = FIELD_REQUIRED,
	  .help = "where the access key's name is",
	  .example = "{env: AWS_ACCESS_KEY_ID}" },
	{ .name = "secret_key",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .flags = FIELD_REQUIRED,
	  .help = "where its secret is",
	  .example = "{env: AWS_SECRET_ACCESS_KEY}" },
	{ .name = "session_token",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_SESSION]),
	  .help = "where the session token of temporary credentials is",
	  .example = "{env: AWS_SESSION_TOKEN}" },
	{ .name = NULL },
};

const struct field job_auth_fields[] = {
	{ .name = "basic",
	  .type = FIELD_GROUP,
	  .fields = user_fields,
	  .applies = applies_basic,
	  .help = "user and password (RFC 7617)" },
	{ .name = "digest",
	  .type = FIELD_GROUP,
	  .fields = user_fields,
	  .applies = applies_digest,
	  .help = "user and password, of which only a digest is sent (RFC 7616)" },
	{ .name = "bearer",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .applies = applies_bearer,
	  .help = "where a bearer token is (RFC 6750)",
	  .example = "{file: token.txt}" },
	{ .name = "api_key",
	  .type = FIELD_GROUP,
	  .fields = api_key_fields,
	  .applies = applies_api_key,
	  .help = "a key in a header, in the query or in a cookie" },
	{ .name = "oauth2",
	  .type = FIELD_GROUP,
	  .fields = job_oauth2_fields,
	  .applies = applies_oauth2,
	  .help = "a token from an authorization server (RFC 6749), fetched and renewed by "
		  "fetchd" },
	{ .name = "session",
	  .type = FIELD_GROUP,
	  .fields = job_session_fields,
	  .applies = applies_session,
	  .help = "a login, whose cookies or token go with every request" },
	{ .name = "sigv4",
	  .type = FIELD_GROUP,
	  .fields = sigv4_fields,
	  .applies = applies_sigv4,
	  .help = "a signature with AWS credentials (version 4)" },
	{ .name = "netrc",
	  .type = FIELD_SECRET,
	  .offset = AT(secrets[JOB_SECRET_AUTH]),
	  .applies = applies_netrc,
	  .help = "where a netrc file is; the url's host must be in it",
	  .example = "{file: /etc/fetchd/netrc}" },
	{ .name = NULL },
};

/* Which way was written; the rows only fill what they share. */
static const struct {
	const char *pointer;
	enum job_auth auth;
} kinds[] = {
	{ "/auth/basic", JOB_AUTH_BASIC },   { "/auth/digest", JOB_AUTH_DIGEST },
	{ "/auth/bearer", JOB_AUTH_BEARER }, { "/auth/api_key", JOB_AUTH_API_KEY },
	{ "/auth/oauth2", JOB_AUTH_OAUTH2 }, { "/auth/session", JOB_AUTH_SESSION },
	{ "/auth/sigv4", JOB_AUTH_SIGV4 },   { "/auth/netrc", JOB_AUTH_NETRC },
};

static const struct {
	const char *pointer;
	enum job_key_place place;
} places[] = {
	{ "/auth/api_key/header", JOB_KEY_HEADER },
	{ "/auth/api_key/query", JOB_KEY_QUERY },
	{ "/auth/api_key/cookie", JOB_KEY_COOKIE },
};

#define LEN(list) (sizeof(list) / sizeof((list)[0]))

void job_auth_settle(struct job *job)
{
	for (size_t i = 0; i < LEN(kinds); i++)
		if (job_written(job->document, kinds[i].pointer))
			job->auth = kinds[i].auth;
	for (size_t i = 0; i < LEN(places); i++)
		if (job_written(job->document, places[i].pointer))
			job->key_place = places[i].place;
}

/* What is not set is not told: of a dozen ways one was written. */
static struct json *without_nulls(const struct json *map)
{
	struct json *less = json_new_object();

	for (struct json_member m = json_first(map); m.key; m = json_next(m)) {
		if (json_type(m.value) == JSON_OBJECT)
			json_put(less, m.key, without_nulls(m.value));
		else if (json_type(m.value) != JSON_NULL)
			json_put(less, m.key, json_copy(m.value));
	}
	return less;
}

struct json *job_auth_shown(const struct job *job)
{
	struct json *shown, *less;

	if (job->auth == JOB_AUTH_NONE)
		return NULL;
	shown = fields_show(job_auth_fields, job);
	less = without_nulls(shown);
	json_unref(shown);
	return less;
}

/* The rules. */

static bool two_auths(const struct job *job, const struct json *definition)
{
	int n = 0;

	for (size_t i = 0; i < LEN(kinds); i++)
		n += job_written(definition, kinds[i].pointer);
	return n > 1;
}

static int key_places(const struct json *definition)
{
	int n = 0;

	for (size_t i = 0; i < LEN(places); i++)
		n += job_written(definition, places[i].pointer);
	return n;
}

static bool key_nowhere(const struct job *job, const struct json *definition)
{
	return json_type(json_find(definition, "/auth/api_key")) == JSON_OBJECT &&
	       key_places(definition) == 0;
}

static bool key_twice(const struct job *job, const struct json *definition)
{
	return key_places(definition) > 1;
}

static bool proves_nothing(const struct job *job, const struct json *definition)
{
	return json_type(json_find(definition, "/auth/oauth2")) == JSON_OBJECT &&
	       !job_written(definition, "/auth/oauth2/client_secret") &&
	       !job_written(definition, "/auth/oauth2/refresh_token");
}

static bool no_login(const struct job *job, const struct json *definition)
{
	return json_type(json_find(definition, "/auth/session")) == JSON_OBJECT &&
	       job_written(definition, "/auth/session/json") ==
		       job_written(definition, "/auth/session/form");
}

static bool header_without_token(const struct job *job, const struct json *definition)
{
	return job_written(definition, "/auth/session/header") &&
	       !job_written(definition, "/auth/session/token");
}

const struct job_rule job_auth_rules[] = {
	{ "/auth/oauth2", proves_nothing, "required: client_secret, refresh_token, or both" },
	{ "/auth/session", no_login,
	  "required: json or form, what the login sends, "
	  "{username: \"${user}\", password: \"${password}\"} for example" },
	{ "/auth/session/header", header_without_token,
	  "a header carries the token; say with token where it is in the login's answer" },
	{ "/auth", two_auths, "give one way only, basic, bearer or api_key for example" },
	{ "/auth/api_key", key_nowhere,
	  "required: header, query or cookie, the name of what carries the key" },
	{ "/auth/api_key", key_twice,
	  "the key goes into one place only: a header, the query or a cookie" },
	{ .pointer = NULL },
};
