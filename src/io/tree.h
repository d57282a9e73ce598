/* A walk through the files below a directory, without following links. Blocking. */
#ifndef IO_TREE_H
#define IO_TREE_H

#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

struct tree_item {
	const char *name; /* relative to where the walk began */
	const char *leaf; /* its last component */
	int dir;          /* descriptor of the directory it stands in, borrowed */
	struct stat st;   /* a link is itself */
};

enum tree_answer {
	TREE_ON,   /* go on; into it if it is a directory */
	TREE_PAST, /* go on, but not into it */
	TREE_STOP
};
typedef enum tree_answer tree_item_fn(const struct tree_item *item, void *arg);

#define TREE_DEPTH_MAX 32 /* levels; what lies deeper is not seen */

/* Calls `fn` for all that lies below `root` (a directory descriptor), a directory before what is in
 * it, in the order of names; at most `most` items (0: all). `fn` may rename and remove: what is
 * gone when its turn comes is left out, and so is a directory that may not be read (lost+found).
 * 0; 1 when `fn` stopped the walk; -errno with a sentence. */
int tree_walk(int root, uint64_t most, tree_item_fn *fn, void *arg, struct err *err);

#endif
