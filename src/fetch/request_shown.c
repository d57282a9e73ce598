/* Requests as they may be shown: everywhere but on the wire a secret is "***".
 *
 * What a job keeps secret is looked for as it is and percent-encoded, wherever it stands.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "fetch/headers.h"
#include "fetch/request.h"
#include "fetch/url.h"

#define SECRET_SHORTEST 4 /* of what is searched for: "1" would be found in every URL */

/* Puts "***" where `hidden` stands in the text; takes and gives an allocated one. */
static char *without_text(char *text, const char *hidden)
{
	size_t len = strlen(hidden);
	struct buf out;
	char *from = text, *at;

	if (len < SECRET_SHORTEST || !strstr(text, hidden))
		return text;
	buf_init(&out, strlen(text) * 2); /* "***" is shorter than what it stands for */
	for (; (at = strstr(from, hidden)); from = at + len) {
		buf_add(&out, from, (size_t)(at - from));
		buf_add(&out, "***", 3);
	}
	buf_add(&out, from, strlen(from));
	free(text);
	text = buf_take(&out);
	buf_done(&out);
	return text;
}

/* A server may repeat what it was sent, in any parameter of a redirect or of a next link. */
static char *without_secret(char *url, const char *secret)
{
	struct buf encoded;

	buf_init(&encoded, strlen(secret) * 3);
	if (url_encode(slice_of(secret), &encoded) == 0)
		url = without_text(url, buf_text(&encoded));
	if (encoded.len > 0)
		explicit_bzero(encoded.data, encoded.len);
	buf_done(&encoded);
	return without_text(url, secret);
}

char *request_text_shown(const struct request_scope *scope, char *text)
{
	for (int i = 0; i < JOB_SECRET__COUNT; i++)
		if (scope->secrets[i])
			text = without_secret(text, scope->secrets[i]);
	return text;
}

char *request_url_shown(const struct request *request, const char *url)
{
	const struct job *job = request->scope->job;
	bool key = job->auth == JOB_AUTH_API_KEY && job->key_place == JOB_KEY_QUERY;
	char *shown = url_masked(url, key ? job->key_name : NULL);

	shown = request_text_shown(request->scope, shown);
	return request->token ? without_secret(shown, request->token) : shown;
}

/* Headers whose value is nobody's business, whatever is in it. */
static bool is_private(const struct job *job, const char *name)
{
	static const char *const names[] = { "Authorization", "Proxy-Authorization", "Cookie",
					     "X-Amz-Security-Token" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i], name) == 0)
			return true;
	if (job->auth == JOB_AUTH_SESSION && job->session.header)
		return strcasecmp(job->session.header, name) == 0;
	return job->auth == JOB_AUTH_API_KEY && job->key_place == JOB_KEY_HEADER &&
	       strcasecmp(job->key_name, name) == 0;
}

struct json *request_headers_shown(const struct request *request)
{
	struct json *shown = json_new_object();

	for (char **line = request->headers; line && *line; line++) {
		const char *colon = strchr(*line, ':');
		char *name = xstrndup(*line, (size_t)(colon - *line));
		char *value = xstrdup(colon + 1 + strspn(colon + 1, " "));

		if (is_private(request->scope->job, name)) {
			json_put_str(shown, name, "***");
			explicit_bzero(value, strlen(value));
		} else {
			value = request_text_shown(request->scope, value);
			json_put_str(shown, name, value);
		}
		free(value);
		free(name);
	}
	return shown;
}
