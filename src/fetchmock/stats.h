/* What the mock server was asked and what it answered: the counters of /__admin/stats. Requests to
 * /__admin itself are not counted, and a connection counts from its first other request on, so a
 * test may look without disturbing.
 */
#ifndef FETCHMOCK_STATS_H
#define FETCHMOCK_STATS_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

/* Outcomes that are no HTTP status. */
enum {
	STATS_RESET = 0, /* "reset": the connection was broken off on purpose */
	STATS_GONE = 1,  /* "gone": the client left before it was answered */
};
const char *stats_outcome_name(int status, char text[static 16]);

#define STATS_NO_ROUTE SIZE_MAX

struct stats;

struct stats *stats_new(void);
void stats_free(struct stats *stats);

/* The counter of a route, by its path: routes of one path share theirs. */
size_t stats_route(struct stats *stats, const char *path);

void stats_connection(struct stats *stats);
void stats_begin(struct stats *stats, size_t route);           /* a request has arrived */
void stats_end(struct stats *stats, size_t route, int status); /* it was answered, or is over */

/* Everything to zero, but for what is in flight. */
void stats_reset(struct stats *stats);
struct json *stats_json(const struct stats *stats);

#endif
