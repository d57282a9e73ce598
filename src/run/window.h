/* The window of `order: requested`: what came before its turn waits here.
 *
 * Rows are to land in the order of the points of the matrix and, within a chain, of its pages. The
 * head is the first point that is not finished: its landings pass at once. Those of later points
 * wait, in memory, until every point before theirs is finished. When what waits has reached the
 * limit, requests of the head alone may go out, so that memory stays bounded however slow the head
 * is; and since there is always a place for the head, whatever its size, the window can never
 * stand still.
 *
 * It decides nothing about points given up: their failure is their end. Main loop only.
 */
#ifndef RUN_WINDOW_H
#define RUN_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rangeset.h"
#include "run/landing.h"

/* What may wait, of one run. Answers of requests that are out already may come on top. */
#define WINDOW_BYTES ((size_t)8 << 20)

struct window;

/* Of a matrix of so many points. `done`: those finished in an earlier life, read during the call;
 * NULL: none. */
struct window *window_new(uint64_t points, const struct rangeset *done, size_t limit_bytes);
void window_free(struct window *window); /* with all that waits; NULL is fine */

/* May a request of `point` go out, when `out` requests are out already? Always true of the head.
 * For the others what is out counts as if it would wait, at the mean of what has come so far. */
bool window_admits(const struct window *window, uint64_t point, uint32_t out);

/* Takes a PAGE or a FAILURE. Those of one point come in the order of their pages. */
void window_put(struct window *window, struct landing *landing);
/* Hands out the next landing whose turn it is; NULL when there is none. */
struct landing *window_take(struct window *window);

uint64_t window_head(const struct window *window);
/* What waits, every landing counted with its request and never as nothing; so the number that
 * waits is bounded as well. */
size_t window_bytes(const struct window *window);

#endif
