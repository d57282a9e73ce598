/* The directory an output's files stand in: their names, and moves that replace nothing. Private to
 * this floor.
 *
 * All functions but the first take the directory's descriptor and the last component of a name.
 */
#ifndef DATA_SHELF_H
#define DATA_SHELF_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/err.h"

#define SHELF_NAME_MAX 256 /* with the NUL; NAME_MAX of Linux */

/* The directory of `path` below `root`; links are not followed. With `make` its levels are made,
 * for files of `mode`: 0640 makes them 0750, and a set-group-ID bit is inherited from `root`.
 * A descriptor, or -ENOENT and the like. */
int shelf_open(int root, const char *path, bool make, mode_t mode, struct err *err);
const char *shelf_leaf(const char *path); /* behind the last slash */

/* 0, or -ENOENT, ... A symbolic link is itself. */
int shelf_look(int dir, const char *leaf, struct stat *st);
/* rename(2) that fails with -EEXIST when `to` is there. */
int shelf_move(int dir, const char *from, const char *to);
/* Gives whatever is at `leaf` a name that no reader of data takes for data:
 * "<base>-<UTC>-<sequence>.quarantine", written to `name`. Synced. */
int shelf_put_aside(int dir, const char *leaf, const char *base, uint64_t sequence,
		    char name[static SHELF_NAME_MAX]);

#endif
