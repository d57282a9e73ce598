/* The files of a snapshot: what `_MANIFEST` says of them, and what they are called. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/format.h"
#include "data/pack.h"
#include "data/snapshot.h"
#include "data/sum.h"
#include "run/publish_internal.h"
#include "store/files.h"

#define SUMS_MAX ((size_t)64 << 20)

struct snapshot lander_snapshot(const struct lander *lander, const struct snapshot_record *record)
{
	return (struct snapshot) {
		.root = lander->place.root,
		.path = record->path,
		.run = record->run,
		.mode = lander->place.data_mode,
	};
}

static const char *leaf_of(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* "part-00001.csv" of "part-00001.csv.part". */
static char *bare_leaf(const char *leaf)
{
	size_t len = strlen(leaf), cut = strlen(SNAPSHOT_PART_SUFFIX);

	return len > cut && strcmp(leaf + len - cut, SNAPSHOT_PART_SUFFIX) == 0
		       ? xstrndup(leaf, len - cut)
		       : xstrdup(leaf);
}

struct listing {
	bool published; /* under its final names */
	struct json *files, *columns;
	uint64_t rows, bytes;
	struct buf sums;
	char *damaged; /* a sentence about a part; NULL: none is */
};

static void list_file(const struct file_record *record, void *arg)
{
	struct listing *listing = arg;
	struct json *file = json_push(listing->files, json_new_object());
	char *bare = bare_leaf(leaf_of(record->name));
	const char *leaf = listing->published ? bare : leaf_of(record->name);

	json_put_str(file, "file", leaf);
	json_put_int(file, "rows", (int64_t)record->rows);
	json_put_int(file, "bytes", (int64_t)record->bytes);
	json_put_str(file, "sha256", record->sha256);
	buf_addf(&listing->sums, "%s  %s\n", record->sha256 ? record->sha256 : "-", leaf);
	listing->rows += record->rows;
	listing->bytes += record->bytes;
	json_unref(listing->columns); /* the newest part's: automatic columns only grow */
	listing->columns = record->columns ? json_ref(record->columns) : NULL;
	if (!record->sha256 && !listing->damaged)
		listing->damaged = xasprintf("the part %s is not as it was written: %s",
					     record->name, record->note ? record->note : "?");
	free(bare);
}

static int list_files(struct lander *lander, const struct snapshot_record *record,
		      struct listing *listing, struct err *err)
{
	char *key = snapshot_key(record->path, record->run);
	int rc;

	listing->files = json_new_array();
	buf_init(&listing->sums, SUMS_MAX);
	rc = files_each(lander->db, key, FILES_ALL, list_file, listing, err);
	free(key);
	return rc;
}

static void listing_done(struct listing *listing)
{
	json_unref(listing->files);
	json_unref(listing->columns);
	buf_done(&listing->sums);
	free(listing->damaged);
}

void publish_sum(struct lander *lander, struct snapshot_record *record)
{
	struct listing listing = { 0 };

	if (list_files(lander, record, &listing, NULL) == 0) {
		record->rows = listing.rows;
		record->bytes = listing.bytes;
	}
	listing_done(&listing);
}

/* [{"name", "type"}]; the type of an automatic column is what each record had: null. */
static struct json *columns_of(const struct job *job, const struct json *names)
{
	struct json *columns = json_new_array();

	for (size_t i = 0; i < (job->columns_auto ? json_len(names) : job->ncolumns); i++) {
		struct json *column = json_push(columns, json_new_object());

		json_put_str(column, "name",
			     job->columns_auto ? json_str(json_at(names, i))
					       : job->columns[i].name);
		json_put_str(column, "type",
			     job->columns_auto ? NULL : job_type_name(job->columns[i].type));
	}
	return columns;
}

int publish_manifest(struct lander *lander, const struct landing *landing,
		     const struct snapshot_record *record, struct json **manifest, struct err *err)
{
	const struct job *job = landing->account->job;
	const struct run_counts *counts = &landing->account->counts;
	struct listing listing = { .published = record->state == SNAPSHOT_PUBLISHING };
	char sum[SUM_TEXT_MAX];
	struct json *doc, *csv;
	int rc = list_files(lander, record, &listing, err);

	if (rc == 0 && listing.published && listing.damaged)
		rc = err_set(err, -EUCLEAN, "%s", listing.damaged);
	if (rc < 0) {
		listing_done(&listing);
		return rc;
	}
	doc = json_new_object();
	json_put_int(doc, "run", (int64_t)record->run);
	json_put_str(doc, "job", record->job);
	json_put_time(doc, "slot", record->slot_ms);
	json_put_str(doc, "window", NULL);
	json_put_str(doc, "result", record->result);
	json_put_int(doc, "rows", (int64_t)listing.rows);
	json_put_int(doc, "bytes", (int64_t)listing.bytes);
	json_put_int(doc, "requests", (int64_t)counts->total);
	json_put_int(doc, "failed", (int64_t)counts->failed);
	json_put(doc, "columns", columns_of(job, listing.columns));
	json_put_str(doc, "format", format_of(job->format)->name);
	csv = format_policy(job);
	if (csv)
		json_put(doc, "csv", csv);
	json_put_str(doc, "compress", pack_name(job->compress));
	json_put_time(doc, "created", record->published_ms);
	json_put(doc, "files", json_ref(listing.files));
	sum_bytes(buf_slice(&listing.sums), sum);
	json_put_str(doc, "sha256", sum);
	listing_done(&listing);
	*manifest = doc;
	return 0;
}

/* Where the files of a snapshot in this state stand. */
struct standing {
	struct lander *lander;
	const char *dir;
	bool published;
};

static void rename_file(const struct file_record *record, void *arg)
{
	struct standing *standing = arg;
	struct file_record changed = *record;
	char *bare = bare_leaf(leaf_of(record->name));

	changed.name = xasprintf("%s/%s", standing->dir,
				 standing->published ? bare : leaf_of(record->name));
	files_update(standing->lander->db, &changed);
	free(changed.name);
	free(bare);
}

void publish_rename_files(struct lander *lander, const struct snapshot_record *record)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	bool published = record->state == SNAPSHOT_PUBLISHED;
	char *dir = published                        ? snapshot_published(&snapshot)
		    : record->state == SNAPSHOT_KEPT ? snapshot_aside(&snapshot, record->result)
						     : snapshot_staging(&snapshot);
	struct standing standing = { lander, dir, published };
	char *key = snapshot_key(record->path, record->run);

	files_each(lander->db, key, FILES_ALL, rename_file, &standing, NULL);
	free(key);
	free(dir);
}
