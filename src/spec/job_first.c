/* First requests: see job_first.h. */
#include "spec/job_first.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

/* What such a job is asked for itself. */
static const char *const own[] = { "request", "records", "pages", NULL };
/* What it has from the job whose parameter it is for. */
static const char *const taken[] = { "engine", "retry", "limits", "response", NULL };
/* What a request has of itself, so that nothing of the job's own stands in for it. */
static const char *const personal[] = { "url",  "method", "headers", "query", "text",
					"json", "form",   "graphql", "body",  NULL };

static void copy(struct json *to, const struct json *from, const char *const *keys)
{
	for (; *keys; keys++)
		if (json_has(from, *keys))
			json_put(to, *keys, json_copy(json_get(from, *keys)));
}

/* "https://host:1": all before the path of an address. */
static size_t origin_length(const char *url)
{
	const char *host = strstr(url, "://");

	return host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
}

/* Credentials stay where they belong. */
static bool same_origin(const struct json *a, const struct json *b)
{
	const char *x = json_str(json_get(a, "url")), *y = json_str(json_get(b, "url"));
	size_t len = x ? origin_length(x) : 0;

	return len > 0 && y && origin_length(y) == len && strncasecmp(x, y, len) == 0;
}

static struct json *request_of(const struct json *job, const struct json *first)
{
	struct json *request = json_type(job) == JSON_OBJECT ? json_copy(job) : json_new_object();

	for (const char *const *key = personal; *key; key++)
		if (json_has(request, *key))
			json_remove(request, *key);
	for (struct json_member m = json_first(first); m.key; m = json_next(m))
		json_put(request, m.key, json_copy(m.value));
	return request;
}

struct json *job_first_definition(const struct json *definition, const char *param)
{
	const struct json *ask = json_get(json_get(definition, "params"), param);
	const struct json *request = json_get(definition, "request");
	struct json *first, *output;

	if (!json_has(ask, "request"))
		return NULL;
	first = json_new_object();
	copy(first, ask, own);
	copy(first, definition, taken);
	json_put(first, "request", request_of(request, json_get(ask, "request")));
	if (json_has(definition, "auth") && same_origin(request, json_get(ask, "request")))
		json_put(first, "auth", json_copy(json_get(definition, "auth")));
	output = json_put(first, "output", json_new_object());
	json_put_str(output, "format", "jsonl");
	return first;
}

bool job_asks_first(const struct json *definition)
{
	for (struct json_member m = json_first(json_get(definition, "params")); m.key;
	     m = json_next(m))
		if (json_has(m.value, "request"))
			return true;
	return false;
}

void job_check_first(const char *param, const struct json *ask, const struct walk *walk)
{
	struct json *first = json_new_object();
	struct job_source source = { .name = "first", .definition = first, .doc = walk->doc };
	char *base = xasprintf("%s/params/%s", walk->base, param);
	char *fallback = walk->fallback ? xasprintf("%s/params/%s", walk->fallback, param) : NULL;

	copy(first, ask, own);
	source.base = base;
	source.fallback = fallback;
	source.strict_paths = true;
	job_unref(job_read(&source, walk->problems));
	json_unref(first);
	free(base);
	free(fallback);
}
