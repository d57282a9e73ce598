/* /__admin: the mock server's own counters, for tests and people. */
#ifndef FETCHMOCK_ADMIN_H
#define FETCHMOCK_ADMIN_H

#include <stdbool.h>

#include "fetchmock/api.h"
#include "fetchmock/ask.h"
#include "fetchmock/reply.h"
#include "fetchmock/served.h"
#include "fetchmock/stats.h"

struct admin {
	struct api *api;
	struct stats *stats;
	struct served *served; /* NULL without --served */
};

/* Whether the path is /__admin or below. */
bool admin_owns(struct slice path);
/* GET and DELETE /__admin/stats, GET /__admin/served. DELETE sets all counters to zero and rewinds
 * the API to its first request (answer.h). */
void admin_answer(const struct admin *admin, const struct ask *ask, struct reply *reply);

#endif
