/* The 4-ary heap: see heap.h. Four children share a cache line and a half, and halve the depth. */
#include "base/heap.h"

#include <stdlib.h>

#include "base/xalloc.h"

#define ROOM_MIN 16

void heap_done(struct heap *heap)
{
	free(heap->entries);
	*heap = (struct heap) { 0 };
}

static void resize(struct heap *heap, size_t room)
{
	heap->entries = xreallocarray(heap->entries, room, sizeof(*heap->entries));
	heap->room = room;
}

void heap_push(struct heap *heap, struct heap_entry entry)
{
	size_t hole = heap->len++;

	if (heap->len > heap->room)
		resize(heap, heap->room ? heap->room * 2 : ROOM_MIN);
	while (hole > 0 && heap->entries[(hole - 1) / 4].when > entry.when) {
		heap->entries[hole] = heap->entries[(hole - 1) / 4];
		hole = (hole - 1) / 4;
	}
	heap->entries[hole] = entry;
}

bool heap_peek(const struct heap *heap, struct heap_entry *entry)
{
	if (heap->len == 0)
		return false;
	*entry = heap->entries[0];
	return true;
}

/* The least of the children of `parent`; len when there are none. */
static size_t least_child(const struct heap *heap, size_t parent)
{
	size_t least = 4 * parent + 1, end = least + 4;

	if (least >= heap->len)
		return heap->len;
	if (end > heap->len)
		end = heap->len;
	for (size_t i = least + 1; i < end; i++) {
		if (heap->entries[i].when < heap->entries[least].when)
			least = i;
	}
	return least;
}

/* Puts `entry` where the root was taken from. */
static void sift_down(struct heap *heap, struct heap_entry entry)
{
	size_t hole = 0, child;

	while ((child = least_child(heap, hole)) < heap->len &&
	       heap->entries[child].when < entry.when) {
		heap->entries[hole] = heap->entries[child];
		hole = child;
	}
	heap->entries[hole] = entry;
}

bool heap_pop(struct heap *heap, struct heap_entry *entry)
{
	if (!heap_peek(heap, entry))
		return false;
	heap->len--;
	if (heap->len > 0)
		sift_down(heap, heap->entries[heap->len]);
	if (heap->room > ROOM_MIN && heap->len < heap->room / 4)
		resize(heap, heap->room / 2);
	return true;
}
