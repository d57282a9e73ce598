/* The directories of a snapshot: staged out of sight, published as a whole, kept aside, removed.
 *
 *   <path>/.<run>.staging/   parts under names without a data extension
 *   <path>/<run>/            published: visible under its name only when it is complete
 *   <path>/<run>.partial/    kept aside (.failed, .cancelled, .suspect): parts keep their names
 *   <path>/latest            link to the newest published one
 *
 * Every step can be done again after a crash and finds what is done already; the lander commits the
 * intent before a step and the outcome after it. Nothing is ever replaced. Links are not followed.
 * Lander thread; blocks.
 */
#ifndef DATA_SNAPSHOT_H
#define DATA_SNAPSHOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/json.h"

#define SNAPSHOT_PART_SUFFIX ".part" /* of a closed part that is not published */

struct snapshot {
	int root;         /* descriptor of data_dir, borrowed */
	const char *path; /* relative, clean */
	uint64_t run;
	mode_t mode; /* of `_MANIFEST`, never 0; directories get it with the matching search bits */
};

/* Names relative to data_dir; the caller frees. */
char *snapshot_staging(const struct snapshot *snapshot);
char *snapshot_published(const struct snapshot *snapshot);
char *snapshot_aside(const struct snapshot *snapshot, const char *result); /* "<path>/7.partial" */

/* Takes SNAPSHOT_PART_SUFFIX off the parts, writes `_MANIFEST`, syncs, and renames the staging
 * directory (made if there is none) to its published name. The manifest's "files" name the parts as
 * they are published; other files in the directory keep their names. Done again after a crash,
 * "run" and "files" must be the same, other members may differ. -EUCLEAN: a part is missing or not
 * as long as the manifest says, and nothing was renamed; -EEXIST: something else bears the
 * published name. */
int snapshot_publish(const struct snapshot *snapshot, const struct json *manifest, struct err *err);
/* `latest` leads to this snapshot from now on: a link of another name, renamed over it. -EEXIST:
 * `latest` is there and is no link; -EUCLEAN: the published directory is missing. */
int snapshot_point_latest(const struct snapshot *snapshot, struct err *err);
/* Writes `_MANIFEST` (parts keep their names, and are not looked at) and renames the staging
 * directory (made if there is none) to aside(result). -EEXIST: something else bears that name. */
int snapshot_keep_aside(const struct snapshot *snapshot, const char *result,
			const struct json *manifest, struct err *err);
/* Back from aside(result) to staging, `_MANIFEST` removed. -EUCLEAN: it is missing; -EEXIST: both
 * are there. */
int snapshot_reopen(const struct snapshot *snapshot, const char *result, struct err *err);
/* Removes a snapshot of which `name` is any of the names above: hidden by a rename first
 * (".<run>.dropped"), then emptied (it holds only files). 0 too when it is gone. What is not ours
 * to remove is left, and *err then holds a sentence about it though 0 is returned: `latest` leads
 * to it, it is no directory, or it holds one; otherwise *err is "" on success. */
int snapshot_remove(const struct snapshot *snapshot, const char *name, struct err *err);

#endif
