/* From FILE.yaml to the routes of a mock API: the keys at its top, and what depends on the whole.
 *
 * Every problem of the file is gathered with its place; an API with a problem is not served.
 */
#include "fetchmock/load.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchmock/api.h"
#include "fetchmock/seed.h"

#define DEFAULT_LISTEN "127.0.0.1:3000"
#define DEFAULT_SEED   1
#define STRING         KEY_TYPE(JSON_STRING)

/* What the top of the file fills. */
struct draft {
	struct api *api;
	struct delay delay; /* of routes without their own */
};

static void read_seed(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	int64_t seed = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 0, INT64_MAX }, &seed))
		((struct draft *)target)->api->seed = (uint64_t)seed;
}

static void read_listen(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	struct api *api = ((struct draft *)target)->api;

	free(api->listen);
	api->listen = xstrdup(json_str(value));
}

static void read_default_delay(struct reader *reader, const char *pointer, const struct json *value,
			       void *target)
{
	load_delay(reader, pointer, value, &((struct draft *)target)->delay);
}

static void read_routes(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	struct api *api = ((struct draft *)target)->api;

	api->routes = xcalloc(json_len(value) + 1, sizeof(*api->routes));
	for (size_t i = 0; i < json_len(value); i++) {
		char *at = pointer_element(pointer, i);

		load_route(reader, at, json_at(value, i), &api->routes[api->nroutes++]);
		free(at);
	}
}

static const struct key api_keys[] = {
	{ "seed", 0, NULL, read_seed },
	{ "listen", STRING, "HOST:PORT or unix:PATH", read_listen },
	{ "delay", 0, NULL, read_default_delay },
	{ "routes", KEY_TYPE(JSON_ARRAY), "a list of routes", read_routes },
	{ NULL },
};

static void override(struct api *api, const struct api_overrides *overrides)
{
	if (overrides->seed)
		api->seed = *overrides->seed;
	if (overrides->listen) {
		free(api->listen);
		api->listen = xstrdup(overrides->listen);
	}
}

/* What depends on the whole file: seeds and default delays. */
static void finish(struct draft *draft, const struct api_overrides *overrides)
{
	struct api *api = draft->api;

	override(api, overrides);
	for (size_t i = 0; i < api->nroutes; i++) {
		struct route *route = &api->routes[i];

		route->seed = seed_number(seed_text(api->seed, slice_of(route->path)), i);
		if (route->dataset)
			route->dataset->seed = seed_text(api->seed, slice_of(route->dataset->name));
		if (overrides->delay)
			route->delay = *overrides->delay;
		else if (!route->delay.set)
			route->delay = draft->delay;
	}
}

static struct api *read_api(const struct doc *doc, const struct api_overrides *overrides,
			    struct problems *problems)
{
	struct draft draft = { .api = xcalloc(1, sizeof(*draft.api)) };
	struct reader reader = { doc, problems };
	size_t before = problems->len + problems->dropped;

	draft.api->seed = DEFAULT_SEED;
	draft.api->listen = xstrdup(DEFAULT_LISTEN);
	keys_read(&reader, "", doc_root(doc), api_keys, &draft);
	if (problems->len + problems->dropped > before) {
		api_free(draft.api);
		return NULL;
	}
	finish(&draft, overrides);
	return draft.api;
}

struct api *api_load(const char *file, const struct api_overrides *overrides,
		     struct problems *problems)
{
	struct err err = ERR_INIT;
	struct doc *doc;
	struct api *api;

	if (doc_read(file, &doc, &err)) {
		problems_add(problems, NULL, "", "%s", err.text);
		return NULL;
	}
	api = read_api(doc, overrides, problems);
	doc_free(doc);
	return api;
}

struct api *api_parse(const char *file, const char *text, const struct api_overrides *overrides,
		      struct problems *problems)
{
	struct err err = ERR_INIT;
	struct doc *doc;
	struct api *api;

	if (doc_parse(file, doc_syntax_of(file), slice_of(text), &doc, &err)) {
		problems_add(problems, NULL, "", "%s", err.text);
		return NULL;
	}
	api = read_api(doc, overrides, problems);
	doc_free(doc);
	return api;
}

void api_free(struct api *api)
{
	if (!api)
		return;
	for (size_t i = 0; i < api->nroutes; i++)
		route_done(&api->routes[i]);
	free(api->routes);
	free(api->listen);
	free(api);
}
