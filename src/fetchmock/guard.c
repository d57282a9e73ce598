/* Who may ask: see guard.h. */
#include "fetchmock/guard.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"

#define STRING  KEY_TYPE(JSON_STRING)
#define KEY_MAX 4096

void guard_done(struct guard *guard)
{
	free(guard->bearer);
	free(guard->basic);
	free(guard->header);
	free(guard->query);
	free(guard->expected);
	*guard = (struct guard) { 0 };
}

static void replace(char **text, const struct json *value)
{
	free(*text);
	*text = xstrdup(json_str(value));
}

static void read_bearer(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	replace(&((struct guard *)target)->bearer, value);
}

/* RFC 4648 section 4. */
static char *base64(const char *text)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t len = strlen(text);
	char *out = xmalloc((len + 2) / 3 * 4 + 1), *at = out;

	for (size_t i = 0; i < len; i += 3) {
		unsigned bits = (unsigned char)text[i] << 16;

		bits |= i + 1 < len ? (unsigned)(unsigned char)text[i + 1] << 8 : 0;
		bits |= i + 2 < len ? (unsigned char)text[i + 2] : 0;
		*at++ = digits[bits >> 18];
		*at++ = digits[bits >> 12 & 63];
		*at++ = i + 1 < len ? digits[bits >> 6 & 63] : '=';
		*at++ = i + 2 < len ? digits[bits & 63] : '=';
	}
	*at = '\0';
	return out;
}

static void read_user(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
}

static const struct key basic_keys[] = {
	{ "user", STRING, "a name", read_user },
	{ "password", STRING, "a text", read_user },
	{ NULL },
};

static void read_basic(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct guard *guard = target;
	const char *user = json_str(json_get(value, "user"));
	const char *password = json_str(json_get(value, "password"));
	char *both;

	if (!keys_read(reader, pointer, value, basic_keys, target))
		return;
	if (!user || !password) {
		reader_problem(reader, pointer, "basic: give `user` and `password`");
		return;
	}
	both = xasprintf("%s:%s", user, password);
	free(guard->basic);
	guard->basic = base64(both);
	free(both);
}

static void read_header(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	replace(&((struct guard *)target)->header, value);
}

static void read_query(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	replace(&((struct guard *)target)->query, value);
}

static void read_key(struct reader *reader, const char *pointer, const struct json *value,
		     void *target)
{
	replace(&((struct guard *)target)->expected, value);
}

static const struct key guard_keys[] = {
	{ "bearer", STRING, "a token", read_bearer },
	{ "basic", KEY_TYPE(JSON_OBJECT), "a map, {user: NAME, password: TEXT}", read_basic },
	{ "header", STRING, "a header's name", read_header },
	{ "query", STRING, "a query parameter's name", read_query },
	{ "key", STRING, "a text", read_key },
	{ NULL },
};

void guard_load(struct reader *reader, const char *pointer, const struct json *value,
		struct guard *guard)
{
	if (!keys_read(reader, pointer, value, guard_keys, guard))
		return;
	if ((guard->header || guard->query) != (guard->expected != NULL))
		reader_problem(reader, pointer,
			       "auth: a key needs its place, `header` or `query`, and the `key` "
			       "itself");
}

static bool refuse(struct reply *reply, const char *scheme, const char *what, bool sent)
{
	reply_header(reply, "WWW-Authenticate", "%s realm=\"fetchmock\"%s", scheme,
		     sent && strcmp(scheme, "Bearer") == 0 ? ", error=\"invalid_token\"" : "");
	if (sent)
		reply_problem(reply, 401, "the %s is not the right one", what);
	else
		reply_problem(reply, 401, "a %s is needed", what);
	return false;
}

/* Authorization: SCHEME CREDENTIALS, RFC 9110 section 11.6.2. */
static bool authorized(const struct ask *ask, const char *scheme, const char *credentials,
		       bool *sent)
{
	const char *value = ask->header ? ask->header("Authorization", ask->arg) : NULL;
	size_t len = strlen(scheme);

	*sent = value != NULL;
	return value && strncasecmp(value, scheme, len) == 0 && value[len] == ' ' &&
	       strcmp(value + len + 1, credentials) == 0;
}

static bool has_key(const struct guard *guard, const struct ask *ask, bool *sent)
{
	const char *header = NULL;
	struct buf query;
	bool right;

	buf_init(&query, KEY_MAX);
	if (guard->header)
		header = ask->header ? ask->header(guard->header, ask->arg) : NULL;
	else if (query_find(ask->query, guard->query, &query))
		header = buf_text(&query);
	*sent = header != NULL;
	right = header && strcmp(header, guard->expected) == 0;
	buf_done(&query);
	return right;
}

bool guard_allows(const struct guard *guard, const struct ask *ask, struct reply *reply)
{
	bool sent;

	if (guard->bearer && !authorized(ask, "Bearer", guard->bearer, &sent))
		return refuse(reply, "Bearer", "bearer token", sent);
	if (guard->basic && !authorized(ask, "Basic", guard->basic, &sent))
		return refuse(reply, "Basic", "user and password", sent);
	if (guard->expected && !has_key(guard, ask, &sent))
		return refuse(reply, "ApiKey", "key", sent);
	return true;
}
