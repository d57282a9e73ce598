/* Runs of bits in an array of words, a word at a time. The dense half of rangeset.c. */
#ifndef BASE_BITMAP_H
#define BASE_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bitmap_words(uint64_t size)
{
	return (size_t)(size / 64 + (size % 64 != 0));
}

static inline bool bitmap_has(const uint64_t *words, uint64_t bit)
{
	return words[bit / 64] >> (bit % 64) & 1;
}

/* The first bit >= from that is `set`; `size` when there is none. */
uint64_t bitmap_next(const uint64_t *words, uint64_t size, uint64_t from, bool set);
/* How many bits, counted down from `from` on, are set in a row. */
uint64_t bitmap_run_down(const uint64_t *words, uint64_t from);
/* Sets first .. last; returns how many of them were not set before. */
uint64_t bitmap_fill(uint64_t *words, uint64_t first, uint64_t last);

#endif
