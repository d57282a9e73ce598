/* The engines in use: each started when first asked for, its lanes lent to runs, its submissions
 * gathered so that a burst of requests costs one wake-up of the engine. Main loop only.
 */
#ifndef RUN_FLEET_H
#define RUN_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "fetch/engine.h"
#include "io/mailbox.h"
#include "spec/config.h"

struct fleet;
struct fleet_engine;

struct fleet *fleet_new(const struct config *config, struct mailbox *done);
void fleet_free(struct fleet *fleet); /* stops the engines: nothing may be out */

/* The engine of that name, started if need be; NULL with a sentence. */
struct fleet_engine *fleet_engine(struct fleet *fleet, const char *name, struct err *err);

bool fleet_take_lane(struct fleet_engine *engine, uint32_t *lane); /* false: all lent */
void fleet_return_lane(struct fleet_engine *engine, uint32_t lane);

void fleet_submit(struct fleet_engine *engine,
		  struct request *request);        /* goes out with fleet_flush */
void fleet_came_back(struct fleet_engine *engine); /* one request less is out */
void fleet_flush(struct fleet *fleet);
void fleet_cancel(struct fleet *fleet, uint64_t run); /* 0: all; in every engine */
unsigned fleet_out(const struct fleet *fleet);        /* requests in the engines */
struct json *fleet_json(const struct fleet *fleet);   /* [{"name", "in_flight", "lanes"}] */

#endif
