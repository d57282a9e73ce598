/* The end of a run with snapshots: see publish.h. What is done with each stands in publish_settle.c,
 * what `_MANIFEST` says in publish_manifest.c.
 */
#include "run/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "data/snapshot.h"
#include "run/closed.h"
#include "run/output_rows.h"
#include "run/policy.h"
#include "run/publish_internal.h"
#include "store/files.h"

#define FILE_UNDONE (1u << FILE_CLOSED | 1u << FILE_NAMING | 1u << FILE_SWEEPING)

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
	return rc == -ENODATA ? publish_put(lander, &record, err) : rc;
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
	    publish_is_complete(landing))
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
			rc = publish_intend(lander, landing, &published->at[i], err);
	for (size_t i = 0; i < published->n && rc == 0; i++)
		rc = publish_settle(lander, landing, &published->at[i], err);
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
	int rc = publish_load(lander, account->run, published, err);

	if (rc == 0 && account->path && publish_is_complete(landing))
		rc = is_bare(lander, account, published, &bare, err);
	if (rc < 0 || !bare)
		return rc;
	rc = stage_nothing(lander, account, err);
	publish_forget(published);
	return rc < 0 ? rc : publish_load(lander, account->run, published, err);
}

int publish_run(struct lander *lander, struct landing *landing, struct err *err)
{
	const struct account *account = landing->account;
	struct published *published = &lander->published;
	int rc;

	publish_forget(published);
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
	publish_forget(&lander->published);
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
	publish_forget(&lander->published);
}
