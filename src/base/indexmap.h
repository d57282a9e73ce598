/* A map from 64-bit numbers to pointers, for what is open at some points of a very large matrix.
 * The pointers are the caller's; NULL is not a value.
 */
#ifndef BASE_INDEXMAP_H
#define BASE_INDEXMAP_H

#include <stddef.h>
#include <stdint.h>

struct indexmap {
	struct indexmap_slot *slots; /* open addressing */
	size_t room, len;
};

struct indexmap_slot {
	uint64_t index;
	void *value; /* NULL: free */
};

void indexmap_done(struct indexmap *map); /* a zeroed map is empty and valid */
void *indexmap_get(const struct indexmap *map, uint64_t index);       /* NULL: none */
void indexmap_put(struct indexmap *map, uint64_t index, void *value); /* must not be there */
void *indexmap_take(struct indexmap *map, uint64_t index); /* out of the map; NULL: none */
/* Calls fn for each, in no order; fn must not change the map. */
void indexmap_each(const struct indexmap *map, void (*fn)(void *value, void *arg), void *arg);

#endif
