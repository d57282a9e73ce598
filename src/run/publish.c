/* Snapshots at the end of their run: see publish.h. What `_MANIFEST` says stands in
 * publish_manifest.c.
 */
#include "run/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/snapshot.h"
#include "io/file.h"
#include "run/closed.h"
#include "run/output_rows.h"
#include "run/policy.h"
#include "run/publish_internal.h"
#include "store/files.h"

#define FILE_UNDONE (1u << FILE_CLOSED | 1u << FILE_NAMING | 1u << FILE_SWEEPING)

static void add_record(const struct snapshot_record *record, void *arg)
{
	struct published *published = arg;

	published->at = xreallocarray(published->at, published->n + 1, sizeof(*published->at));
	published->at[published->n++] = snapshot_record_copy(record);
}

static void forget(struct published *published)
{
	for (size_t i = 0; i < published->n; i++)
		snapshot_record_done(&published->at[i]);
	free(published->at);
	*published = (struct published) { 0 };
}

static int load(struct lander *lander, uint64_t run, struct published *published, struct err *err)
{
	return snapshots_each(lander->db, run, add_record, published, err);
}

static int put(struct lander *lander, const struct snapshot_record *record, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	snapshots_put(lander->db, record);
	return db_commit(lander->db, err);
}

static bool is_complete(const struct landing *landing)
{
	return strcmp(landing->end.result, "complete") == 0;
}

static struct output_use use_of(const struct account *account, const char *path)
{
	return (struct output_use) { account->job, path, account->run, account->slot_ms };
}

/* The output behind a snapshot, adopted. */
static int open_staged(struct lander *lander, const struct account *account, const char *path,
		       struct output **output, struct err *err)
{
	struct output_use use = use_of(account, path);

	return lander_output(lander, &use, output, err);
}

/* A complete run without a row still publishes: an empty part where the format has such a thing. */
static int stage_nothing(struct lander *lander, const struct account *account, struct err *err)
{
	const struct snapshot_record record = {
		.path = account->path,
		.run = account->run,
		.job = account->job->name,
		.slot_ms = account->slot_ms,
		.state = SNAPSHOT_STAGING,
	};
	struct output *output;
	int rc = open_staged(lander, account, account->path, &output, err);

	if (rc == 0)
		rc = output_create_empty(output, lander->db, err);
	return rc == -ENODATA ? put(lander, &record, err) : rc;
}

static int close_parts(struct lander *lander, const struct account *account,
		       const struct snapshot_record *record, struct err *err)
{
	struct output *output;
	int rc;

	if (record->state != SNAPSHOT_STAGING)
		return 0;
	output_cache_next_turn(&lander->cache); /* there may be more than can be open */
	rc = open_staged(lander, account, record->path, &output, err);
	return rc < 0 ? rc : output_rotate(output, lander->db, err);
}

static void note_any(const struct file_record *record, void *arg)
{
	*(bool *)arg = true;
}

static int has_parts(struct lander *lander, const struct snapshot_record *record, unsigned states,
		     bool *any, struct err *err)
{
	char *key = snapshot_key(record->path, record->run);
	int rc;

	*any = false;
	rc = files_each(lander->db, key, states, note_any, any, err);
	free(key);
	return rc;
}

/* -EINPROGRESS while a part is neither summed nor packed. */
static int all_parts_done(struct lander *lander, const struct snapshot_record *record,
			  struct err *err)
{
	bool any;
	int rc = has_parts(lander, record, FILE_UNDONE, &any, err);

	return rc < 0 ? rc : any ? -EINPROGRESS : 0;
}

static int finish_parts(struct lander *lander, struct landing *landing,
			const struct published *published, struct err *err)
{
	int rc = 0;

	while (landing->closed < published->n && rc == 0) {
		rc = close_parts(lander, landing->account, &published->at[landing->closed], err);
		landing->closed += rc == 0;
	}
	if (rc == 0)
		rc = closed_hand_out(lander, err);
	for (size_t i = 0; i < published->n && rc == 0; i++)
		rc = all_parts_done(lander, &published->at[i], err);
	return rc;
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

static int intend(struct lander *lander, const struct landing *landing,
		  struct snapshot_record *record, struct err *err)
{
	record->state = is_complete(landing) ? SNAPSHOT_PUBLISHING : SNAPSHOT_KEEPING;
	free(record->result);
	record->result = xstrdup(landing->end.result);
	record->published_ms = clock_unix_ms();
	publish_sum(lander, record);
	return put(lander, record, err);
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
	return put(lander, record, err);
}

static int settle_one(struct lander *lander, struct landing *landing,
		      struct snapshot_record *record, struct err *err)
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

static bool any_is(const struct published *published, enum snapshot_state state)
{
	for (size_t i = 0; i < published->n; i++)
		if (published->at[i].state == state)
			return true;
	return false;
}

/* A crash came after the intent to publish: the run ends as it was going to. */
static void take_result(struct landing *landing, const struct published *published)
{
	if (!any_is(published, SNAPSHOT_PUBLISHING) || any_is(published, SNAPSHOT_KEEPING) ||
	    is_complete(landing))
		return;
	free(landing->end.result);
	landing->end.result = xstrdup("complete");
	free(landing->end.reason);
	landing->end.reason = NULL;
}

/* All intents come first: one that turns out to be damaged does not keep the others from being
 * published. */
static int settle(struct lander *lander, struct landing *landing, struct published *published,
		  struct err *err)
{
	int rc = 0;

	take_result(landing, published);
	for (size_t i = 0; i < published->n && rc == 0; i++)
		if (published->at[i].state == SNAPSHOT_STAGING)
			rc = intend(lander, landing, &published->at[i], err);
	for (size_t i = 0; i < published->n && rc == 0; i++)
		rc = settle_one(lander, landing, &published->at[i], err);
	return rc;
}

/* Nothing has been staged; it may be that a crash came while an empty part was. */
static int is_bare(struct lander *lander, const struct account *account,
		   const struct published *published, bool *bare, struct err *err)
{
	struct output *output;
	int rc;

	*bare = published->n == 0;
	if (published->n != 1 || published->at[0].state != SNAPSHOT_STAGING ||
	    account->counts.rows > 0)
		return 0;
	rc = open_staged(lander, account, account->path, &output, err);
	if (rc == 0)
		rc = has_parts(lander, &published->at[0], FILES_ALL, bare, err);
	*bare = rc == 0 && !*bare && !output_is_live(output);
	return rc;
}

/* The snapshots of the run; one that landed nothing and is complete has one, too. */
static int gather(struct lander *lander, const struct landing *landing, struct err *err)
{
	const struct account *account = landing->account;
	struct published *published = &lander->published;
	bool bare = false;
	int rc = load(lander, account->run, published, err);

	if (rc == 0 && account->path && is_complete(landing))
		rc = is_bare(lander, account, published, &bare, err);
	if (rc < 0 || !bare)
		return rc;
	rc = stage_nothing(lander, account, err);
	forget(published);
	return rc < 0 ? rc : load(lander, account->run, published, err);
}

int publish_run(struct lander *lander, struct landing *landing, struct err *err)
{
	const struct account *account = landing->account;
	struct published *published = &lander->published;
	int rc;

	forget(published);
	if (account->job->mode != JOB_MODE_SNAPSHOT)
		return 0;
	rc = gather(lander, landing, err);
	if (rc == 0)
		rc = finish_parts(lander, landing, published, err);
	return rc < 0 ? rc : settle(lander, landing, published, err);
}

void publish_leave(struct lander *lander, const struct landing *landing, const struct err *why)
{
	const struct account *account = landing->account;

	log_run(LOG_LEVEL_ERROR, account->job->name, account->run,
		"%s; what was landed stays in its staging directory", why->text);
	forget(&lander->published);
}

void publish_record(struct lander *lander, const struct landing *landing)
{
	for (size_t i = 0; i < lander->published.n; i++) {
		const struct snapshot_record *record = &lander->published.at[i];

		if (record->state == SNAPSHOT_DROPPING)
			continue; /* gone already */
		snapshots_put(lander->db, record);
		publish_rename_files(lander, record);
	}
}

void publish_retain(struct lander *lander, const struct landing *landing)
{
	struct json *policy = policy_of(landing->account->job);
	struct err err = ERR_INIT;

	for (size_t i = 0; i < lander->published.n; i++)
		if (retention_of_snapshots(lander, lander->published.at[i].path, policy, &err) < 0)
			lander_try_later(lander, &err);
	json_unref(policy);
	forget(&lander->published);
}

/* It can only go on with what it has landed. */
static int must_be_there(struct lander *lander, const struct snapshot_record *record,
			 struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	char *name = snapshot_aside(&snapshot, record->result);
	int fd = file_open_beneath(lander->place.root, name, O_PATH | O_DIRECTORY, 0, NULL);
	int rc = 0;

	if (fd >= 0)
		close(fd);
	else if (fd == -ENOENT || fd == -ENOTDIR)
		rc = err_set(
			err, -EUCLEAN,
			"%s is not there any more, so run %llu cannot go on; run the job again",
			name, (unsigned long long)record->run);
	free(name);
	return rc;
}

int publish_mark_reopening(struct lander *lander, uint64_t run, struct err *err)
{
	struct published published = { 0 };
	int rc = load(lander, run, &published, err);

	for (size_t i = 0; i < published.n && rc == 0; i++) {
		if (published.at[i].state != SNAPSHOT_KEPT)
			continue;
		rc = must_be_there(lander, &published.at[i], err);
		published.at[i].state = SNAPSHOT_REOPENING;
		snapshots_put(lander->db, &published.at[i]);
	}
	forget(&published);
	return rc;
}

static int reopen_one(struct lander *lander, struct snapshot_record *record, struct err *err)
{
	const struct snapshot snapshot = lander_snapshot(lander, record);
	int rc = snapshot_reopen(&snapshot, record->result, err);

	/* What was not kept aside yet is staged still; what is lost is found when it is published.
	 */
	if (record->state == SNAPSHOT_KEEPING && (rc == -EUCLEAN || rc == -EEXIST))
		rc = 0;
	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc < 0)
		return rc;
	record->state = SNAPSHOT_STAGING;
	snapshots_put(lander->db, record);
	publish_rename_files(lander, record);
	return db_commit(lander->db, err);
}

int publish_reopen(struct lander *lander, uint64_t run, struct err *err)
{
	struct published published = { 0 };
	int rc = load(lander, run, &published, err);

	for (size_t i = 0; i < published.n && rc == 0; i++)
		if (published.at[i].state == SNAPSHOT_REOPENING ||
		    published.at[i].state == SNAPSHOT_KEEPING)
			rc = reopen_one(lander, &published.at[i], err);
	forget(&published);
	return rc;
}
