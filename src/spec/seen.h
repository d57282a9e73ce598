/* Which values have been seen: where each stands, found by its hash. The values themselves stay
 * where they are; a million of them take 32 MiB. */
#ifndef SPEC_SEEN_H
#define SPEC_SEEN_H

#include <stdbool.h>
#include <stdint.h>

struct seen;

/* Whether the value at `place` is the one that is asked for: 1, 0, or a negative errno. */
typedef int seen_same_fn(uint64_t place, void *arg);

struct seen *seen_new(void);
void seen_free(struct seen *seen); /* NULL is fine */
/* 1: it is new, and from now on at `place`; 0: it has been seen; or what
 * `same` said. */
int seen_add(struct seen *seen, uint64_t hash, uint64_t place, seen_same_fn *same, void *arg);

#endif
