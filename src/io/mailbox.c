/* The mailbox: see mailbox.h. A ring under one lock; two conditions for those who may wait, an
 * eventfd for those who watch. */
#include "io/mailbox.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t filled, drained;
	void **items; /* a ring */
	size_t capacity, head, len;
	size_t senders_waiting;
	bool closed, readable; /* readable: the descriptor is */
	int fd;
};

static void init_conditions(struct mailbox *box)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&box->filled, &attr);
	pthread_cond_init(&box->drained, &attr);
	pthread_condattr_destroy(&attr);
}

int mailbox_new(size_t capacity, struct mailbox **box, struct err *err)
{
	struct mailbox *made;
	int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	assert(capacity > 0);
	if (fd < 0)
		return err_sys(err, -errno, "cannot make an event descriptor");
	made = xcalloc(1, sizeof(*made));
	made->items = xcalloc(capacity, sizeof(*made->items));
	made->capacity = capacity;
	made->fd = fd;
	pthread_mutex_init(&made->lock, NULL);
	init_conditions(made);
	*box = made;
	return 0;
}

void mailbox_free(struct mailbox *box)
{
	if (!box)
		return;
	assert(box->len == 0);
	close(box->fd);
	pthread_cond_destroy(&box->filled);
	pthread_cond_destroy(&box->drained);
	pthread_mutex_destroy(&box->lock);
	free(box->items);
	free(box);
}

/* Makes the descriptor readable, or no longer; on an eventfd of ours neither blocks nor fails. */
static void set_readable(struct mailbox *box, bool readable)
{
	uint64_t count = 1;
	ssize_t moved;

	if (box->readable == readable)
		return;
	moved = readable ? write(box->fd, &count, sizeof(count))
			 : read(box->fd, &count, sizeof(count));
	assert(moved == sizeof(count));
	(void)moved;
	box->readable = readable;
}

/* Puts n items in; there is room. The lock is held. */
static void put(struct mailbox *box, void *const *items, size_t n)
{
	bool was_empty = box->len == 0;

	for (size_t i = 0; i < n; i++)
		box->items[(box->head + box->len + i) % box->capacity] = items[i];
	box->len += n;
	if (was_empty && n > 0) {
		set_readable(box, true);
		pthread_cond_signal(&box->filled);
	}
}

bool mailbox_send(struct mailbox *box, void *const *items, size_t n)
{
	bool room;

	pthread_mutex_lock(&box->lock);
	room = !box->closed && n <= box->capacity - box->len;
	if (room)
		put(box, items, n);
	pthread_mutex_unlock(&box->lock);
	return room;
}

bool mailbox_send_wait(struct mailbox *box, void *const *items, size_t n)
{
	bool open;

	assert(n <= box->capacity);
	pthread_mutex_lock(&box->lock);
	box->senders_waiting++;
	while (!box->closed && n > box->capacity - box->len)
		pthread_cond_wait(&box->drained, &box->lock);
	box->senders_waiting--;
	open = !box->closed;
	if (open)
		put(box, items, n);
	pthread_mutex_unlock(&box->lock);
	return open;
}

/* Takes up to `max` items out. The lock is held. A closed box stays readable: whoever watches it
 * must see that it is closed. */
static size_t get(struct mailbox *box, void **items, size_t max)
{
	size_t n = box->len < max ? box->len : max;

	for (size_t i = 0; i < n; i++)
		items[i] = box->items[(box->head + i) % box->capacity];
	box->head = (box->head + n) % box->capacity;
	box->len -= n;
	if (box->len == 0 && !box->closed)
		set_readable(box, false);
	if (n > 0 && box->senders_waiting > 0)
		pthread_cond_broadcast(&box->drained);
	return n;
}

size_t mailbox_take(struct mailbox *box, void **items, size_t max)
{
	size_t n;

	pthread_mutex_lock(&box->lock);
	n = get(box, items, max);
	pthread_mutex_unlock(&box->lock);
	return n;
}

static struct timespec deadline(int timeout_ms)
{
	struct timespec when;
	long ns;

	clock_gettime(CLOCK_MONOTONIC, &when);
	ns = when.tv_nsec + timeout_ms % 1000 * 1000000L;
	when.tv_sec += timeout_ms / 1000 + ns / 1000000000L;
	when.tv_nsec = ns % 1000000000L;
	return when;
}

size_t mailbox_wait(struct mailbox *box, void **items, size_t max, int timeout_ms)
{
	struct timespec until = deadline(timeout_ms > 0 ? timeout_ms : 0);
	int code = 0;
	size_t n;

	pthread_mutex_lock(&box->lock);
	while (box->len == 0 && !box->closed && code == 0) {
		if (timeout_ms < 0)
			pthread_cond_wait(&box->filled, &box->lock);
		else
			code = pthread_cond_timedwait(&box->filled, &box->lock, &until);
	}
	n = get(box, items, max);
	pthread_mutex_unlock(&box->lock);
	return n;
}

int mailbox_fd(const struct mailbox *box)
{
	return box->fd;
}

/* Looking takes the lock too, which is no change anyone sees: hence the cast. */
static struct mailbox *locked(const struct mailbox *box)
{
	struct mailbox *own = (struct mailbox *)box;

	pthread_mutex_lock(&own->lock);
	return own;
}

size_t mailbox_len(const struct mailbox *box)
{
	struct mailbox *own = locked(box);
	size_t len = own->len;

	pthread_mutex_unlock(&own->lock);
	return len;
}

bool mailbox_closed(const struct mailbox *box)
{
	struct mailbox *own = locked(box);
	bool closed = own->closed;

	pthread_mutex_unlock(&own->lock);
	return closed;
}

void mailbox_close(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	box->closed = true;
	set_readable(box, true);
	pthread_cond_broadcast(&box->filled);
	pthread_cond_broadcast(&box->drained);
	pthread_mutex_unlock(&box->lock);
}
