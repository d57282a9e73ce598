/* The window of `order: requested`: see window.h. */
#include "run/window.h"

#include <assert.h>
#include <stdlib.h>

#include "base/indexmap.h"
#include "base/xalloc.h"

/* What a landing costs beside its rows and body: its request, its texts, and what malloc adds. */
#define LANDING_COST 1024
#define MEAN_OF      16 /* landings, the older ones counting less and less */

struct line { /* what waits of one point, oldest first */
	struct landing *first, *last;
};

struct window {
	uint64_t head;
	struct rangeset *done; /* NULL: none */
	struct indexmap lines; /* by point */
	size_t bytes, limit;
	size_t mean; /* cost of a landing, lately */
};

/* The set that is given lives on and changes; what counts here is what it holds now. */
static struct rangeset *copy_of(const struct rangeset *set, uint64_t points)
{
	struct rangeset *copy = rangeset_new(points);
	struct range range;

	for (uint64_t from = 0; rangeset_next(set, from, &range); from = range.last + 1)
		rangeset_add_range(copy, range);
	return copy;
}

static uint64_t not_done(const struct window *window, uint64_t from)
{
	return window->done ? rangeset_next_gap(window->done, from) : from;
}

struct window *window_new(uint64_t points, const struct rangeset *done, size_t limit_bytes)
{
	struct window *window = xcalloc(1, sizeof(*window));

	window->done = done ? copy_of(done, points) : NULL;
	window->limit = limit_bytes;
	window->mean = LANDING_COST;
	window->head = not_done(window, 0);
	return window;
}

static void drop_line(void *value, void *arg)
{
	struct line *line = value;

	while (line->first) {
		struct landing *landing = line->first;

		line->first = landing->next;
		landing_free(landing);
	}
	free(line);
}

void window_free(struct window *window)
{
	if (!window)
		return;
	indexmap_each(&window->lines, drop_line, NULL);
	indexmap_done(&window->lines);
	rangeset_free(window->done);
	free(window);
}

bool window_admits(const struct window *window, uint64_t point, uint32_t out)
{
	return point <= window->head || window->bytes + out * window->mean < window->limit;
}

static size_t cost(const struct landing *landing)
{
	return LANDING_COST + landing_memory(landing);
}

void window_put(struct window *window, struct landing *landing)
{
	uint64_t point = landing_point(landing);
	struct line *line = indexmap_get(&window->lines, point);

	assert(point >= window->head);
	if (!line) {
		line = xcalloc(1, sizeof(*line));
		indexmap_put(&window->lines, point, line);
	}
	if (line->last)
		line->last->next = landing;
	else
		line->first = landing;
	line->last = landing;
	window->bytes += cost(landing);
	window->mean += cost(landing) / MEAN_OF - window->mean / MEAN_OF;
}

struct landing *window_take(struct window *window)
{
	struct line *line = indexmap_get(&window->lines, window->head);
	struct landing *landing = line ? line->first : NULL;

	if (!landing)
		return NULL;
	line->first = landing->next;
	landing->next = NULL;
	window->bytes -= cost(landing);
	if (!line->first)
		free(indexmap_take(&window->lines, window->head));
	if (landing_finishes(landing))
		window->head = not_done(window, window->head + 1);
	return landing;
}

uint64_t window_head(const struct window *window)
{
	return window->head;
}

size_t window_bytes(const struct window *window)
{
	return window->bytes;
}
