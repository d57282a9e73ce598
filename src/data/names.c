/* Open addressing over an array of texts: see names.h. */
#include "data/names.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/xalloc.h"

void names_done(struct names *names)
{
	for (size_t i = 0; i < names->len; i++)
		free((char *)names->items[i].ptr);
	free(names->items);
	free(names->plain);
	free(names->slots);
	*names = (struct names) { 0 };
}

/* The slot that holds `text`, or the free one where it belongs. */
static uint32_t *slot_of(const struct names *names, struct slice text)
{
	size_t mask = names->nslots - 1;
	size_t at = hash_bytes(text.ptr, text.len) & mask;

	while (names->slots[at] && !slice_equal(names->items[names->slots[at] - 1], text))
		at = (at + 1) & mask;
	return &names->slots[at];
}

static void grow(struct names *names)
{
	free(names->slots);
	names->nslots = names->nslots ? names->nslots * 2 : 16;
	names->slots = xcalloc(names->nslots, sizeof(*names->slots));
	names->items = xreallocarray(names->items, names->nslots / 2, sizeof(*names->items));
	names->plain = xreallocarray(names->plain, names->nslots / 2, sizeof(*names->plain));
	for (size_t i = 0; i < names->len; i++)
		*slot_of(names, names->items[i]) = (uint32_t)(i + 1);
}

static uint64_t length_bit(size_t len)
{
	return UINT64_C(1) << (len < 63 ? len : 63);
}

size_t names_add(struct names *names, struct slice text)
{
	uint32_t *slot;

	if (names->len >= names->nslots / 2)
		grow(names);
	slot = slot_of(names, text);
	if (*slot == 0) {
		names->items[names->len].ptr = xstrndup(text.len ? text.ptr : "", text.len);
		names->items[names->len].len = text.len;
		names->plain[names->len] = !memchr(names->items[names->len].ptr, '"', text.len) &&
					   !memchr(names->items[names->len].ptr, '\\', text.len);
		names->lengths |= length_bit(text.len);
		*slot = (uint32_t)++names->len;
	}
	return *slot - 1;
}

bool names_find(const struct names *names, struct slice text, size_t *index)
{
	uint32_t slot;

	if (!(names->lengths & length_bit(text.len)))
		return false;
	slot = *slot_of(names, text);
	if (slot)
		*index = slot - 1;
	return slot != 0;
}
