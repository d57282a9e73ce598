/* What is kept and what goes: see closed.h.
 *
 * The newest are kept. A file goes when there are already `files` newer ones, or when with it the
 * newer ones would pass `bytes`, or when it was closed longer than `age` ago; so bytes and files
 * bound what is there, and one file larger than `bytes` goes too. Snapshots likewise.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/snapshot.h"
#include "run/closed.h"
#include "run/policy.h"
#include "store/files.h"
#include "store/snapshots.h"

/* What is looked at, from the newest to the oldest. */
struct keeping {
	struct job_keep keep;
	int64_t now_ms;
	uint64_t files, bytes; /* so far */
};

static bool must_go(struct keeping *keeping, uint64_t bytes, int64_t since_ms)
{
	const struct job_keep *keep = &keeping->keep;

	keeping->files++;
	keeping->bytes += bytes;
	return (keep->files > 0 && keeping->files > keep->files) ||
	       (keep->bytes > 0 && keeping->bytes > keep->bytes) ||
	       (keep->age_ms > 0 && keeping->now_ms - since_ms > keep->age_ms);
}

struct held_file {
	uint64_t id, bytes;
	int64_t closed_ms;
};

struct held_files {
	struct held_file *at;
	size_t n;
};

static void hold_file(const struct file_record *record, void *arg)
{
	struct held_files *held = arg;

	held->at = xreallocarray(held->at, held->n + 1, sizeof(*held->at));
	held->at[held->n++] = (struct held_file) { record->id, record->bytes, record->closed_ms };
}

static int remove_file(struct lander *lander, uint64_t id, struct err *err)
{
	struct file_record record = { 0 };
	int rc = files_get(lander->db, id, &record, err);

	if (rc == 0)
		rc = pack_remove(lander->place.root, record.name, err);
	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc == 0) {
		files_forget(lander->db, id);
		rc = db_commit(lander->db, err);
	}
	file_record_done(&record);
	return rc;
}

/* All of a path that are marked. */
static int remove_marked(struct lander *lander, const char *path, struct err *err)
{
	struct held_files held = { 0 };
	int rc = files_each(lander->db, path, 1u << FILE_DROPPING, hold_file, &held, err);

	if (rc == 0 && held.n > 0)
		rc = closed_rewrite_manifest(lander, path, err);
	for (size_t i = 0; i < held.n && rc == 0; i++)
		rc = remove_file(lander, held.at[i].id, err);
	free(held.at);
	return rc;
}

static int mark(struct lander *lander, uint64_t id, struct err *err)
{
	struct file_record record = { 0 };
	int rc = files_get(lander->db, id, &record, err);

	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc == 0) {
		record.state = FILE_DROPPING;
		files_update(lander->db, &record);
		rc = db_commit(lander->db, err);
	}
	file_record_done(&record);
	return rc;
}

int retention_of_files(struct lander *lander, const char *path, const struct json *policy,
		       struct err *err)
{
	struct keeping keeping = { .now_ms = clock_unix_ms() };
	struct held_files held = { 0 };
	bool any = false;
	int rc = 0;

	if (strstr(path, "//") || !policy_keep(policy, &keeping.keep))
		return 0;
	rc = files_each(lander->db, path, 1u << FILE_LISTED, hold_file, &held, err);
	for (size_t i = held.n; i-- > 0 && rc == 0;) {
		if (!must_go(&keeping, held.at[i].bytes, held.at[i].closed_ms))
			continue;
		if (files_in_use(lander->db, held.at[i].id)) {
			lander->held_back = true;
			continue;
		}
		rc = mark(lander, held.at[i].id, err);
		any = true;
	}
	free(held.at);
	return rc == 0 && any ? remove_marked(lander, path, err) : rc;
}

struct held_snapshots {
	struct keeping keeping;
	struct snapshot_record *at; /* that must go; owned */
	size_t n;
	uint64_t latest;
};

static void hold_snapshot(const struct snapshot_record *record, void *arg)
{
	struct held_snapshots *held = arg;

	if (record->state != SNAPSHOT_DROPPING &&
	    (!must_go(&held->keeping, record->bytes, record->published_ms) ||
	     record->run == held->latest))
		return;
	held->at = xreallocarray(held->at, held->n + 1, sizeof(*held->at));
	held->at[held->n++] = snapshot_record_copy(record);
}

/* What is not ours to remove is spoken of and left. */
static int remove_snapshot(const struct snapshot_record *record, const struct snapshot *snapshot,
			   const char *name, struct err *err)
{
	int rc = snapshot_remove(snapshot, name, err);

	if (rc == 0 && err->text[0])
		log_run(LOG_LEVEL_WARNING, record->job, record->run, "%s", err->text);
	return rc;
}

int retention_drop(struct lander *lander, struct snapshot_record *record, struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	const char *result = record->result ? record->result : "complete";
	/* Only names it can bear: the others may be somebody else's. */
	char *names[] = {
		strcmp(result, "complete") == 0 ? snapshot_published(&snapshot)
						: snapshot_aside(&snapshot, result),
		snapshot_staging(&snapshot),
	};
	int rc = db_begin(lander->db, err);

	if (rc == 0) {
		record->state = SNAPSHOT_DROPPING;
		snapshots_put(lander->db, record);
		rc = db_commit(lander->db, err);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (rc == 0)
			rc = remove_snapshot(record, &snapshot, names[i], err);
		free(names[i]);
	}
	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc == 0) {
		snapshots_drop(lander->db, record->path, record->run);
		rc = db_commit(lander->db, err);
	}
	return rc;
}

static int drop_held(struct lander *lander, struct held_snapshots *held, int rc, struct err *err)
{
	for (size_t i = 0; i < held->n; i++) {
		if (rc == 0)
			rc = retention_drop(lander, &held->at[i], err);
		snapshot_record_done(&held->at[i]);
	}
	free(held->at);
	return rc;
}

int retention_of_snapshots(struct lander *lander, const char *path, const struct json *policy,
			   struct err *err)
{
	struct held_snapshots held = { .keeping = { .now_ms = clock_unix_ms() } };
	struct snapshot_record latest = { 0 };
	int rc;

	if (!policy_keep(policy, &held.keeping.keep))
		return 0;
	rc = snapshots_latest(lander->db, path, &latest, err);
	held.latest = rc == 0 ? latest.run : 0;
	snapshot_record_done(&latest);
	if (rc < 0 && rc != -ENOENT)
		return rc;
	rc = snapshots_of_path(lander->db, path, hold_snapshot, &held, err);
	return drop_held(lander, &held, rc, err);
}

static void hold_dropping(const struct snapshot_record *record, void *arg)
{
	if (record->state == SNAPSHOT_DROPPING)
		hold_snapshot(record, arg);
}

struct paths {
	char **at;
	size_t n;
};

static void note_path(const struct file_record *record, void *arg)
{
	struct paths *paths = arg;

	if (paths->n > 0 && strcmp(paths->at[paths->n - 1], record->path) == 0)
		return;
	paths->at = xreallocarray(paths->at, paths->n + 1, sizeof(*paths->at));
	paths->at[paths->n++] = xstrdup(record->path);
}

int retention_resume(struct lander *lander, struct err *err)
{
	struct held_snapshots held = { 0 };
	struct paths paths = { 0 };
	int rc = snapshots_each(lander->db, 0, hold_dropping, &held, err);

	rc = drop_held(lander, &held, rc, err);
	if (rc == 0)
		rc = files_each(lander->db, NULL, 1u << FILE_DROPPING, note_path, &paths, err);
	for (size_t i = 0; i < paths.n; i++) {
		if (rc == 0)
			rc = remove_marked(lander, paths.at[i], err);
		free(paths.at[i]);
	}
	free(paths.at);
	return rc;
}
