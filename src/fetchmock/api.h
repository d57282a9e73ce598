/* A mock API as its file describes it: the settings of the server, and the routes. */
#ifndef FETCHMOCK_API_H
#define FETCHMOCK_API_H

#include <stddef.h>
#include <stdint.h>

#include "fetchmock/route.h"
#include "spec/problem.h"

struct api {
	uint64_t seed;
	char *listen; /* "HOST:PORT" or "unix:PATH" */
	struct route *routes;
	size_t nroutes;
};

/* What the command line sets above the file. */
struct api_overrides {
	const uint64_t *seed;      /* NULL: the file's */
	const struct delay *delay; /* of every route; NULL: the file's */
	const char *listen;        /* NULL: the file's */
};

/* Reads FILE.yaml (or .json). Every problem is added with its place; NULL when there was any. */
struct api *api_load(const char *file, const struct api_overrides *overrides,
		     struct problems *problems);
/* The same from memory; `file` only names it. */
struct api *api_parse(const char *file, const char *text, const struct api_overrides *overrides,
		      struct problems *problems);
void api_free(struct api *api);

/* The API served when no file is given: etc/fetchmock/inventory.yaml, built in. */
extern const char api_builtin[];

#endif
