/* The lines of closed files in the manifest of their output: see closed.h and data/manifest.h.
 *
 * A line that is the youngest is appended, and cut off again when its commit did not come to pass.
 * Everything else writes the manifest anew: the first line, one that comes late, and what is not as
 * it was recorded. Then an intent is committed before: whatever is at the name from there on is
 * ours, and is written anew once more, also by another file's line that comes first after a
 * failure.
 */
#include <errno.h>

#include "data/format.h"
#include "data/manifest.h"
#include "run/closed.h"
#include "store/files.h"

#define MANIFEST_CEILING ((size_t)1 << 30)

static void add_line(const struct file_record *record, struct buf *lines)
{
	enum job_compress compress = JOB_COMPRESS_NONE;
	const struct format *format = format_by_name(record->name, &compress);
	const char *leaf = strrchr(record->name, '/');
	struct manifest_entry entry = {
		.file = leaf ? leaf + 1 : record->name,
		.rows = record->rows,
		.bytes = record->bytes,
		.raw_bytes = record->raw_bytes,
		.sequence = record->sequence,
		.sha256 = record->sha256,
		.job = record->job,
		.format = format ? format->name : NULL,
		.compress = compress == JOB_COMPRESS_NONE ? NULL : pack_name(compress),
		.opened_ms = record->opened_ms,
		.closed_ms = record->closed_ms,
		.columns = record->columns,
		.runs = record->runs,
		.csv = json_get(record->policy, "csv"),
		.note = record->note,
	};

	if (record->sha256) /* one that is damaged proves nothing */
		manifest_line(&entry, lines);
}

/* What is listed, and one that is about to be. */
struct listing {
	const struct file_record *added; /* as it will be; NULL: none */
	struct buf lines;
};

static void add_listed(const struct file_record *record, void *arg)
{
	struct listing *listing = arg;

	if (listing->added && listing->added->id == record->id)
		add_line(listing->added, &listing->lines);
	else if (record->state == FILE_SWEEPING || record->state == FILE_LISTED)
		add_line(record, &listing->lines);
}

static struct manifest_place place_of(const struct lander *lander, const char *path)
{
	return (struct manifest_place) { lander->place.root, path, lander->place.data_mode };
}

static int commit_bytes(struct lander *lander, const char *path, uint64_t bytes, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	outputs_put_manifest(lander->db, path, bytes);
	return db_commit(lander->db, err);
}

/* The intent, and the whole manifest: what the ledger has listed and `added`, which may be NULL. */
static int write_anew(struct lander *lander, const char *path, const struct file_record *added,
		      uint64_t *bytes, struct err *err)
{
	unsigned states = 1u << FILE_SWEEPING | 1u << FILE_LISTED;
	const struct manifest_place place = place_of(lander, path);
	struct listing listing = { .added = added };
	int rc = commit_bytes(lander, path, MANIFEST_ANEW, err);

	buf_init(&listing.lines, MANIFEST_CEILING);
	if (added)
		states |= 1u << added->state;
	if (rc == 0)
		rc = files_each(lander->db, path, states, add_listed, &listing, err);
	if (rc == 0)
		rc = manifest_rewrite(&place, &listing.lines, bytes, err);
	buf_done(&listing.lines);
	return rc;
}

int closed_rewrite_manifest(struct lander *lander, const char *path, struct err *err)
{
	uint64_t bytes = 0;
	int rc = db_settle(lander->db, err);

	if (rc == 0)
		rc = write_anew(lander, path, NULL, &bytes, err);
	return rc < 0 ? rc : commit_bytes(lander, path, bytes, err);
}

static void say_what_was_put_aside(const struct file_record *record, struct err *err)
{
	if (err->text[0])
		log_run(LOG_LEVEL_WARNING, record->job, 0, "%s", err->text);
	err->text[0] = '\0';
}

static int append(struct lander *lander, const struct file_record *record, uint64_t *bytes,
		  struct err *err)
{
	const struct manifest_place place = place_of(lander, record->path);
	struct buf line;
	int rc;

	buf_init(&line, MANIFEST_CEILING);
	add_line(record, &line);
	rc = manifest_append(&place, &line, bytes, err);
	buf_done(&line);
	return rc;
}

static int claim(struct lander *lander, const struct file_record *record, struct err *err)
{
	const struct manifest_place place = place_of(lander, record->path);
	int rc = manifest_claim(&place, err);

	if (rc == 0)
		say_what_was_put_aside(record, err);
	return rc;
}

static int recorded_bytes(struct lander *lander, const char *path, uint64_t *bytes, struct err *err)
{
	struct output_record output = { 0 };
	int rc = outputs_get(lander->db, path, &output, err);

	if (rc == 0)
		*bytes = output.manifest_bytes;
	output_record_done(&output);
	return rc;
}

int closed_enter(struct lander *lander, const struct file_record *record, uint64_t *bytes,
		 struct err *err)
{
	int rc = db_settle(lander->db, err); /* lines behind the recorded end are cut off */

	if (rc == 0)
		rc = recorded_bytes(lander, record->path, bytes, err);
	if (rc == 0 && *bytes == 0)
		rc = claim(lander, record, err);
	if (rc < 0)
		return rc;
	rc = -ESTALE;
	if (*bytes != 0 && *bytes != MANIFEST_ANEW &&
	    !files_younger_listed(lander->db, record->path, record->id))
		rc = append(lander, record, bytes, err);
	if (rc != -ESTALE)
		return rc;
	rc = write_anew(lander, record->path, record, bytes, err);
	if (rc == 0)
		say_what_was_put_aside(record, err);
	return rc;
}
