/* What snapshot.c and snapshot_aside.c share: the directory of an output's snapshots, and steps in
 * it. Leaves are names in that directory. */
#ifndef DATA_SNAPSHOT_INTERNAL_H
#define DATA_SNAPSHOT_INTERNAL_H

#include "data/shelf.h"
#include "data/snapshot.h"

#define SNAPSHOT_MANIFEST "_MANIFEST"
#define SNAPSHOT_LATEST   "latest"

/* Leaves: ".7.staging", "7.partial". */
void snapshot_staging_leaf(const struct snapshot *snapshot, char leaf[static SHELF_NAME_MAX]);
void snapshot_aside_leaf(const struct snapshot *snapshot, const char *result,
			 char leaf[static SHELF_NAME_MAX]);

/* The directory `path`, made when `make`. A descriptor or -errno with a sentence. */
int snapshot_open_path(const struct snapshot *snapshot, bool make, struct err *err);
/* A directory in `dir`, links not followed. A descriptor, -ENOENT, -ENOTDIR, ... */
int snapshot_open_leaf(int dir, const char *leaf);

/* The staging directory gets its manifest (with `finish`: and its parts their final names), is
 * synced, and bears `to` from then on; done already when `to` holds a snapshot of this manifest.
 * What goes wrong is said. */
int snapshot_move_staging(const struct snapshot *snapshot, const char *to,
			  const struct json *manifest, bool finish, struct err *err);

#endif
