/* The anchors of a YAML document: what `*name` repeats.
 *
 * Inner to yaml.c, which composes the nodes.
 */
#ifndef SPEC_ANCHORS_H
#define SPEC_ANCHORS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "spec/places.h"

struct node { /* a composed part of the document */
	struct json *value;
	struct spot spot;
	size_t cost;     /* of the budget, with all that is inside */
	unsigned height; /* levels of maps and lists it has; 0: a scalar */
};

struct anchor {
	char *name;
	bool open; /* its node is still being composed: an alias would be a cycle */
	struct node node;
};

struct anchors {
	void *tree; /* of tsearch(3); a zeroed one is empty */
};

/* Begins a node with an anchor; an earlier anchor of that name is forgotten. NULL for a NULL name.
 */
struct anchor *anchors_open(struct anchors *anchors, const char *name);
/* Its node is whole now; the value gets a reference. A NULL anchor is fine. */
void anchors_close(struct anchor *anchor, const struct node *node);
const struct anchor *anchors_find(const struct anchors *anchors, const char *name);
void anchors_done(struct anchors *anchors);

#endif
