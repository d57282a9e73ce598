/* Headers and credentials of a curl command line. What a browser sends of itself is left out, and
 * what identifies somebody becomes `auth:`. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "import/curl_line.h"

/* Which page asked, in which window, of which browser: no API needs it. And what fetchd says. */
static const char *const noise[] = { "sec-",
				     "accept-encoding",
				     "accept-language",
				     "cache-control",
				     "pragma",
				     "priority",
				     "dnt",
				     "connection",
				     "content-length",
				     "te",
				     "upgrade-insecure-requests",
				     "if-none-match",
				     "if-modified-since",
				     NULL };

static bool is_noise(const char *name)
{
	for (const char *const *word = noise; *word; word++) {
		size_t len = strlen(*word);

		if (strncasecmp(name, *word, len) == 0 &&
		    (name[len] == '\0' || (*word)[len - 1] == '-'))
			return true;
	}
	return false;
}

/* Lower case without "-" and "_". */
static char *folded(struct slice name)
{
	char *text = xmalloc(name.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c != '-' && c != '_')
			text[len++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	text[len] = '\0';
	return text;
}

static bool holds(const char *text, const char *const *parts)
{
	for (; *parts; parts++)
		if (strstr(text, *parts))
			return true;
	return false;
}

static bool is_one(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

bool curl_is_secret(struct slice name)
{
	static const char *const parts[] = { "token",  "secret",   "apikey", "authkey",
					     "passwd", "password", NULL };
	static const char *const words[] = { "key",    "auth",  "authorization", "cookie", "sig",
					     "appkey", "appid", "signature",     NULL };
	static const char *const places[] = { "pagetoken", "nexttoken", "synctoken",
					      "continuationtoken", NULL }; /* in a list */
	char *text = folded(name);
	bool secret = (holds(text, parts) || is_one(text, words)) && !holds(text, places);

	free(text);
	return secret;
}

void curl_auth(struct curl_line *line, const char *what, struct json *auth)
{
	if (json_has(line->draft->job, "auth")) {
		draft_note(line->draft,
			   "%s is one more credential, and a job has one: it was left out", what);
		json_unref(auth);
		return;
	}
	json_put(line->draft->job, "auth", auth);
}

const char *curl_header(const struct curl_line *line, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < json_len(line->headers); i++) {
		const char *header = json_str(json_at(line->headers, i));

		if (strncasecmp(header, name, len) == 0 && header[len] == ':')
			return header + len + 1 + strspn(header + len + 1, " \t");
	}
	return NULL;
}

static void put_secret_header(struct curl_line *line, const char *name, const char *value)
{
	struct json *auth = json_new_object(), *key;

	if (json_has(line->draft->job, "auth")) {
		curl_auth(line, name, auth);
		return;
	}
	if (strcasecmp(name, "Authorization") == 0 && strncasecmp(value, "Bearer ", 7) == 0) {
		json_put(auth, "bearer", draft_secret(line->draft, "token", value + 7));
	} else {
		key = json_put(auth, "api_key", json_new_object());
		json_put_str(key, "header", name);
		json_put(key, "value", draft_secret(line->draft, "key", value));
	}
	curl_auth(line, name, auth);
}

/* "Name: value"; "Name;" is curl's for an empty one, "Name:" takes one of its own away. */
static void put_header(struct curl_line *line, const char *header)
{
	size_t len = strcspn(header, ":;");
	const char *value = header[len] ? header + len + 1 : "";
	char *name = xstrndup(header, len);

	value += strspn(value, " \t");
	if (strcasecmp(name, "Host") == 0)
		draft_note(line->draft, "the header Host was left out: it is the address's");
	else if (*value && !is_noise(name) && curl_is_secret(slice_of(name)))
		put_secret_header(line, name, value);
	else if (*value && !is_noise(name))
		json_put(draft_map(draft_map(line->draft->job, "request"), "headers"), name,
			 draft_constant(slice_of(value)));
	free(name);
}

void curl_headers(struct curl_line *line)
{
	for (size_t i = 0; i < json_len(line->headers); i++)
		put_header(line, json_str(json_at(line->headers, i)));
}
