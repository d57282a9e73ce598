/* What publish.c and publish_manifest.c share. */
#ifndef RUN_PUBLISH_INTERNAL_H
#define RUN_PUBLISH_INTERNAL_H

#include "base/json.h"
#include "run/lander_internal.h"

/* The document of `_MANIFEST`: SPEC of the files in docs and manual; the caller's. */
int publish_manifest(struct lander *lander, const struct landing *landing,
		     const struct snapshot_record *record, struct json **manifest, struct err *err);
/* Rows and bytes of the record from its files. */
void publish_sum(struct lander *lander, struct snapshot_record *record);
/* Inside a transaction: the names of its files, as the state says where they stand. */
void publish_rename_files(struct lander *lander, const struct snapshot_record *record);

#endif
