/* The set of finished points: see rangeset.h.
 *
 * A sorted array of ranges with gaps between them, or, once that array would need more memory than
 * one bit for each number of the universe, those bits; never back. Points finish almost in order,
 * so most additions lengthen the last range.
 */
#include "base/rangeset.h"

#include <stdlib.h>
#include <string.h>

#include "base/bitmap.h"
#include "base/xalloc.h"

struct rangeset {
	uint64_t universe, count;
	struct range *ranges; /* sorted, at least one number apart; unused when there are bits */
	size_t len, room;
	uint64_t *bits;
};

struct rangeset *rangeset_new(uint64_t universe)
{
	struct rangeset *set = xcalloc(1, sizeof(*set));

	set->universe = universe;
	return set;
}

void rangeset_free(struct rangeset *set)
{
	if (!set)
		return;
	free(set->ranges);
	free(set->bits);
	free(set);
}

uint64_t rangeset_count(const struct rangeset *set)
{
	return set->count;
}

size_t rangeset_memory(const struct rangeset *set)
{
	size_t words = set->bits ? bitmap_words(set->universe) : 0;

	return sizeof(*set) + set->room * sizeof(*set->ranges) + words * sizeof(*set->bits);
}

/* The first range that ends at or after `member`; len when there is none. */
static size_t position(const struct rangeset *set, uint64_t member)
{
	size_t low = 0, high = set->len;

	if (high > 0 && set->ranges[high - 1].first <= member)
		return set->ranges[high - 1].last >= member ? high - 1 : high;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (set->ranges[middle].last < member)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void become_bits(struct rangeset *set)
{
	set->bits = xcalloc(bitmap_words(set->universe), sizeof(*set->bits));
	for (size_t i = 0; i < set->len; i++)
		bitmap_fill(set->bits, set->ranges[i].first, set->ranges[i].last);
	free(set->ranges);
	set->ranges = NULL;
	set->len = set->room = 0;
}

/* Room for one more range; false when the set turned itself into bits instead. */
static bool grow(struct rangeset *set)
{
	const size_t most = bitmap_words(set->universe) * sizeof(uint64_t) / sizeof(struct range);

	if (set->len < set->room)
		return true;
	if (set->len >= most) {
		become_bits(set);
		return false;
	}
	set->room = set->room ? set->room * 2 : 8;
	if (set->room > most)
		set->room = most;
	set->ranges = xreallocarray(set->ranges, set->room, sizeof(*set->ranges));
	return true;
}

static uint64_t width(struct range range)
{
	return range.last - range.first + 1;
}

/* Replaces the ranges [from, to) by one. */
static void splice(struct rangeset *set, size_t from, size_t to, struct range range)
{
	for (size_t i = from; i < to; i++)
		set->count -= width(set->ranges[i]);
	memmove(set->ranges + from + 1, set->ranges + to, (set->len - to) * sizeof(*set->ranges));
	set->ranges[from] = range;
	set->count += width(range);
	set->len = set->len + 1 - (to - from);
}

/* Joins `range` with every range it overlaps or touches. */
static void add_to_ranges(struct rangeset *set, struct range range)
{
	size_t from = position(set, range.first ? range.first - 1 : 0), to = from;

	while (to < set->len && set->ranges[to].first <= range.last + 1)
		to++;
	if (from == to && !grow(set)) {
		set->count += bitmap_fill(set->bits, range.first, range.last);
		return;
	}
	if (from < to && set->ranges[from].first < range.first)
		range.first = set->ranges[from].first;
	if (from < to && set->ranges[to - 1].last > range.last)
		range.last = set->ranges[to - 1].last;
	splice(set, from, to, range);
}

void rangeset_add_range(struct rangeset *set, struct range range)
{
	if (range.last >= set->universe)
		range.last = set->universe - 1;
	if (set->universe == 0 || range.first > range.last)
		return;
	if (set->bits)
		set->count += bitmap_fill(set->bits, range.first, range.last);
	else
		add_to_ranges(set, range);
}

void rangeset_add(struct rangeset *set, uint64_t member)
{
	rangeset_add_range(set, (struct range) { member, member });
}

static void remove_bit(struct rangeset *set, uint64_t member)
{
	set->bits[member / 64] &= ~((uint64_t)1 << (member % 64));
	set->count--;
}

/* Takes `member` out of ranges[i], which is cut at an end, dropped, or split in two. */
static void remove_from_range(struct rangeset *set, size_t i, uint64_t member)
{
	struct range *range = &set->ranges[i], right = { member + 1, range->last };

	set->count--;
	if (range->first == range->last) {
		set->len--;
		memmove(range, range + 1, (set->len - i) * sizeof(*range));
	} else if (member == range->first) {
		range->first++;
	} else {
		range->last = member - 1;
		if (right.first <= right.last)
			rangeset_add_range(set, right);
		set->count -= right.first <= right.last ? width(right) : 0;
	}
}

void rangeset_remove(struct rangeset *set, uint64_t member)
{
	if (!rangeset_has(set, member))
		return;
	if (set->bits)
		remove_bit(set, member);
	else
		remove_from_range(set, position(set, member), member);
}

bool rangeset_has(const struct rangeset *set, uint64_t member)
{
	size_t i;

	if (member >= set->universe)
		return false;
	if (set->bits)
		return bitmap_has(set->bits, member);
	i = position(set, member);
	return i < set->len && set->ranges[i].first <= member;
}

bool rangeset_find(const struct rangeset *set, uint64_t member, struct range *range)
{
	if (!rangeset_has(set, member))
		return false;
	if (!set->bits) {
		*range = set->ranges[position(set, member)];
		return true;
	}
	range->first = member + 1 - bitmap_run_down(set->bits, member);
	range->last = bitmap_next(set->bits, set->universe, member, false) - 1;
	return true;
}

uint64_t rangeset_next_gap(const struct rangeset *set, uint64_t from)
{
	size_t i;

	if (from >= set->universe)
		return set->universe;
	if (set->bits)
		return bitmap_next(set->bits, set->universe, from, false);
	i = position(set, from);
	return i < set->len && set->ranges[i].first <= from ? set->ranges[i].last + 1 : from;
}

static bool next_bits(const struct rangeset *set, uint64_t from, struct range *range)
{
	if (from > 0 && from < set->universe && bitmap_has(set->bits, from - 1))
		from = bitmap_next(set->bits, set->universe, from, false);
	from = bitmap_next(set->bits, set->universe, from, true);
	if (from == set->universe)
		return false;
	range->first = from;
	range->last = bitmap_next(set->bits, set->universe, from, false) - 1;
	return true;
}

bool rangeset_next(const struct rangeset *set, uint64_t from, struct range *range)
{
	size_t i;

	if (set->bits)
		return next_bits(set, from, range);
	i = position(set, from);
	if (i < set->len && set->ranges[i].first < from)
		i++;
	if (i == set->len)
		return false;
	*range = set->ranges[i];
	return true;
}
