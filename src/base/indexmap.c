/* The map of numbers: see indexmap.h. Linear probing; removal closes the gap, so that no tombstones
 * are needed.
 */
#include "base/indexmap.h"

#include <assert.h>
#include <stdlib.h>

#include "base/xalloc.h"

#define ROOM_MIN 16

void indexmap_done(struct indexmap *map)
{
	free(map->slots);
	*map = (struct indexmap) { 0 };
}

static size_t home(const struct indexmap *map, uint64_t index)
{
	return (size_t)((index * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (map->room - 1);
}

/* The slot that holds `index`, or the free one where it belongs. */
static size_t slot_of(const struct indexmap *map, uint64_t index)
{
	size_t slot = home(map, index);

	while (map->slots[slot].value && map->slots[slot].index != index)
		slot = (slot + 1) & (map->room - 1);
	return slot;
}

void *indexmap_get(const struct indexmap *map, uint64_t index)
{
	return map->len ? map->slots[slot_of(map, index)].value : NULL;
}

static void grow(struct indexmap *map)
{
	struct indexmap old = *map;

	map->room = old.room ? old.room * 2 : ROOM_MIN;
	map->slots = xcalloc(map->room, sizeof(*map->slots));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i].value)
			map->slots[slot_of(map, old.slots[i].index)] = old.slots[i];
	free(old.slots);
}

void indexmap_put(struct indexmap *map, uint64_t index, void *value)
{
	size_t slot;

	if ((map->len + 1) * 2 > map->room)
		grow(map);
	slot = slot_of(map, index);
	assert(value && !map->slots[slot].value);
	map->slots[slot] = (struct indexmap_slot) { index, value };
	map->len++;
}

/* Moves later entries of the probe sequence into the gap. */
static void close_gap(struct indexmap *map, size_t gap)
{
	size_t mask = map->room - 1;

	for (size_t i = (gap + 1) & mask; map->slots[i].value; i = (i + 1) & mask) {
		size_t wanted = home(map, map->slots[i].index);

		if (((i - wanted) & mask) < ((i - gap) & mask))
			continue;
		map->slots[gap] = map->slots[i];
		map->slots[i].value = NULL;
		gap = i;
	}
}

void *indexmap_take(struct indexmap *map, uint64_t index)
{
	size_t slot = map->len ? slot_of(map, index) : 0;
	void *value = map->len ? map->slots[slot].value : NULL;

	if (!value)
		return NULL;
	map->slots[slot].value = NULL;
	map->len--;
	close_gap(map, slot);
	return value;
}

void indexmap_each(const struct indexmap *map, void (*fn)(void *value, void *arg), void *arg)
{
	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].value)
			fn(map->slots[i].value, arg);
}
