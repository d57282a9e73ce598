/* A 4-ary min-heap of (when, what): waiting retries, held hosts, due timers. 24 bytes an entry. */
#ifndef BASE_HEAP_H
#define BASE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct heap_entry {
	int64_t when; /* the key; the unit is the caller's */
	uint64_t what;
	uint64_t more;
};

struct heap {
	struct heap_entry *entries;
	size_t len, room;
};

void heap_done(struct heap *heap); /* a zeroed heap is empty and valid */
void heap_push(struct heap *heap, struct heap_entry entry);
bool heap_peek(const struct heap *heap, struct heap_entry *entry); /* false when empty */
bool heap_pop(struct heap *heap, struct heap_entry *entry);

#endif
