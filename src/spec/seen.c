/* A table of places, open addressing: see seen.h. Each entry has its place and a part of its hash,
 * so that hardly a value is looked at but the same one. */
#include "spec/seen.h"

#include <stdlib.h>

#include "base/xalloc.h"

#define SIZE_MIN 1024

/* 12 bytes each would do; 16 keep the table simple. */
struct entry {
	uint64_t hash;
	uint64_t place; /* plus one; 0: free */
};

struct seen {
	struct entry *entries;
	uint64_t size, len; /* size: a power of two */
};

struct seen *seen_new(void)
{
	struct seen *seen = xcalloc(1, sizeof(*seen));

	seen->size = SIZE_MIN;
	seen->entries = xcalloc(SIZE_MIN, sizeof(seen->entries[0]));
	return seen;
}

void seen_free(struct seen *seen)
{
	if (!seen)
		return;
	free(seen->entries);
	free(seen);
}

static void put(struct seen *seen, struct entry entry)
{
	uint64_t at = entry.hash & (seen->size - 1);

	while (seen->entries[at].place)
		at = (at + 1) & (seen->size - 1);
	seen->entries[at] = entry;
}

static void grow(struct seen *seen)
{
	struct seen wider = { .size = seen->size * 2, .len = seen->len };

	wider.entries = xcalloc((size_t)wider.size, sizeof(wider.entries[0]));
	for (uint64_t i = 0; i < seen->size; i++)
		if (seen->entries[i].place)
			put(&wider, seen->entries[i]);
	free(seen->entries);
	*seen = wider;
}

int seen_add(struct seen *seen, uint64_t hash, uint64_t place, seen_same_fn *same, void *arg)
{
	uint64_t at = hash & (seen->size - 1);

	for (; seen->entries[at].place; at = (at + 1) & (seen->size - 1)) {
		int code =
			seen->entries[at].hash == hash ? same(seen->entries[at].place - 1, arg) : 0;

		if (code != 0)
			return code < 0 ? code : 0;
	}
	if (++seen->len > seen->size / 4 * 3)
		grow(seen);
	put(seen, (struct entry) { hash, place + 1 });
	return 1;
}
