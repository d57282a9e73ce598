/* The table of engines: see engine.h. */
#include "fetch/engine.h"

#include <stddef.h>
#include <string.h>

#include "fetch/engine_async.h"
#include "fetch/engine_threads.h"
#include "spec/config.h"

const struct engine_type engines[] = {
	{ "async", "event loops, each with many requests in flight",
	  offsetof(struct config, max_in_flight), engine_async_start, engine_async_submit,
	  engine_async_cancel, engine_async_stop },
	{ "threads", "one thread and one kept connection a worker",
	  offsetof(struct config, threads_max), engine_threads_start, engine_threads_submit,
	  engine_threads_cancel, engine_threads_stop },
	{ .name = NULL },
};

const struct engine_type *engine_find(const char *name)
{
	for (const struct engine_type *type = engines; type->name; type++)
		if (strcmp(type->name, name) == 0)
			return type;
	return NULL;
}
