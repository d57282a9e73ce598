/* Open chains: see chains.h. */
#include "run/chains.h"

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
	free(chain->drift);
	free(chain->paging);
	free(chain);
}

static void drop(void *value, void *arg)
{
	free_chain(value);
}

void chains_done(struct chains *chains)
{
	indexmap_each(&chains->open, drop, NULL);
	indexmap_done(&chains->open);
}

struct chain *chains_find(const struct chains *chains, uint64_t index)
{
	return indexmap_get(&chains->open, index);
}

struct chain *chains_add(struct chains *chains, uint64_t index)
{
	struct chain *chain = xcalloc(1, sizeof(*chain));

	chain->index = index;
	chain->watch.total_low = UINT64_MAX;
	indexmap_put(&chains->open, index, chain);
	return chain;
}

void chains_drop(struct chains *chains, uint64_t index)
{
	free_chain(indexmap_take(&chains->open, index));
}

struct visit {
	void (*fn)(struct chain *chain, void *arg);
	void *arg;
};

static void visit_chain(void *value, void *arg)
{
	const struct visit *visit = arg;

	visit->fn(value, visit->arg);
}

void chains_each(const struct chains *chains, void (*fn)(struct chain *chain, void *arg), void *arg)
{
	struct visit visit = { fn, arg };

	indexmap_each(&chains->open, visit_chain, &visit);
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
