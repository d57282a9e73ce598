/* Which points of a matrix are left after its rules took some out: a bit for each, and the k-th
 * that is left found by counting blocks of bits. A million points take 140 KiB. */
#ifndef SPEC_POINTMAP_H
#define SPEC_POINTMAP_H

#include <stdbool.h>
#include <stdint.h>

#define POINTMAP_MAX (UINT64_C(1) << 27) /* points: 18 MiB */

struct pointmap;

struct pointmap *pointmap_new(uint64_t points); /* at most POINTMAP_MAX; all are left */
void pointmap_free(struct pointmap *map);       /* NULL is fine */
void pointmap_drop(struct pointmap *map, uint64_t first, uint64_t last);
uint64_t pointmap_seal(struct pointmap *map); /* how many are left; nothing is dropped after */
uint64_t pointmap_at(const struct pointmap *map, uint64_t k);  /* sealed; k below what is left */
bool pointmap_has(const struct pointmap *map, uint64_t point); /* it is left */

#endif
