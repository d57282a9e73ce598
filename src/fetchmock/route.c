/* Routes: matching a path segment by segment, with variables and the values they may have. */
#include "fetchmock/route.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchmock/ask.h"

const char *const route_need_names[] = { "text", "natural", "integer", NULL };

void route_init(struct route *route)
{
	*route = (struct route) { .method = xstrdup("GET"), .status = 200 };
}

static void free_whens(struct route *route)
{
	for (size_t i = 0; i < route->nwhens; i++) {
		for (size_t k = 0; k < route->whens[i].nvalues; k++)
			free(route->whens[i].values[k]);
		free(route->whens[i].values);
		free(route->whens[i].name);
	}
	free(route->whens);
}

void route_done(struct route *route)
{
	free_whens(route);
	for (size_t i = 0; i < route->nsegments; i++)
		free(route->segments[i].text);
	for (size_t i = 0; i < route->nqueries; i++)
		free(route->queries[i].name);
	for (size_t i = 0; i < route->nheaders; i++) {
		free(route->headers[i].name);
		body_free(route->headers[i].value);
	}
	free(route->queries);
	free(route->headers);
	free(route->method);
	free(route->path);
	body_free(route->body);
	free(route->content_type);
	dataset_free(route->dataset);
	guard_done(&route->guard);
	free(route->faults);
	*route = (struct route) { 0 };
}

bool route_has_variable(const struct route *route, const char *name)
{
	for (size_t i = 0; i < route->nsegments; i++)
		if (route->segments[i].variable && strcmp(route->segments[i].text, name) == 0)
			return true;
	return false;
}

static int add_segment(struct route *route, const char *text, size_t len, struct err *err)
{
	bool variable = len > 2 && text[0] == '{' && text[len - 1] == '}';
	char *name = xstrndup(text + variable, len - 2 * (size_t)variable);
	int rc = 0;

	if (strpbrk(name, "{}"))
		rc = err_set(err, -EINVAL,
			     "a variable stands for a whole segment, /{name}/, and not \"%.*s\"",
			     (int)len, text);
	else if (variable && route_has_variable(route, name))
		rc = err_set(err, -EINVAL, "the variable {%s} is there twice", name);
	else if (route->nsegments == ROUTE_SEGMENTS_MAX)
		rc = err_set(err, -EINVAL, "at most %d segments", ROUTE_SEGMENTS_MAX);
	if (rc) {
		free(name);
		return rc;
	}
	route->segments[route->nsegments++] = (struct segment) { name, variable };
	return 0;
}

int route_split(struct route *route, struct err *err)
{
	const char *at = route->path;
	int rc = 0;

	if (*at != '/' || strpbrk(at, "?# "))
		return err_set(
			err, -EINVAL,
			"expected a path from \"/\" on, without \"?\": /inventory/{category}");
	while (rc == 0 && *at == '/') {
		size_t len = strcspn(++at, "/");

		rc = add_segment(route, at, len, err);
		at += len;
	}
	return rc;
}

bool route_takes(const struct route *route, const char *method)
{
	return strcmp(route->method, method) == 0 ||
	       (strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

/* Decodes into vars->text; false when it is full. */
static bool decode(struct slice raw, struct buf *into, struct slice *value)
{
	size_t start = into->len;

	query_decode(raw, false, into);
	*value = (struct slice) { into->data + start, into->len - start };
	return !into->full;
}

static bool match_segments(const struct route *route, struct slice path, struct route_vars *vars)
{
	/* The ceiling is the storage, so the buffer never reallocates. */
	struct buf into = { .data = vars->text,
			    .room = sizeof(vars->text),
			    .ceiling = sizeof(vars->text) - 1 };
	const char *at = path.ptr, *end = path.ptr + path.len;

	for (size_t i = 0; i < route->nsegments; i++) {
		const struct segment *segment = &route->segments[i];
		const char *slash;
		struct slice raw;

		if (at == end || *at != '/')
			return false;
		slash = memchr(at + 1, '/', (size_t)(end - at) - 1);
		raw = (struct slice) { at + 1, (size_t)((slash ? slash : end) - at) - 1 };
		if (segment->variable ? raw.len == 0 || !decode(raw, &into, &vars->values[i])
				      : !slice_is(raw, segment->text))
			return false;
		at = slash ? slash : end;
	}
	return at == end;
}

static bool match_when(const struct route_when *when, struct slice value)
{
	for (size_t i = 0; i < when->nvalues; i++)
		if (slice_is(value, when->values[i]))
			return true;
	return false;
}

bool route_match(const struct route *route, struct slice path, struct route_vars *vars)
{
	vars->route = route;
	if (!match_segments(route, path, vars))
		return false;
	for (size_t i = 0; i < route->nwhens; i++)
		if (!match_when(&route->whens[i], route_var(vars, route->whens[i].name)))
			return false;
	return true;
}

struct slice route_var(const struct route_vars *vars, const char *name)
{
	for (size_t i = 0; i < vars->route->nsegments; i++)
		if (vars->route->segments[i].variable &&
		    strcmp(vars->route->segments[i].text, name) == 0)
			return vars->values[i];
	return (struct slice) { NULL, 0 };
}
