/* Open outputs: see output_cache.h. */
#include "run/output_cache.h"

#include <errno.h>
#include <string.h>

#include "run/output_rows.h"

void output_cache_done(struct output_cache *cache)
{
	for (size_t i = 0; i < cache->len; i++)
		output_free(cache->items[i].output);
	cache->len = 0;
}

void output_cache_next_turn(struct output_cache *cache)
{
	cache->turn++;
}

static void bring_to_front(struct output_cache *cache, size_t index)
{
	struct output *output = cache->items[index].output;

	memmove(cache->items + 1, cache->items, index * sizeof(cache->items[0]));
	cache->items[0].output = output;
	cache->items[0].turn = cache->turn;
}

struct output *output_cache_find(struct output_cache *cache, const char *key)
{
	for (size_t i = 0; i < cache->len; i++) {
		if (strcmp(output_key(cache->items[i].output), key) != 0)
			continue;
		bring_to_front(cache, i);
		return cache->items[0].output;
	}
	return NULL;
}

static void forget(struct output_cache *cache, size_t index)
{
	memmove(cache->items + index, cache->items + index + 1,
		(cache->len - index - 1) * sizeof(cache->items[0]));
	cache->len--;
}

static void make_room(struct output_cache *cache)
{
	for (size_t i = cache->len; i-- > 0;) {
		struct output *output = cache->items[i].output;

		if (cache->items[i].turn == cache->turn || output_has_gathered(output))
			continue;
		output_free(output);
		forget(cache, i);
		return;
	}
}

int output_cache_add(struct output_cache *cache, struct output *output, struct err *err)
{
	if (cache->len == OUTPUT_CACHE_MAX)
		make_room(cache);
	if (cache->len == OUTPUT_CACHE_MAX)
		return err_set(err, -EMFILE, "%d outputs are being written to already",
			       OUTPUT_CACHE_MAX);
	cache->items[cache->len].output = output;
	bring_to_front(cache, cache->len++);
	return 0;
}

void output_cache_release(struct output_cache *cache, uint64_t run)
{
	for (size_t i = 0; i < cache->len; i++)
		if (output_run(cache->items[i].output) == run)
			output_release(cache->items[i].output);
}
