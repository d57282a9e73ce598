/* The finished points of a run: the part of ledger.h that deals in ranges.
 *
 * The table and the rangeset say the same at every commit. Finishing a batch first brings the set
 * up to date and then writes, for every range that now holds a point of the batch, that range as it
 * has become: points next to one another, or that close the gap between two old ranges, cost one
 * row together. Rows that were swallowed begin inside the new range, so one DELETE by key takes
 * them, whatever they were. This asks nothing of how the set keeps its ranges.
 */
#include "store/ledger.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/sql.h"

static const struct sql put_range = {
	"saving the progress of a run",
	"INSERT OR REPLACE INTO progress (run, first, last) VALUES (?, ?, ?)",
};
static const struct sql drop_swallowed = {
	"saving the progress of a run",
	"DELETE FROM progress WHERE run = ? AND first > ? AND first <= ?",
};
static const struct sql drop_range = {
	"saving the progress of a run",
	"DELETE FROM progress WHERE run = ? AND first = ?",
};
static const struct sql load = {
	"reading the progress of a run",
	"SELECT first, last FROM progress WHERE run = ? ORDER BY first",
};

static int by_number(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static void sort(uint64_t *indexes, size_t n)
{
	if (n > 1)
		qsort(indexes, n, sizeof(*indexes), by_number);
}

static void put(struct db *db, uint64_t run, uint64_t first, uint64_t last)
{
	struct stmt st = stmt_open(db, &put_range);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)first);
	stmt_int(&st, (int64_t)last);
	stmt_run(&st);
}

/* Removes the rows that begin behind the start of `range` and within it. */
static void swallow(struct db *db, uint64_t run, struct range range)
{
	struct stmt st = stmt_open(db, &drop_swallowed);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)range.first);
	stmt_int(&st, (int64_t)range.last);
	stmt_run(&st);
}

static void drop(struct db *db, uint64_t run, uint64_t first)
{
	struct stmt st = stmt_open(db, &drop_range);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)first);
	stmt_run(&st);
}

/* Sorted points, read from front to back. */
struct points {
	const uint64_t *indexes;
	size_t n, at;
};

/* The neighbours at the front as one range. */
static struct range take_neighbours(struct points *points)
{
	uint64_t next = points->indexes[points->at++];
	struct range range = { next, next };

	for (; points->at < points->n; points->at++) {
		next = points->indexes[points->at];
		if (next - range.last > 1)
			break;
		range.last = next;
	}
	return range;
}

void ledger_finish(struct db *db, uint64_t run, struct rangeset *set, uint64_t *indexes, size_t n)
{
	struct points points = { indexes, n, 0 };
	struct range range;

	sort(indexes, n);
	while (points.at < n)
		rangeset_add_range(set, take_neighbours(&points));
	for (size_t i = 0; i < n;) {
		if (!rangeset_find(set, indexes[i], &range))
			return; /* beyond the universe, as are all that follow */
		put(db, run, range.first, range.last);
		if (range.last > range.first)
			swallow(db, run, range);
		while (i < n && indexes[i] <= range.last)
			i++;
	}
}

/* Takes the points at the front that lie in `whole` out of it and writes what is left. A point
 * named twice is just behind `from` the second time, which changes nothing. */
static void cut(struct db *db, uint64_t run, struct rangeset *set, struct range whole,
		struct points *points)
{
	uint64_t from = whole.first; /* begin of the piece not written yet */

	if (points->indexes[points->at] == whole.first)
		drop(db, run, whole.first);
	for (; points->at < points->n && points->indexes[points->at] <= whole.last; points->at++) {
		uint64_t point = points->indexes[points->at];

		if (point > from)
			put(db, run, from, point - 1);
		rangeset_remove(set, point);
		from = point + 1;
	}
	if (from <= whole.last)
		put(db, run, from, whole.last);
}

void ledger_reopen(struct db *db, uint64_t run, struct rangeset *set, const uint64_t *indexes,
		   size_t n)
{
	uint64_t *sorted = xreallocarray(NULL, n, sizeof(*sorted));
	struct points points = { sorted, n, 0 };
	struct range whole;

	if (n)
		memcpy(sorted, indexes, n * sizeof(*sorted));
	sort(sorted, n);
	while (points.at < n) {
		if (rangeset_find(set, sorted[points.at], &whole))
			cut(db, run, set, whole, &points);
		else
			points.at++;
	}
	free(sorted);
}

int ledger_load(struct db *db, uint64_t run, struct rangeset *set, struct err *err)
{
	struct stmt st = stmt_open(db, &load);
	struct range range;
	int code;

	stmt_int(&st, (int64_t)run);
	while ((code = stmt_next(&st, err)) > 0) {
		range.first = (uint64_t)stmt_take_int(&st);
		range.last = (uint64_t)stmt_take_int(&st);
		rangeset_add_range(set, range);
	}
	stmt_close(&st);
	return code;
}
