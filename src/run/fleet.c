/* The engines in use: see fleet.h. */
#include "run/fleet.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/digest.h"

#define GATHER 256
#define KINDS  8

struct fleet_engine {
	const struct engine_type *type;
	struct engine *engine;
	uint32_t *lanes; /* a stack of free lanes, the lowest on top */
	uint32_t nlanes, nfree;
	unsigned out;
	struct request *gathered[GATHER];
	size_t ngathered;
};

struct fleet {
	const struct config *config;
	struct mailbox *done;
	struct fleet_engine *engines[KINDS];
	size_t len;
};

struct fleet *fleet_new(const struct config *config, struct mailbox *done)
{
	struct fleet *fleet = xcalloc(1, sizeof(*fleet));

	fleet->config = config;
	fleet->done = done;
	return fleet;
}

void fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return;
	for (size_t i = 0; i < fleet->len; i++) {
		struct fleet_engine *engine = fleet->engines[i];

		assert(engine->out == 0);
		engine->type->stop(engine->engine);
		free(engine->lanes);
		free(engine);
	}
	free(fleet);
}

/* How many requests an engine may have out: what fetchd.yaml says for it. */
static unsigned lanes_of(const struct config *config, const struct engine_type *type)
{
	unsigned lanes;

	memcpy(&lanes, (const char *)config + type->lanes_at, sizeof(lanes));
	return lanes;
}

static struct fleet_engine *launch(struct fleet *fleet, const struct engine_type *type,
				   struct err *err)
{
	struct fleet_engine *started = xcalloc(1, sizeof(*started));
	struct engine_options options = {
		.digest = digest,
		.done = fleet->done,
		.loops = fleet->config->async_loops,
		.lanes = lanes_of(fleet->config, type),
	};

	if (type->start(&options, &started->engine, err) < 0) {
		free(started);
		return NULL;
	}
	started->type = type;
	started->nlanes = started->nfree = options.lanes;
	started->lanes = xcalloc(options.lanes, sizeof(uint32_t));
	for (uint32_t i = 0; i < options.lanes; i++)
		started->lanes[i] = options.lanes - 1 - i;
	assert(fleet->len < KINDS);
	fleet->engines[fleet->len++] = started;
	return started;
}

struct fleet_engine *fleet_engine(struct fleet *fleet, const char *name, struct err *err)
{
	const struct engine_type *type = engine_find(name);

	if (!type) {
		err_set(err, -EINVAL, "there is no engine \"%s\"", name);
		return NULL;
	}
	for (size_t i = 0; i < fleet->len; i++)
		if (fleet->engines[i]->type == type)
			return fleet->engines[i];
	return launch(fleet, type, err);
}

bool fleet_take_lane(struct fleet_engine *engine, uint32_t *lane)
{
	if (engine->nfree == 0)
		return false;
	*lane = engine->lanes[--engine->nfree];
	return true;
}

void fleet_return_lane(struct fleet_engine *engine, uint32_t lane)
{
	assert(engine->nfree < engine->nlanes);
	engine->lanes[engine->nfree++] = lane;
}

static void flush(struct fleet_engine *engine)
{
	if (engine->ngathered > 0)
		engine->type->submit(engine->engine, engine->gathered, engine->ngathered);
	engine->ngathered = 0;
}

void fleet_submit(struct fleet_engine *engine, struct request *request)
{
	if (engine->ngathered == GATHER)
		flush(engine);
	engine->gathered[engine->ngathered++] = request;
	engine->out++;
}

void fleet_came_back(struct fleet_engine *engine)
{
	assert(engine->out > 0);
	engine->out--;
}

void fleet_flush(struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->len; i++)
		flush(fleet->engines[i]);
}

void fleet_cancel(struct fleet *fleet, uint64_t run)
{
	fleet_flush(fleet);
	for (size_t i = 0; i < fleet->len; i++)
		fleet->engines[i]->type->cancel(fleet->engines[i]->engine, run);
}

unsigned fleet_out(const struct fleet *fleet)
{
	unsigned out = 0;

	for (size_t i = 0; i < fleet->len; i++)
		out += fleet->engines[i]->out;
	return out;
}

struct json *fleet_json(const struct fleet *fleet)
{
	struct json *list = json_new_array();

	for (size_t i = 0; i < fleet->len; i++) {
		struct json *one = json_push(list, json_new_object());

		json_put_str(one, "name", fleet->engines[i]->type->name);
		json_put_int(one, "in_flight", fleet->engines[i]->out);
		json_put_int(one, "lanes", fleet->engines[i]->nlanes);
	}
	return list;
}
