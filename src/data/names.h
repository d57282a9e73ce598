/* A list of distinct texts that is found by text: column names, keys. Private to this floor.
 *
 * Numbered from 0 in the order they were added. Not for threads while it grows; any thread may
 * read one that no longer does.
 */
#ifndef DATA_NAMES_H
#define DATA_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

struct names {
	struct slice *items; /* owned, NUL-terminated */
	bool *plain;         /* item i holds no quote and no backslash: as a key it is written so */
	size_t len;
	uint64_t lengths; /* bit n: some item has n bytes; bit 63: 63 or more */
	uint32_t *slots;  /* item + 1; 0 is free */
	size_t nslots;    /* a power of two, or 0 */
};

void names_done(struct names *names); /* a zeroed one is empty and valid */
/* The number of `text`, added when it is new. */
size_t names_add(struct names *names, struct slice text);
bool names_find(const struct names *names, struct slice text, size_t *index);

#endif
