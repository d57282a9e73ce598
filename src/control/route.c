/* Finding the row of the route table that a request means: see route.h. */
#include "control/route.h"

#include <stdio.h>
#include <strings.h>

#include "base/percent.h"

/* Takes the segment after the next "/" off `path`; false when there is none. */
static bool next_segment(struct slice *path, struct slice *segment)
{
	const char *end;

	if (path->len == 0 || path->ptr[0] != '/')
		return false;
	path->ptr++;
	path->len--;
	end = path->len ? memchr(path->ptr, '/', path->len) : NULL;
	segment->ptr = path->ptr;
	segment->len = end ? (size_t)(end - path->ptr) : path->len;
	path->ptr += segment->len;
	path->len -= segment->len;
	return true;
}

static bool is_param(struct slice pattern)
{
	return pattern.len > 2 && pattern.ptr[0] == '{';
}

static bool match_param(struct slice pattern, struct slice segment, struct route_match *match)
{
	char *value = match->values[match->nparams];

	if (match->nparams == ROUTE_PARAMS_MAX || segment.len == 0)
		return false;
	if (percent_decode(segment, false, value, sizeof(match->values[0])) < 0)
		return false;
	if (strchr(value, '/'))
		return false;
	match->names[match->nparams++] = (struct slice) { pattern.ptr + 1, pattern.len - 2 };
	return true;
}

/* Fills names and values on the way; they count only when the whole path matched. */
static bool match_path(const char *pattern_text, struct slice path, struct route_match *match)
{
	struct slice patterns = slice_of(pattern_text), pattern, segment;

	match->nparams = 0;
	while (next_segment(&patterns, &pattern)) {
		if (!next_segment(&path, &segment))
			return false;
		if (is_param(pattern) ? !match_param(pattern, segment, match)
				      : !slice_equal(pattern, segment))
			return false;
	}
	return path.len == 0;
}

static void allow(struct route_match *match, const char *method)
{
	size_t used = strlen(match->allowed);

	if (!strstr(match->allowed, method))
		snprintf(match->allowed + used, sizeof(match->allowed) - used, "%s%s",
			 used ? ", " : "", method);
	if (strcmp(method, "GET") == 0)
		allow(match, "HEAD");
}

void route_find(const struct route *routes, const char *method, struct slice path,
		struct route_match *match)
{
	const char *wanted = strcmp(method, "HEAD") == 0 ? "GET" : method;

	*match = (struct route_match) { .route = NULL };
	for (const struct route *route = routes; route->method; route++) {
		if (!match_path(route->path, path, match))
			continue;
		match->path_known = true;
		if (strcmp(route->method, wanted) == 0) {
			match->route = route;
			return;
		}
		allow(match, route->method);
	}
	match->nparams = 0;
}
