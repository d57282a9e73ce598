/* Points that are left: see pointmap.h. */
#include "spec/pointmap.h"

#include <stdlib.h>

#include "base/bitmap.h"
#include "base/xalloc.h"

#define BLOCK_WORDS 8

struct pointmap {
	uint64_t points;
	uint64_t *dropped; /* a bit set: taken out; those beyond the last point are set, too */
	uint32_t *before;  /* how many are left before each block, one more at the end */
	size_t blocks;
};

static unsigned left_in(uint64_t word)
{
	return (unsigned)__builtin_popcountll(~word);
}

struct pointmap *pointmap_new(uint64_t points)
{
	struct pointmap *map = xcalloc(1, sizeof(*map));

	map->points = points;
	map->blocks = (bitmap_words(points) + BLOCK_WORDS - 1) / BLOCK_WORDS;
	map->dropped = xcalloc(map->blocks * BLOCK_WORDS + 1, sizeof(uint64_t));
	map->before = xcalloc(map->blocks + 1, sizeof(uint32_t));
	if (points < (uint64_t)map->blocks * BLOCK_WORDS * 64)
		bitmap_fill(map->dropped, points, (uint64_t)map->blocks * BLOCK_WORDS * 64 - 1);
	return map;
}

void pointmap_free(struct pointmap *map)
{
	if (!map)
		return;
	free(map->dropped);
	free(map->before);
	free(map);
}

void pointmap_drop(struct pointmap *map, uint64_t first, uint64_t last)
{
	bitmap_fill(map->dropped, first, last);
}

uint64_t pointmap_seal(struct pointmap *map)
{
	uint32_t left = 0;

	for (size_t block = 0; block < map->blocks; block++) {
		map->before[block] = left;
		for (size_t i = 0; i < BLOCK_WORDS; i++)
			left += left_in(map->dropped[block * BLOCK_WORDS + i]);
	}
	map->before[map->blocks] = left;
	return left;
}

/* The block in which the k-th is: the last one that begins at or before it. */
static size_t block_of(const struct pointmap *map, uint64_t k)
{
	size_t low = 0, high = map->blocks;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;

		if (map->before[middle] <= k)
			low = middle;
		else
			high = middle;
	}
	return low;
}

uint64_t pointmap_at(const struct pointmap *map, uint64_t k)
{
	size_t block = block_of(map, k), i = block * BLOCK_WORDS;
	uint64_t rest = k - map->before[block], word;

	while (rest >= left_in(map->dropped[i]))
		rest -= left_in(map->dropped[i++]);
	for (word = ~map->dropped[i]; rest > 0; rest--)
		word &= word - 1;
	return i * 64 + (uint64_t)__builtin_ctzll(word);
}

bool pointmap_has(const struct pointmap *map, uint64_t point)
{
	return !bitmap_has(map->dropped, point);
}
