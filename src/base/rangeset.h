/* A set of 64-bit numbers kept as ranges: which points of a run are finished.
 *
 * A million finished requests are a handful of ranges. When the ranges outnumber what a bitmap of
 * the universe would cost, the set turns itself into that bitmap; callers do not notice.
 */
#ifndef BASE_RANGESET_H
#define BASE_RANGESET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rangeset;

struct range {
	uint64_t first, last; /* inclusive */
};

struct rangeset *rangeset_new(uint64_t universe); /* members are 0 .. universe-1 */
void rangeset_free(struct rangeset *set);
/* What lies beyond the universe is cut off. */
void rangeset_add(struct rangeset *set, uint64_t member);
void rangeset_add_range(struct rangeset *set, struct range range);
void rangeset_remove(struct rangeset *set, uint64_t member);
bool rangeset_has(const struct rangeset *set, uint64_t member);
uint64_t rangeset_count(const struct rangeset *set); /* members; O(1) */
/* The range that holds `member`; false when it is not in the set. */
bool rangeset_find(const struct rangeset *set, uint64_t member, struct range *range);
/* The smallest number >= from that is not a member; `universe` when there is none. */
uint64_t rangeset_next_gap(const struct rangeset *set, uint64_t from);
/* The first range that begins at or after `from`; false at the end. For walking all of them. */
bool rangeset_next(const struct rangeset *set, uint64_t from, struct range *range);
size_t rangeset_memory(const struct rangeset *set); /* bytes */

#endif
