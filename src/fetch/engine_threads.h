/* The threads engine: a thread, a handle and a kept connection for every lane. A row of engines[].
 */
#ifndef FETCH_ENGINE_THREADS_H
#define FETCH_ENGINE_THREADS_H

#include "fetch/engine.h"

int engine_threads_start(const struct engine_options *options, struct engine **engine,
			 struct err *err);
void engine_threads_submit(struct engine *engine, struct request *const *requests, size_t n);
void engine_threads_cancel(struct engine *engine, uint64_t run);
void engine_threads_stop(struct engine *engine);

#endif
