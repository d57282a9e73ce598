#include "fetch/wheel.h"

#include <stdbool.h>
#include <string.h>

#include "../unit.h"

#define N 1000

struct timer {
	struct wheel_entry entry; /* first, so that one is the other */
	int64_t due_ms, fired_ms;
};

static struct wheel wheel;
static struct timer timers[N];
static int64_t now;
static size_t fired;

static void on_due(struct wheel_entry *entry, void *arg)
{
	((struct timer *)entry)->fired_ms = now;
	fired++;
}

static void advance(int64_t to)
{
	now = to;
	wheel_advance(&wheel, now, on_due, NULL);
}

static void start(int64_t at)
{
	memset(timers, 0, sizeof(timers));
	fired = 0;
	wheel_init(&wheel, at);
}

static void set(int i, int64_t due)
{
	timers[i].due_ms = due;
	wheel_set(&wheel, &timers[i].entry, due);
}

START_TEST(entries_fire_once_never_early_and_at_most_a_tick_late)
{
	start(1000);
	for (int i = 0; i < N; i++)
		set(i, 1000 + (int64_t)i * i); /* up to 1,000 s: many turns of the wheel */
	for (int64_t t = 1000; t <= 1100000; t += 10)
		advance(t);
	ck_assert_uint_eq(fired, N);
	ck_assert_uint_eq(wheel.count, 0);
	for (int i = 0; i < N; i++) {
		ck_assert_int_ge(timers[i].fired_ms, timers[i].due_ms);
		ck_assert_int_le(timers[i].fired_ms, timers[i].due_ms + 2 * WHEEL_TICK_MS);
	}
}
END_TEST

START_TEST(a_long_pause_misses_nothing)
{
	start(0);
	for (int i = 0; i < N; i++)
		set(i, i * 100);
	advance(50000);
	ck_assert_uint_eq(fired, 500);
	advance(10000000);
	ck_assert_uint_eq(fired, N);
}
END_TEST

START_TEST(what_was_cleared_or_set_again_does_not_fire_at_the_old_time)
{
	start(0);
	set(0, 100);
	set(1, 100);
	set(1, 100000);
	wheel_clear(&wheel, &timers[0].entry);
	wheel_clear(&wheel, &timers[0].entry);
	wheel_clear(&wheel, &timers[2].entry); /* never set */
	ck_assert_uint_eq(wheel.count, 1);
	advance(99999);
	ck_assert_uint_eq(fired, 0);
	advance(100100);
	ck_assert_uint_eq(fired, 1);
	ck_assert_int_eq(timers[1].fired_ms, 100100);
}
END_TEST

START_TEST(a_time_that_has_passed_fires_at_the_next_tick)
{
	start(5000);
	set(0, 100);
	advance(5000);
	ck_assert_uint_eq(fired, 0); /* not from within the same moment */
	advance(5000 + WHEEL_TICK_MS);
	ck_assert_uint_eq(fired, 1);
}
END_TEST

static void clear_the_next(struct wheel_entry *entry, void *arg)
{
	int i = (int)((struct timer *)entry - timers);

	fired++;
	if (i + 1 < N)
		wheel_clear(&wheel, &timers[i + 1].entry);
	wheel_set(&wheel, entry, now + 1000000);
}

START_TEST(whoever_is_called_may_set_and_clear)
{
	start(0);
	for (int i = 0; i < N; i++)
		set(i, 200);
	now = 300;
	wheel_advance(&wheel, now, clear_the_next, NULL);
	ck_assert_uint_eq(fired, N / 2);
	ck_assert_uint_eq(wheel.count, N / 2);
}
END_TEST

UNIT_MAIN("wheel", entries_fire_once_never_early_and_at_most_a_tick_late,
	  a_long_pause_misses_nothing, what_was_cleared_or_set_again_does_not_fire_at_the_old_time,
	  a_time_that_has_passed_fires_at_the_next_tick, whoever_is_called_may_set_and_clear)
