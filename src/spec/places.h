/* Where each part of a document was written: a tree of places beside the tree of values.
 *
 * Both readers (yaml.c and json_reader.c) grow it while they compose; doc.c asks it by JSON
 * pointer. Nodes belong to the struct places and end together, so that an alias may share what is
 * inside the node it repeats.
 */
#ifndef SPEC_PLACES_H
#define SPEC_PLACES_H

#include <stddef.h>

#include "spec/doc.h"

struct level; /* what stands inside one map or list */

struct spot {
	struct place value;
	struct place key;     /* of a map's member */
	struct level *inside; /* NULL for a scalar */
};

struct places {
	struct spot root;
	struct level *levels; /* all of them, for places_done */
};

struct level *places_level(struct places *places);
/* `name` is copied; NULL for the next element of a list. */
void places_add(struct level *level, const char *name, struct spot spot);
/* The members of a map stand in the order in which they were added. */
const struct spot *places_at(const struct level *level, size_t index);
/* Walks `pointer` as far as it goes; `exact` (may be NULL) tells whether that was to its end. */
const struct spot *places_find(const struct places *places, const char *pointer, bool *exact);
void places_done(struct places *places);

#endif
