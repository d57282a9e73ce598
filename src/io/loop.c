/* The event loop over libevent: see loop.h. Objects own one libevent event each. */
#include "io/loop.h"

#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <sys/time.h>

#include "base/xalloc.h"

struct loop_signal {
	struct loop_signal *next;
	struct event *event;
	loop_signal_fn *fn;
	void *arg;
};

struct loop {
	struct event_base *base;
	struct loop_signal *signals;
};

struct loop_timer {
	struct event *event;
	loop_fn *fn;
	void *arg;
};

struct loop_watch {
	struct event_base *base;
	struct event *event;
	int what; /* 0: not added */
	loop_watch_fn *fn;
	void *arg;
};

/* Without libevent's changelist: it speaks to epoll about a descriptor after its owner has closed
 * it, when another thread may have got that number. */
int loop_new(struct loop **loop, struct err *err)
{
	struct event_config *config = event_config_new();
	struct event_base *base;

	if (!config)
		no_memory();
	event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
	base = event_base_new_with_config(config);
	event_config_free(config);
	if (!base)
		return err_sys(err, errno ? -errno : -EIO, "cannot make an event loop");
	*loop = xcalloc(1, sizeof(**loop));
	(*loop)->base = base;
	return 0;
}

void loop_free(struct loop *loop)
{
	struct loop_signal *signal;

	if (!loop)
		return;
	while ((signal = loop->signals)) {
		loop->signals = signal->next;
		event_free(signal->event);
		free(signal);
	}
	event_base_free(loop->base);
	free(loop);
}

void loop_run(struct loop *loop)
{
	event_base_loop(loop->base, EVLOOP_NO_EXIT_ON_EMPTY);
}

void loop_stop(struct loop *loop)
{
	event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
	return loop->base;
}

static struct event *made(struct event *event)
{
	if (!event)
		no_memory();
	return event;
}

/* An event that cannot be added would be waited for in vain. */
static void check(int code)
{
	if (code < 0)
		no_memory();
}

static void timer_fired(evutil_socket_t fd, short what, void *arg)
{
	struct loop_timer *timer = arg;

	timer->fn(timer->arg);
}

struct loop_timer *loop_timer_new(struct loop *loop, loop_fn *fn, void *arg)
{
	struct loop_timer *timer = xcalloc(1, sizeof(*timer));

	timer->fn = fn;
	timer->arg = arg;
	timer->event = made(evtimer_new(loop->base, timer_fired, timer));
	return timer;
}

void loop_timer_set(struct loop_timer *timer, int64_t after_ms)
{
	int64_t ms = after_ms > 0 ? after_ms : 0;
	struct timeval after = { .tv_sec = (time_t)(ms / 1000),
				 .tv_usec = (suseconds_t)(ms % 1000 * 1000) };

	check(evtimer_add(timer->event, &after));
}

void loop_timer_clear(struct loop_timer *timer)
{
	evtimer_del(timer->event);
}

bool loop_timer_pending(const struct loop_timer *timer)
{
	return evtimer_pending(timer->event, NULL) != 0;
}

void loop_timer_free(struct loop_timer *timer)
{
	if (!timer)
		return;
	event_free(timer->event);
	free(timer);
}

static void watch_fired(evutil_socket_t fd, short events, void *arg)
{
	struct loop_watch *watch = arg;
	int what = (events & EV_READ ? LOOP_READ : 0) | (events & EV_WRITE ? LOOP_WRITE : 0);

	watch->fn(fd, what, watch->arg);
}

struct loop_watch *loop_watch_new(struct loop *loop, int fd, int what, loop_watch_fn *fn, void *arg)
{
	struct loop_watch *watch = xcalloc(1, sizeof(*watch));

	watch->base = loop->base;
	watch->fn = fn;
	watch->arg = arg;
	watch->event = made(event_new(loop->base, fd, EV_PERSIST, watch_fired, watch));
	loop_watch_set(watch, what);
	return watch;
}

void loop_watch_set(struct loop_watch *watch, int what)
{
	short events = EV_PERSIST;

	if (what == watch->what)
		return;
	if (what & LOOP_READ)
		events |= EV_READ;
	if (what & LOOP_WRITE)
		events |= EV_WRITE;
	event_del(watch->event);
	event_assign(watch->event, watch->base, event_get_fd(watch->event), events, watch_fired,
		     watch);
	watch->what = what;
	if (what)
		check(event_add(watch->event, NULL));
}

void loop_watch_free(struct loop_watch *watch)
{
	if (!watch)
		return;
	event_free(watch->event);
	free(watch);
}

static void signal_fired(evutil_socket_t signo, short what, void *arg)
{
	struct loop_signal *signal = arg;

	signal->fn(signo, signal->arg);
}

void loop_signal(struct loop *loop, int signo, loop_signal_fn *fn, void *arg)
{
	struct loop_signal *signal = xcalloc(1, sizeof(*signal));

	signal->fn = fn;
	signal->arg = arg;
	signal->next = loop->signals;
	loop->signals = signal;
	signal->event = made(evsignal_new(loop->base, signo, signal_fired, signal));
	check(event_add(signal->event, NULL));
}
