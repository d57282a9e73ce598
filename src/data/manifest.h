/* The manifest of an output: which closed files it has left, one JSON line each, oldest first.
 *
 * "<path>.manifest" proves the files without the state database: what is in each, how long it is,
 * its SHA-256. A line is written only for a file that is final, and committed after; the ledger
 * keeps how long the manifest is, so that a line which no commit knows is cut off and written
 * again. A line that comes late, because its file had to be tried again, is put in its place: the
 * manifest is then written anew. Lander thread (writers), any that may block (readers).
 */
#ifndef DATA_MANIFEST_H
#define DATA_MANIFEST_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"

struct manifest_entry {
	const char *file; /* last component of its name */
	uint64_t rows, bytes, raw_bytes, sequence;
	const char *sha256, *job, *format;
	const char *compress; /* NULL: none */
	int64_t opened_ms, closed_ms;
	const struct json *columns, *runs; /* borrowed */
	const struct json *csv; /* how to read it (format_policy); borrowed; NULL: as usual */
	const char *note;       /* NULL: none */
};

/* Appends the entry's line, with its end. */
void manifest_line(const struct manifest_entry *entry, struct buf *out);

struct manifest_place {
	int root;         /* descriptor of data_dir, borrowed */
	const char *path; /* of the output, without extension */
	mode_t mode;
};
/* What the ledger says of the length while a manifest is written anew, the first one too. It is
 * committed before: what a crash or a failure leaves is ours then, and is written anew again. */
#define MANIFEST_ANEW ((uint64_t)INT64_MAX)

/* Before the first manifest of an output: what has its name and is not ours is put aside
 * (".quarantine"), and *err then holds a sentence about it though 0 is returned; otherwise *err is
 * "" on success. */
int manifest_claim(const struct manifest_place *place, struct err *err);
/* Appends `lines` at `*bytes`, where the committed part ends (what stands behind it is cut off),
 * fdatasync, and moves *bytes on. -ESTALE when the manifest is missing, shorter or no regular file:
 * manifest_rewrite. */
int manifest_append(const struct manifest_place *place, const struct buf *lines, uint64_t *bytes,
		    struct err *err);
/* Puts a whole new manifest in its place: temporary (".manifest-new"), fsync, rename, fsync of the
 * directory. What is there and is no regular file is put aside, and said as above. */
int manifest_rewrite(const struct manifest_place *place, const struct buf *lines, uint64_t *bytes,
		     struct err *err);

/* Reads a manifest (`name` relative to root, with ".manifest"), calling `fn` for every line that is
 * whole and an entry: `file` is one clean component, `sha256` 64 hex digits, `job` and `format` are
 * there, `columns` and `runs` have their type or are NULL; the entry lives during the call. *bad
 * counts the other lines, a torn last one too. -ENOENT and the like; -EINVAL: no regular file. */
typedef void manifest_entry_fn(const struct manifest_entry *entry, void *arg);
int manifest_read(int root, const char *name, manifest_entry_fn *fn, void *arg, unsigned *bad,
		  struct err *err);

#endif
