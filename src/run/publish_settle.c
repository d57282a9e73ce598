/* One snapshot at the end of its run: published, kept aside, or left where it is: see publish.h.
 * The intent is committed before; done again after a crash, every step finds what is done.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/snapshot.h"
#include "run/closed.h"
#include "run/publish_internal.h"

static void add_record(const struct snapshot_record *record, void *arg)
{
	struct published *published = arg;

	published->at = xreallocarray(published->at, published->n + 1, sizeof(*published->at));
	published->at[published->n++] = snapshot_record_copy(record);
}

void publish_forget(struct published *published)
{
	for (size_t i = 0; i < published->n; i++)
		snapshot_record_done(&published->at[i]);
	free(published->at);
	*published = (struct published) { 0 };
}

int publish_load(struct lander *lander, uint64_t run, struct published *published, struct err *err)
{
	return snapshots_each(lander->db, run, add_record, published, err);
}

int publish_put(struct lander *lander, const struct snapshot_record *record, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	snapshots_put(lander->db, record);
	return db_commit(lander->db, err);
}

bool publish_is_complete(const struct landing *landing)
{
	return strcmp(landing->end.result, "complete") == 0;
}

static bool is_newest(struct lander *lander, const struct snapshot_record *record)
{
	struct snapshot_record latest = { 0 };
	bool newest = snapshots_latest(lander->db, record->path, &latest, NULL) != 0 ||
		      record->slot_ms > latest.slot_ms ||
		      (record->slot_ms == latest.slot_ms && record->run >= latest.run);

	snapshot_record_done(&latest);
	return newest;
}

/* What somebody put in the way of `latest` does not keep the run from ending. */
static int lead_here(struct lander *lander, const struct snapshot_record *record,
		     const struct snapshot *snapshot, struct err *err)
{
	int rc = is_newest(lander, record) ? snapshot_point_latest(snapshot, err) : 0;

	if (rc != -EEXIST && rc != -EUCLEAN)
		return rc;
	log_run(LOG_LEVEL_ERROR, record->job, record->run, "%s", err->text);
	return 0;
}

static int bring_out(struct lander *lander, const struct landing *landing,
		     struct snapshot_record *record, struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	struct json *manifest = NULL;
	int rc = publish_manifest(lander, landing, record, &manifest, err);

	if (rc == 0)
		rc = snapshot_publish(&snapshot, manifest, err);
	if (rc == 0)
		rc = lead_here(lander, record, &snapshot, err);
	if (rc == 0)
		record->state = SNAPSHOT_PUBLISHED;
	json_unref(manifest);
	return rc;
}

/* Somebody has taken the name it would bear aside: it stays where it is, and can be retried. */
static int leave_staged(struct snapshot_record *record, const struct err *why)
{
	log_run(LOG_LEVEL_ERROR, record->job, record->run,
		"%s; what was landed stays in its staging directory", why->text);
	record->state = SNAPSHOT_STAGING;
	free(record->result);
	record->result = NULL;
	return 0;
}

static int keep_one(struct lander *lander, const struct landing *landing,
		    struct snapshot_record *record, struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	struct json *manifest = NULL;
	int rc = publish_manifest(lander, landing, record, &manifest, err);

	if (rc == 0)
		rc = snapshot_keep_aside(&snapshot, record->result, manifest, err);
	if (rc == 0)
		record->state = SNAPSHOT_KEPT;
	json_unref(manifest);
	return rc == -EEXIST ? leave_staged(record, err) : rc;
}

void publish_intend(struct lander *lander, const struct landing *landing,
		    struct snapshot_record *record)
{
	record->state = publish_is_complete(landing) ? SNAPSHOT_PUBLISHING : SNAPSHOT_KEEPING;
	free(record->result);
	record->result = xstrdup(landing->end.result);
	record->published_ms = clock_unix_ms();
	publish_sum(lander, record);
	snapshots_put(lander->db, record);
}

/* It cannot be published and never will be: kept aside, and the run says why. */
static int spoil(struct lander *lander, struct landing *landing, struct snapshot_record *record,
		 struct err *err)
{
	free(landing->end.result);
	landing->end.result = xstrdup("failed");
	free(landing->end.reason);
	landing->end.reason = xstrdup(err->text);
	free(record->result);
	record->result = xstrdup("failed");
	record->state = SNAPSHOT_KEEPING;
	return publish_put(lander, record, err);
}

int publish_settle(struct lander *lander, struct landing *landing, struct snapshot_record *record,
		   struct err *err)
{
	int rc = 0;

	if (record->state == SNAPSHOT_KEEPING &&
	    (record->rows == 0 || strcmp(record->result, "unchanged") == 0))
		return retention_drop(lander, record, err);
	if (record->state == SNAPSHOT_PUBLISHING) {
		rc = bring_out(lander, landing, record, err);
		if (rc == -EUCLEAN || rc == -EEXIST)
			rc = spoil(lander, landing, record, err);
	}
	if (rc == 0 && record->state == SNAPSHOT_KEEPING)
		rc = keep_one(lander, landing, record, err);
	return rc;
}
