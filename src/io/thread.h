/* Threads: named, and deaf to signals, which are the main thread's business. */
#ifndef IO_THREAD_H
#define IO_THREAD_H

#include <pthread.h>

#include "base/err.h"

typedef void *thread_fn(void *arg);

/* `name`: what ps(1) and debuggers show, its first 15 bytes. The caller joins *thread. 0, or
 * -EAGAIN with a sentence when the system gives no more. */
int thread_start(const char *name, thread_fn *fn, void *arg, pthread_t *thread, struct err *err);

#endif
