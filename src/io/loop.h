/* The event loop: timers, watched descriptors, signals. One thread a loop.
 *
 * This is libevent's one door beside control/server.c, which needs evhttp and asks for loop_base.
 * Callbacks run on the loop's thread and never from inside the call that registered them.
 */
#ifndef IO_LOOP_H
#define IO_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct loop;
struct loop_timer;
struct loop_watch;
struct event_base;

enum { LOOP_READ = 1, LOOP_WRITE = 2 };

typedef void loop_fn(void *arg);
typedef void loop_watch_fn(int fd, int what,
			   void *arg); /* what: LOOP_READ | LOOP_WRITE that are ready */
typedef void loop_signal_fn(int signo, void *arg);

int loop_new(struct loop **loop, struct err *err);
void loop_free(struct loop *loop); /* timers and watches must be gone */
void loop_run(struct loop *loop);  /* until loop_stop */
void loop_stop(struct loop *loop); /* from a callback of this loop; others send it mail */
struct event_base *loop_base(struct loop *loop);

/* A timer is created once and set as often as one likes; it fires once a setting, and may do so a
 * tick of the coarse clock (4 ms) early: whoever decides by time looks at the clock again. */
struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *arg);
void loop_timer_set(struct loop_timer *timer,
		    int64_t after_ms); /* replaces an earlier setting; 0: next turn */
void loop_timer_clear(struct loop_timer *timer);
bool loop_timer_pending(const struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* NULL is fine */

/* A persistent watch. `what` 0 watches nothing but keeps the object; loop_watch_set changes it. */
struct loop_watch *loop_watch_new(struct loop *loop, int fd, int what, loop_watch_fn *fn,
				  void *arg);
void loop_watch_set(struct loop_watch *watch, int what);
void loop_watch_free(struct loop_watch *watch); /* does not close the descriptor; NULL is fine */

/* Lives until loop_free. */
void loop_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *arg);

#endif
