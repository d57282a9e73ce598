/* What the files of publish.h share. */
#ifndef RUN_PUBLISH_INTERNAL_H
#define RUN_PUBLISH_INTERNAL_H

#include "base/json.h"
#include "run/lander_internal.h"

/* How far the end of a run is, or what is to be done after it. */
struct publication {
	struct published all;
	size_t step, next; /* what is done now, and for which of them */
	struct json *policy;
};

/* The snapshots of a run, added to `published`. */
int publish_load(struct lander *lander, uint64_t run, struct published *published, struct err *err);
void publish_forget(struct published *published);
/* Commits the record. */
int publish_put(struct lander *lander, const struct snapshot_record *record, struct err *err);
bool publish_is_complete(const struct landing *landing);

/* Inside a transaction: what is to become of it. */
void publish_intend(struct lander *lander, const struct landing *landing,
		    struct snapshot_record *record);
/* Does it; the record then has the state that is to be committed, or is DROPPING and gone. One that
 * cannot be published makes the run fail. */
int publish_settle(struct lander *lander, struct landing *landing, struct snapshot_record *record,
		   struct err *err);

/* The document of `_MANIFEST`: SPEC of the files in docs and manual; the caller's. */
int publish_manifest(struct lander *lander, const struct landing *landing,
		     const struct snapshot_record *record, struct json **manifest, struct err *err);
/* Rows and bytes of the record from its files. */
void publish_sum(struct lander *lander, struct snapshot_record *record);
/* Inside a transaction: the names of its files, as the state says where they stand. */
void publish_rename_files(struct lander *lander, const struct snapshot_record *record);

#endif
