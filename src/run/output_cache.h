/* The outputs whose live files are open: at most OUTPUT_CACHE_MAX, the one unused for longest goes
 * first. Lander thread only; others may ask how many there are.
 *
 * Work is done in turns: what was used in the turn that is on, or has rows gathered, is not closed.
 */
#ifndef RUN_OUTPUT_CACHE_H
#define RUN_OUTPUT_CACHE_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "run/output.h"

#define OUTPUT_CACHE_MAX 256

struct output_cache {
	struct {
		struct output *output;
		uint64_t turn;     /* the last one it was used in */
	} items[OUTPUT_CACHE_MAX]; /* most recently used first */
	atomic_uint len;
	uint64_t turn;
};

void output_cache_done(struct output_cache *cache); /* closes all; changes no file */
void output_cache_next_turn(struct output_cache *cache);

/* NULL when it is not open. */
struct output *output_cache_find(struct output_cache *cache, const char *key);
/* Takes the output. -EMFILE: all places are taken by what this turn uses; it is not taken then. */
int output_cache_add(struct output_cache *cache, struct output *output, struct err *err);
/* No output is used by this run any more. */
void output_cache_release(struct output_cache *cache, uint64_t run);

#endif
