/* Anchors by name: see anchors.h. A tree, because a hostile document has a hundred thousand. */
#include "spec/anchors.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct anchor *)a)->name, ((const struct anchor *)b)->name);
}

static void anchor_free(void *arg)
{
	struct anchor *anchor = arg;

	json_unref(anchor->node.value);
	free(anchor->name);
	free(anchor);
}

struct anchor *anchors_open(struct anchors *anchors, const char *name)
{
	struct anchor *anchor, **found;

	if (!name)
		return NULL;
	anchor = xcalloc(1, sizeof(*anchor));
	anchor->name = xstrdup(name);
	found = tsearch(anchor, &anchors->tree, by_name);
	if (!found)
		abort(); /* no memory, as xalloc does */
	if (*found != anchor) {
		anchor_free(anchor);
		anchor = *found;
		json_unref(anchor->node.value);
		anchor->node.value = NULL;
	}
	anchor->open = true;
	return anchor;
}

void anchors_close(struct anchor *anchor, const struct node *node)
{
	/* A node inside this one took the name meanwhile: it is the later one, and stays. */
	if (!anchor || !anchor->open)
		return;
	anchor->node = *node;
	anchor->node.value = json_ref(node->value);
	anchor->open = false;
}

const struct anchor *anchors_find(const struct anchors *anchors, const char *name)
{
	struct anchor key = { .name = (char *)name };
	struct anchor *const *found = tfind(&key, &anchors->tree, by_name);

	return found ? *found : NULL;
}

void anchors_done(struct anchors *anchors)
{
	tdestroy(anchors->tree, anchor_free);
	anchors->tree = NULL;
}
