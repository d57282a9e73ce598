/* Open chains: see chains.h. A small hash table with linear probing; removal closes the gap. */
#include "run/chains.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"

static void free_chain(struct chain *chain)
{
	if (!chain)
		return;
	free(chain->token);
	free(chain->visited);
	free(chain);
}

void chains_done(struct chains *chains)
{
	for (size_t i = 0; i < chains->room; i++)
		free_chain(chains->slots[i]);
	free(chains->slots);
	*chains = (struct chains) { 0 };
}

static size_t home(const struct chains *chains, uint64_t index)
{
	return (size_t)((index * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (chains->room - 1);
}

/* The slot that holds `index`, or the free one where it belongs. */
static size_t slot_of(const struct chains *chains, uint64_t index)
{
	size_t slot = home(chains, index);

	while (chains->slots[slot] && chains->slots[slot]->index != index)
		slot = (slot + 1) & (chains->room - 1);
	return slot;
}

struct chain *chains_find(const struct chains *chains, uint64_t index)
{
	return chains->len ? chains->slots[slot_of(chains, index)] : NULL;
}

static void grow(struct chains *chains)
{
	struct chains old = *chains;

	chains->room = old.room ? old.room * 2 : 16;
	chains->slots = xcalloc(chains->room, sizeof(struct chain *));
	for (size_t i = 0; i < old.room; i++)
		if (old.slots[i])
			chains->slots[slot_of(chains, old.slots[i]->index)] = old.slots[i];
	free(old.slots);
}

struct chain *chains_add(struct chains *chains, uint64_t index)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));
	size_t slot;

	if ((chains->len + 1) * 2 > chains->room)
		grow(chains);
	slot = slot_of(chains, index);
	assert(!chains->slots[slot]);
	chain->index = index;
	chains->slots[slot] = chain;
	chains->len++;
	return chain;
}

/* Moves later entries of the probe sequence into the gap, so that no tombstones are needed. */
static void close_gap(struct chains *chains, size_t gap)
{
	size_t mask = chains->room - 1;

	for (size_t i = (gap + 1) & mask; chains->slots[i]; i = (i + 1) & mask) {
		size_t wanted = home(chains, chains->slots[i]->index);

		if (((i - wanted) & mask) < ((i - gap) & mask))
			continue;
		chains->slots[gap] = chains->slots[i];
		chains->slots[i] = NULL;
		gap = i;
	}
}

void chains_drop(struct chains *chains, uint64_t index)
{
	size_t slot;

	if (!chains->len)
		return;
	slot = slot_of(chains, index);
	if (!chains->slots[slot])
		return;
	free_chain(chains->slots[slot]);
	chains->slots[slot] = NULL;
	chains->len--;
	close_gap(chains, slot);
}

void chains_each(const struct chains *chains, void (*fn)(struct chain *chain, void *arg), void *arg)
{
	for (size_t i = 0; i < chains->room; i++)
		if (chains->slots[i])
			fn(chains->slots[i], arg);
}

static bool was_at(const struct chain *chain, uint64_t hash)
{
	for (uint32_t i = 0; i < chain->nvisited; i++)
		if (chain->visited[i] == hash)
			return true;
	return false;
}

static void remember(struct chain *chain, uint64_t hash)
{
	bool anchor = (chain->page & (chain->page - 1)) == 0;

	if (!chain->visited)
		chain->visited = xcalloc(1, sizeof(uint64_t));
	if (anchor || chain->nvisited == 0)
		chain->visited[0] = hash;
	if (chain->nvisited == 0)
		chain->nvisited = 1;
	if (chain->nvisited < CHAIN_VISITED_MAX) {
		chain->visited =
			xreallocarray(chain->visited, chain->nvisited + 1, sizeof(uint64_t));
		chain->nvisited++;
	} else {
		memmove(chain->visited + 1, chain->visited + 2,
			(CHAIN_VISITED_MAX - 2) * sizeof(uint64_t));
	}
	chain->visited[chain->nvisited - 1] = hash;
}

bool chain_advance(struct chain *chain, const char *token)
{
	uint64_t hash = hash_bytes(token, strlen(token));
	bool circle = was_at(chain, hash);

	chain->page++;
	free(chain->token);
	chain->token = xstrdup(token);
	if (!circle)
		remember(chain, hash);
	return !circle;
}
