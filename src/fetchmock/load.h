/* The parts of an API file that have files of their own. Only load*.c use it. */
#ifndef FETCHMOCK_LOAD_H
#define FETCHMOCK_LOAD_H

#include "fetchmock/keys.h"
#include "fetchmock/route.h"

/* One element of `routes:`; `route` is given uninitialised and is valid after, problems or not. */
void load_route(struct reader *reader, const char *pointer, const struct json *value,
		struct route *route);
/* `delay:` of a route or of the file. */
void load_delay(struct reader *reader, const char *pointer, const struct json *value,
		struct delay *delay);
/* `dataset:` of a route. Sets route->dataset, and route->body to the envelope of its pages when
 * the route has no body of its own (the dataset's key may stand before or after `body:`, so
 * load_route calls this last). */
void load_dataset(struct reader *reader, const char *pointer, const struct json *value,
		  struct route *route);
/* `faults:` of a route. */
void load_faults(struct reader *reader, const char *pointer, const struct json *value,
		 struct route *route);

/* Compiles a template at its place; NULL after a problem. */
struct body *load_body(struct reader *reader, const char *pointer, const struct json *value);

#endif
