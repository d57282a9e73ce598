/* Runs of bits: see bitmap.h. */
#include "base/bitmap.h"

uint64_t bitmap_next(const uint64_t *words, uint64_t size, uint64_t from, bool set)
{
	const uint64_t flip = set ? 0 : UINT64_MAX;
	const size_t end = bitmap_words(size);
	uint64_t word, bit;
	size_t i;

	if (from >= size)
		return size;
	i = (size_t)(from / 64);
	word = (words[i] ^ flip) & UINT64_MAX << (from % 64);
	while (word == 0 && ++i < end)
		word = words[i] ^ flip;
	if (word == 0)
		return size;
	bit = (uint64_t)i * 64 + (unsigned)__builtin_ctzll(word);
	return bit < size ? bit : size;
}

uint64_t bitmap_run_down(const uint64_t *words, uint64_t from)
{
	size_t i = (size_t)(from / 64);
	uint64_t gaps = ~words[i] & UINT64_MAX >> (63 - from % 64);

	while (gaps == 0 && i > 0)
		gaps = ~words[--i];
	if (gaps == 0)
		return from + 1;
	return from - ((uint64_t)i * 64 + 63 - (unsigned)__builtin_clzll(gaps));
}

uint64_t bitmap_fill(uint64_t *words, uint64_t first, uint64_t last)
{
	uint64_t added = 0;

	for (uint64_t i = first / 64; i <= last / 64; i++) {
		uint64_t mask = UINT64_MAX;

		if (i == first / 64)
			mask &= UINT64_MAX << (first % 64);
		if (i == last / 64)
			mask &= UINT64_MAX >> (63 - last % 64);
		added += (unsigned)__builtin_popcountll(mask & ~words[i]);
		words[i] |= mask;
	}
	return added;
}
