/* Routes: method, path, who may, handler, what it answers. One table gives dispatch, access checks
 * and the manual page. The table itself, routes[], is the daemon's (src/fetchd/routes.c).
 */
#ifndef CONTROL_ROUTE_H
#define CONTROL_ROUTE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

struct call; /* one request at the socket, until it is answered: control/call.h */

enum route_access {
	ACCESS_READ,  /* on the UNIX socket whoever may connect; later the only access of the TCP
			 listener */
	ACCESS_WRITE, /* root, the daemon's user, members of the socket's group */
};

typedef void route_handler_fn(struct call *call, void *daemon);

struct route {
	const char *method; /* "GET" */
	const char *path;   /* "/v1/jobs/{job}": a name in braces matches one segment */
	enum route_access access;
	route_handler_fn *handler;
	const char *query; /* names of the query parameters it takes: "job limit before"; "" none */
	const char *replies; /* what it answers: "run", "list of run", "stream of event", ... */
	const char *summary; /* one sentence for the manual */
};

#define ROUTE_PARAMS_MAX 4

struct route_match {
	const struct route *route; /* NULL: no such path, or not this method */
	bool path_known;  /* the path exists with another method: 405, `allowed` lists them */
	char allowed[64]; /* "GET, HEAD, PUT": for the Allow header */
	size_t nparams;
	struct slice names[ROUTE_PARAMS_MAX];
	char values[ROUTE_PARAMS_MAX][256]; /* percent-decoded; a value with "/", NUL or control
					       bytes does not match */
};

/* `routes` ends with a NULL method; `path` is as it arrived (undecoded, without the query). HEAD
 * matches GET. */
void route_find(const struct route *routes, const char *method, struct slice path,
		struct route_match *match);

#endif
