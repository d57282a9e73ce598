/* A route of the mock API: which requests it answers, and with what. Filled by load.c.
 *
 * (The daemon's own routes are control/route.h; fetchmock does not know that floor.)
 */
#ifndef FETCHMOCK_ROUTE_H
#define FETCHMOCK_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "fetchmock/body.h"
#include "fetchmock/dataset.h"
#include "fetchmock/fault.h"
#include "fetchmock/guard.h"

#define ROUTE_SEGMENTS_MAX 16
#define ROUTE_PATH_MAX     2048 /* bytes of all path variables of a request, decoded */

struct delay {
	bool set;
	int64_t min_ms, max_ms; /* drawn evenly, both ends included */
};

/* `when: {category: [materials, products]}`: the route answers only these values of a variable. */
struct route_when {
	char *name;
	char **values;
	size_t nvalues;
};

/* `query: {id: natural}`: what a parameter must be; requests without it get a 400. */
enum route_need { NEED_TEXT, NEED_NATURAL, NEED_INTEGER, NEED__COUNT };
extern const char *const route_need_names[]; /* NULL at the end */
struct route_query {
	char *name;
	enum route_need need;
};

struct route_header {
	char *name;
	struct body *value;
};

struct segment {
	char *text; /* literal, or the variable's name */
	bool variable;
};

struct route {
	char *method;
	char *path; /* as written: "/inventory/{category}" */
	struct segment segments[ROUTE_SEGMENTS_MAX];
	size_t nsegments;
	struct route_when *whens;
	size_t nwhens;
	struct route_query *queries;
	size_t nqueries;
	int status;
	struct route_header *headers;
	size_t nheaders;
	struct delay delay;
	struct body *body; /* JSON or text; NULL: none */
	char *content_type;
	bool gzip;
	bool etag;               /* each body bears one, and who has it already gets a 304 */
	struct dataset *dataset; /* NULL: none */
	struct guard guard;
	struct fault *faults;
	size_t nfaults;
	uint64_t seed;

	uint64_t seq; /* requests so far; counts up while serving */
};

void route_init(struct route *route);
void route_done(struct route *route);

/* Splits route->path into segments. -EINVAL with a sentence: not from "/", braces not around a
 * whole segment, a variable twice, more than ROUTE_SEGMENTS_MAX segments. */
int route_split(struct route *route, struct err *err);
bool route_has_variable(const struct route *route, const char *name);

/* The decoded variables of one request's path, in the order of the route's segments. */
struct route_vars {
	const struct route *route;
	struct slice values[ROUTE_SEGMENTS_MAX]; /* of variable segments */
	char text[ROUTE_PATH_MAX];
};

/* Whether `path` (undecoded) is the route's, `when` included; the method is not looked at. HEAD is
 * answered by GET routes. */
bool route_match(const struct route *route, struct slice path, struct route_vars *vars);
bool route_takes(const struct route *route, const char *method);
struct slice route_var(const struct route_vars *vars, const char *name);

#endif
