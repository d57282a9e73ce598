/* A bounded queue of pointers between threads, with a descriptor that a loop can watch.
 *
 * Any number of senders, one receiver. Items travel in batches; what an item is and who frees it is
 * between the two ends. The descriptor (eventfd(2)) is signalled once when the box stops being
 * empty, so a burst of sends costs one wake-up.
 */
#ifndef IO_MAILBOX_H
#define IO_MAILBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct mailbox;

int mailbox_new(size_t capacity, struct mailbox **box, struct err *err);
void mailbox_free(struct mailbox *box); /* must be empty; NULL is fine */

/* All or nothing: false when there is no room for n, or the box is closed. Never blocks. */
bool mailbox_send(struct mailbox *box, void *const *items, size_t n);
/* Waits for room. False only when the box is closed. For threads that may wait (never the main
 * loop). */
bool mailbox_send_wait(struct mailbox *box, void *const *items, size_t n);

/* Takes at most `max` items, oldest first, without waiting. Receiver only. */
size_t mailbox_take(struct mailbox *box, void **items, size_t max);
/* The same, waiting for the first up to timeout_ms (-1: for ever). 0: time-out, or closed and
 * empty. */
size_t mailbox_wait(struct mailbox *box, void **items, size_t max, int timeout_ms);

int mailbox_fd(const struct mailbox
		       *box); /* readable while there are items or it is closed; owned by the box */
size_t mailbox_len(const struct mailbox *box);
void mailbox_close(
	struct mailbox *box); /* senders fail from now on, waiters wake; what is inside stays */
bool mailbox_closed(const struct mailbox *box);

#endif
