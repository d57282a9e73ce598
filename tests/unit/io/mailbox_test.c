/* The mailbox: order, bounds, wake-ups, and many senders at once. */
#include "io/mailbox.h"

#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdint.h>

#include "../unit.h"

#define SENDERS 4
#define EACH    20000

static struct mailbox *box_of(size_t capacity)
{
	struct mailbox *box = NULL;

	ck_assert_int_eq(mailbox_new(capacity, &box, NULL), 0);
	return box;
}

static bool readable(const struct mailbox *box)
{
	struct pollfd fd = { .fd = mailbox_fd(box), .events = POLLIN };

	return poll(&fd, 1, 0) == 1;
}

static void *number(uintptr_t n)
{
	return (void *)n;
}

START_TEST(items_come_out_in_order_and_in_batches)
{
	struct mailbox *box = box_of(4);
	void *in[] = { number(1), number(2), number(3) }, *out[4];

	for (int round = 0; round < 5; round++) { /* the ring wraps */
		ck_assert(mailbox_send(box, in, 3));
		ck_assert_uint_eq(mailbox_take(box, out, 2), 2);
		ck_assert_ptr_eq(out[0], in[0]);
		ck_assert_ptr_eq(out[1], in[1]);
		ck_assert_uint_eq(mailbox_wait(box, out, 4, 0), 1);
		ck_assert_ptr_eq(out[0], in[2]);
	}
	mailbox_free(box);
}
END_TEST

START_TEST(a_batch_goes_in_whole_or_not_at_all)
{
	struct mailbox *box = box_of(4);
	void *items[] = { number(1), number(2), number(3) }, *out[4];

	ck_assert(mailbox_send(box, items, 3));
	ck_assert(!mailbox_send(box, items, 2));
	ck_assert_uint_eq(mailbox_len(box), 3);
	ck_assert(mailbox_send(box, items, 1));
	ck_assert_uint_eq(mailbox_take(box, out, 4), 4);
	mailbox_free(box);
}
END_TEST

START_TEST(the_descriptor_is_readable_while_there_are_items)
{
	struct mailbox *box = box_of(4);
	void *item = number(1), *out[1];

	ck_assert(!readable(box));
	mailbox_send(box, &item, 1);
	mailbox_send(box, &item, 1);
	ck_assert(readable(box));
	mailbox_take(box, out, 1);
	ck_assert(readable(box));
	mailbox_take(box, out, 1);
	ck_assert(!readable(box));
	mailbox_free(box);
}
END_TEST

START_TEST(a_closed_box_refuses_and_keeps_what_is_inside)
{
	struct mailbox *box = box_of(2);
	void *item = number(7), *out[1];

	mailbox_send(box, &item, 1);
	mailbox_close(box);
	ck_assert(mailbox_closed(box));
	ck_assert(!mailbox_send(box, &item, 1));
	ck_assert(!mailbox_send_wait(box, &item, 1));
	ck_assert_uint_eq(mailbox_wait(box, out, 1, -1), 1);
	ck_assert_ptr_eq(out[0], item);
	ck_assert_uint_eq(mailbox_wait(box, out, 1, -1), 0);
	ck_assert(readable(box)); /* a loop that watches it must learn */
	mailbox_free(box);
	mailbox_free(NULL);
}
END_TEST

START_TEST(waiting_ends_at_the_time_out)
{
	struct mailbox *box = box_of(1);
	void *out[1];

	ck_assert_uint_eq(mailbox_wait(box, out, 1, 1), 0);
	mailbox_free(box);
}
END_TEST

struct sender {
	struct mailbox *box;
	uintptr_t who;
	pthread_t thread;
};

static void *send_many(void *arg)
{
	struct sender *sender = arg;

	for (uintptr_t i = 0; i < EACH; i += 2) {
		void *pair[] = { number(sender->who << 32 | i),
				 number(sender->who << 32 | (i + 1)) };

		if (!mailbox_send_wait(sender->box, pair, 2))
			return NULL;
	}
	return sender;
}

START_TEST(many_senders_lose_nothing_and_keep_their_order)
{
	struct mailbox *box = box_of(16);
	struct sender senders[SENDERS];
	uintptr_t next[SENDERS] = { 0 };
	void *out[7], *result;
	size_t total = 0, wrong = 0, n;

	for (uintptr_t i = 0; i < SENDERS; i++) {
		senders[i] = (struct sender) { .box = box, .who = i };
		pthread_create(&senders[i].thread, NULL, send_many, &senders[i]);
	}
	while (total < SENDERS * EACH && (n = mailbox_wait(box, out, 7, 60000)) > 0) {
		for (size_t i = 0; i < n; i++) {
			uintptr_t item = (uintptr_t)out[i];

			wrong += (item & UINT32_MAX) != next[item >> 32]++;
		}
		total += n;
	}
	ck_assert_uint_eq(total, SENDERS * EACH);
	ck_assert_uint_eq(wrong, 0);
	for (size_t i = 0; i < SENDERS; i++) {
		pthread_join(senders[i].thread, &result);
		ck_assert_ptr_nonnull(result);
	}
	mailbox_free(box);
}
END_TEST

START_TEST(closing_wakes_senders_that_wait)
{
	struct mailbox *box = box_of(2);
	struct sender sender = { .box = box };
	void *result, *out[2];

	pthread_create(&sender.thread, NULL, send_many, &sender);
	while (mailbox_len(box) < 2)
		sched_yield();
	mailbox_close(box);
	pthread_join(sender.thread, &result);
	ck_assert_ptr_null(result);
	ck_assert_uint_eq(mailbox_take(box, out, 2), 2);
	mailbox_free(box);
}
END_TEST

UNIT_MAIN("mailbox", items_come_out_in_order_and_in_batches, a_batch_goes_in_whole_or_not_at_all,
	  the_descriptor_is_readable_while_there_are_items,
	  a_closed_box_refuses_and_keeps_what_is_inside, waiting_ends_at_the_time_out,
	  many_senders_lose_nothing_and_keep_their_order, closing_wakes_senders_that_wait)
