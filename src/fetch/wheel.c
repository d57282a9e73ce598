/* The timer wheel: see wheel.h. */
#include "fetch/wheel.h"

#include <stdbool.h>

static void ring_init(struct wheel_entry *ring)
{
	ring->next = ring->prev = ring;
}

static void link_in(struct wheel_entry *ring, struct wheel_entry *entry)
{
	entry->next = ring;
	entry->prev = ring->prev;
	ring->prev->next = entry;
	ring->prev = entry;
}

static void link_out(struct wheel_entry *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = entry->prev = NULL;
}

void wheel_init(struct wheel *wheel, int64_t now_ms)
{
	for (int i = 0; i < WHEEL_SLOTS; i++)
		ring_init(&wheel->slots[i]);
	wheel->tick = now_ms / WHEEL_TICK_MS;
	wheel->count = 0;
}

/* Into the slot of its tick, or the last one of this turn when that is farther away. */
static void place(struct wheel *wheel, struct wheel_entry *entry)
{
	int64_t last = wheel->tick + WHEEL_SLOTS - 1;
	int64_t tick = entry->due_tick < last ? entry->due_tick : last;

	link_in(&wheel->slots[tick % WHEEL_SLOTS], entry);
}

void wheel_set(struct wheel *wheel, struct wheel_entry *entry, int64_t due_ms)
{
	wheel_clear(wheel, entry);
	entry->due_tick = due_ms / WHEEL_TICK_MS + 1;
	if (entry->due_tick <= wheel->tick)
		entry->due_tick = wheel->tick + 1;
	place(wheel, entry);
	wheel->count++;
}

void wheel_clear(struct wheel *wheel, struct wheel_entry *entry)
{
	if (!entry->next)
		return;
	link_out(entry);
	wheel->count--;
}

static void move_all(struct wheel_entry *from, struct wheel_entry *to)
{
	ring_init(to);
	if (from->next == from)
		return;
	*to = *from;
	to->next->prev = to->prev->next = to;
	ring_init(from);
}

/* One slot: what is due goes to `due`, what is not goes round again. */
static void visit(struct wheel *wheel, struct wheel_entry *slot, wheel_due_fn *due, void *arg)
{
	struct wheel_entry ring;

	move_all(slot, &ring);
	while (ring.next != &ring) {
		struct wheel_entry *entry = ring.next;

		link_out(entry);
		if (entry->due_tick > wheel->tick) {
			place(wheel, entry);
			continue;
		}
		wheel->count--;
		due(entry, arg);
	}
}

void wheel_advance(struct wheel *wheel, int64_t now_ms, wheel_due_fn *due, void *arg)
{
	int64_t from = wheel->tick + 1, to = now_ms / WHEEL_TICK_MS;

	if (to < from)
		return;
	if (to - from >= WHEEL_SLOTS)
		from = to - WHEEL_SLOTS + 1;
	wheel->tick = to;
	for (int64_t tick = from; tick <= to; tick++)
		visit(wheel, &wheel->slots[tick % WHEEL_SLOTS], due, arg);
}
