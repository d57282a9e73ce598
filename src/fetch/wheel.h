/* A coarse timer wheel: thousands of time-outs that nearly never happen, at the cost of a list
 * link.
 *
 * Entries stand in their owners. Due ones are found up to WHEEL_TICK_MS late and never early.
 * Setting, clearing and setting again are a few pointer writes; one thread. */
#ifndef FETCH_WHEEL_H
#define FETCH_WHEEL_H

#include <stddef.h>
#include <stdint.h>

#define WHEEL_TICK_MS 50
#define WHEEL_SLOTS   512 /* 25.6 s a turn; later entries go round again */

struct wheel_entry {
	struct wheel_entry *next, *prev; /* NULL: not set */
	int64_t due_tick;
};

struct wheel {
	struct wheel_entry slots[WHEEL_SLOTS]; /* rings */
	int64_t tick;                          /* everything up to it was looked at */
	size_t count;
};

typedef void wheel_due_fn(struct wheel_entry *entry, void *arg);

void wheel_init(struct wheel *wheel, int64_t now_ms);
/* Replaces an earlier setting; the entry must be zeroed before its first. */
void wheel_set(struct wheel *wheel, struct wheel_entry *entry, int64_t due_ms);
void wheel_clear(struct wheel *wheel, struct wheel_entry *entry); /* also when not set */
/* Calls `due` for every entry whose time has come, after taking it out; `due` may set and clear any
 * entry. */
void wheel_advance(struct wheel *wheel, int64_t now_ms, wheel_due_fn *due, void *arg);

#endif
