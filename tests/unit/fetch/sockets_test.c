#include "fetch/sockets.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../unit.h"

static struct loop *loop;
static struct sockets *sockets;
static int pair[2];
static int ready_calls, ready_what;
static void *ready_owner;

static void on_ready(int fd, int what, void *owner)
{
	char byte;

	ck_assert_int_eq(fd, pair[0]);
	ready_calls++;
	ready_what = what;
	ready_owner = owner;
	if (what & LOOP_READ)
		ck_assert_int_ge(read(fd, &byte, 1), 0);
	if (what & LOOP_WRITE)
		sockets_want(sockets, fd, LOOP_READ, owner);
	loop_stop(loop);
}

static void stop(void *arg)
{
	loop_stop(arg);
}

/* Lets the loop turn until something was ready, or nothing is for `quiet_ms`. */
static void turn(int quiet_ms)
{
	struct loop_timer *timer = loop_timer_new(loop, stop, loop);

	loop_timer_set(timer, quiet_ms);
	loop_run(loop);
	loop_timer_free(timer);
}

static void start(void)
{
	ck_assert_int_eq(loop_new(&loop, NULL), 0);
	sockets = sockets_new(loop, on_ready);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ready_calls = 0;
}

static void end(void)
{
	sockets_free(sockets);
	loop_free(loop);
	close(pair[0]);
	close(pair[1]);
}

static void send_byte(void)
{
	ck_assert_int_eq(write(pair[1], "x", 1), 1);
}

START_TEST(a_wanted_socket_tells_its_owner)
{
	int owner;

	start();
	sockets_opened(pair[0], sockets);
	sockets_want(sockets, pair[0], LOOP_WRITE, &owner);
	turn(5000);
	ck_assert_int_eq(ready_what, LOOP_WRITE);
	ck_assert_ptr_eq(ready_owner, &owner);
	send_byte();
	turn(5000);
	ck_assert_int_eq(ready_what, LOOP_READ);
	end();
}
END_TEST

START_TEST(an_idle_socket_is_silent_and_can_be_wanted_again)
{
	int first, second;

	start();
	sockets_opened(pair[0], sockets);
	sockets_want(sockets, pair[0], LOOP_READ, &first);
	sockets_want(sockets, pair[0], 0, &first);
	send_byte();
	turn(20);
	ck_assert_int_eq(ready_calls, 0);
	sockets_want(sockets, pair[0], LOOP_READ, &second);
	turn(5000);
	ck_assert_int_eq(ready_calls, 1);
	ck_assert_ptr_eq(ready_owner, &second);
	end();
}
END_TEST

/* A new connection may get the number of one that was closed a moment ago. */
START_TEST(a_descriptor_has_a_new_life_after_its_close)
{
	int owner, old;

	start();
	sockets_opened(pair[0], sockets);
	sockets_want(sockets, pair[0], LOOP_READ, &owner);
	sockets_want(sockets, pair[0], 0, &owner);
	sockets_closing(pair[0], sockets);
	old = pair[0];
	close(pair[0]);
	close(pair[1]);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pair[0], old);
	sockets_opened(pair[0], sockets);
	sockets_want(sockets, pair[0], LOOP_READ, &owner);
	send_byte();
	turn(5000);
	ck_assert_int_eq(ready_calls, 1);
	end();
}
END_TEST

/* libcurl closes the pipes of its resolver without telling anybody. */
START_TEST(what_was_not_opened_through_us_is_not_kept)
{
	int owner, old;

	start();
	sockets_want(sockets, pair[0], LOOP_READ, &owner);
	sockets_want(sockets, pair[0], 0, &owner);
	old = pair[0];
	close(pair[0]);
	close(pair[1]);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	ck_assert_int_eq(pair[0], old);
	sockets_want(sockets, pair[0], LOOP_READ, &owner);
	send_byte();
	turn(5000);
	ck_assert_int_eq(ready_calls, 1);
	end();
}
END_TEST

UNIT_MAIN("sockets", a_wanted_socket_tells_its_owner,
	  an_idle_socket_is_silent_and_can_be_wanted_again,
	  a_descriptor_has_a_new_life_after_its_close, what_was_not_opened_through_us_is_not_kept)
