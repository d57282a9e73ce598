/* The loop: timers once, watches again and again, signals; never from inside the call. */
#include "io/loop.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "../unit.h"

struct seen {
	struct loop *loop;
	struct loop_timer *timer;
	struct loop_watch *watch;
	int times, stop_at, what;
	char order[16];
};

static struct seen seen_of(int stop_at)
{
	struct seen seen = { .stop_at = stop_at };

	ck_assert_int_eq(loop_new(&seen.loop, NULL), 0);
	return seen;
}

static void count(struct seen *seen)
{
	if (++seen->times >= seen->stop_at)
		loop_stop(seen->loop);
}

static void on_timer(void *arg)
{
	count(arg);
}

static void on_timer_again(void *arg)
{
	struct seen *seen = arg;

	ck_assert(!loop_timer_pending(seen->timer));
	loop_timer_set(seen->timer, 0);
	ck_assert(loop_timer_pending(seen->timer));
	count(seen);
}

static void never(void *arg)
{
	ck_abort_msg("a timer that was taken back fired");
}

START_TEST(a_timer_fires_once_a_setting)
{
	struct seen seen = seen_of(2);
	struct loop_timer *once = loop_timer_new(seen.loop, on_timer, &seen);
	struct loop_timer *cleared = loop_timer_new(seen.loop, never, NULL);

	seen.timer = loop_timer_new(seen.loop, on_timer, &seen);
	loop_timer_set(once, 0);
	loop_timer_set(once, 0); /* replaces */
	loop_timer_set(cleared, 0);
	loop_timer_clear(cleared);
	loop_timer_set(seen.timer, 20);
	ck_assert_int_eq(seen.times, 0);
	loop_run(seen.loop);
	ck_assert_int_eq(seen.times, 2);
	ck_assert(!loop_timer_pending(once) && !loop_timer_pending(seen.timer));
	loop_timer_free(once);
	loop_timer_free(cleared);
	loop_timer_free(seen.timer);
	loop_timer_free(NULL);
	loop_free(seen.loop);
}
END_TEST

START_TEST(a_timer_may_set_itself_again)
{
	struct seen seen = seen_of(5);

	seen.timer = loop_timer_new(seen.loop, on_timer_again, &seen);
	loop_timer_set(seen.timer, -3); /* the past is now */
	loop_run(seen.loop);
	ck_assert_int_eq(seen.times, 5);
	loop_timer_free(seen.timer);
	loop_free(seen.loop);
}
END_TEST

static void append(void *arg, char c)
{
	struct seen *seen = arg;

	seen->order[strlen(seen->order)] = c;
	count(seen);
}

static void late(void *arg)
{
	append(arg, 'l');
}

static void early(void *arg)
{
	append(arg, 'e');
}

START_TEST(timers_fire_in_order)
{
	struct seen seen = seen_of(2);
	struct loop_timer *b = loop_timer_new(seen.loop, late, &seen);
	struct loop_timer *a = loop_timer_new(seen.loop, early, &seen);

	loop_timer_set(b, 60);
	loop_timer_set(a, 1);
	loop_run(seen.loop);
	ck_assert_str_eq(seen.order, "el");
	loop_timer_free(a);
	loop_timer_free(b);
	loop_free(seen.loop);
}
END_TEST

static void on_ready(int fd, int what, void *arg)
{
	struct seen *seen = arg;

	seen->what |= what;
	count(seen);
}

START_TEST(a_watch_persists_while_the_descriptor_is_ready)
{
	struct seen seen = seen_of(3);
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	seen.watch = loop_watch_new(seen.loop, ends[0], LOOP_READ, on_ready, &seen);
	ck_assert_int_eq(write(ends[1], "x", 1), 1);
	loop_run(seen.loop);
	ck_assert_int_eq(seen.times, 3);
	ck_assert_int_eq(seen.what, LOOP_READ);
	loop_watch_free(seen.watch);
	loop_watch_free(NULL);
	loop_free(seen.loop);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static void on_ready_once(int fd, int what, void *arg)
{
	struct seen *seen = arg;

	ck_assert_int_eq(seen->times, 0);
	seen->times++;
	loop_watch_set(seen->watch, 0);
}

START_TEST(a_watch_of_nothing_is_silent_and_can_be_set_again)
{
	struct seen seen = seen_of(1);
	struct loop_timer *end = loop_timer_new(seen.loop, on_timer, &seen);
	int ends[2];

	ck_assert_int_eq(pipe(ends), 0);
	seen.watch = loop_watch_new(seen.loop, ends[1], LOOP_WRITE, on_ready_once, &seen);
	loop_timer_set(end, 30);
	loop_run(seen.loop);
	ck_assert_int_eq(seen.times, 2);
	seen.times = 0;
	loop_watch_set(seen.watch, LOOP_WRITE);
	loop_timer_set(end, 30);
	loop_run(seen.loop);
	ck_assert_int_eq(seen.times, 2);
	loop_watch_free(seen.watch);
	loop_timer_free(end);
	loop_free(seen.loop);
	close(ends[0]);
	close(ends[1]);
}
END_TEST

static void on_signal(int signo, void *arg)
{
	struct seen *seen = arg;

	seen->what = signo;
	count(seen);
}

START_TEST(a_signal_arrives_on_the_loop)
{
	struct seen seen = seen_of(1);

	loop_signal(seen.loop, SIGUSR1, on_signal, &seen);
	raise(SIGUSR1);
	ck_assert_int_eq(seen.times, 0);
	loop_run(seen.loop);
	ck_assert_int_eq(seen.what, SIGUSR1);
	loop_free(seen.loop);
	loop_free(NULL);
}
END_TEST

UNIT_MAIN("loop", a_timer_fires_once_a_setting, a_timer_may_set_itself_again, timers_fire_in_order,
	  a_watch_persists_while_the_descriptor_is_ready,
	  a_watch_of_nothing_is_silent_and_can_be_set_again, a_signal_arrives_on_the_loop)
