/* The async engine: libcurl's multi interface on event loops of their own. A row of engines[]. */
#ifndef FETCH_ENGINE_ASYNC_H
#define FETCH_ENGINE_ASYNC_H

#include "fetch/engine.h"

int engine_async_start(const struct engine_options *options, struct engine **engine,
		       struct err *err);
void engine_async_submit(struct engine *engine, struct request *const *requests, size_t n);
void engine_async_cancel(struct engine *engine, uint64_t run);
void engine_async_stop(struct engine *engine);

#endif
