/* The end of a run with snapshots: see publish.h. What is done with each stands in
 * publish_settle.c, what `_MANIFEST` says in publish_manifest.c.
 */
#include "run/publish.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "data/snapshot.h"
#include "run/closed.h"
#include "run/output_rows.h"
#include "run/policy.h"
#include "run/publish_internal.h"
#include "store/files.h"

#define SLICE_MS 50 /* as long as a batch gathers: others land in between */
#define BATCH    64 /* snapshots of which a transaction speaks */
#define LAST     2  /* of a step: the rest is for the end */

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

/* One step of what is done for every snapshot of the run. */
typedef int step_fn(struct lander *lander, struct landing *landing, struct publication *pub,
		    struct err *err);

static int close_next(struct lander *lander, struct landing *landing, struct publication *pub,
		      struct err *err)
{
	int rc = close_parts(lander, landing->account, &pub->all.at[pub->next], err);

	pub->next += rc == 0;
	return rc;
}

/* -EINPROGRESS while a part is neither summed nor packed. */
static int wait_for_next(struct lander *lander, struct landing *landing, struct publication *pub,
			 struct err *err)
{
	int rc = pub->next == 0 ? closed_hand_out(lander, err) : 0;
	bool any = false;

	if (rc == 0)
		rc = has_parts(lander, &pub->all.at[pub->next], FILE_UNDONE, &any, err);
	pub->next += rc == 0 && !any;
	return rc == 0 && any ? -EINPROGRESS : rc;
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

static size_t end_of_batch(const struct publication *pub)
{
	return pub->all.n - pub->next < BATCH ? pub->all.n : pub->next + BATCH;
}

static int intend_next(struct lander *lander, struct landing *landing, struct publication *pub,
		       struct err *err)
{
	size_t end = end_of_batch(pub);
	int rc;

	if (pub->next == 0)
		take_result(landing, &pub->all);
	rc = db_begin(lander->db, err);
	if (rc < 0)
		return rc;
	for (; pub->next < end; pub->next++)
		if (pub->all.at[pub->next].state == SNAPSHOT_STAGING)
			publish_intend(lander, landing, &pub->all.at[pub->next]);
	return db_commit(lander->db, err);
}

static int settle_next(struct lander *lander, struct landing *landing, struct publication *pub,
		       struct err *err)
{
	int rc = publish_settle(lander, landing, &pub->all.at[pub->next], err);

	pub->next += rc == 0;
	return rc;
}

/* Inside a transaction: what has become of those up to `end`. */
static void record_until(struct lander *lander, struct publication *pub, size_t end)
{
	for (; pub->next < end; pub->next++) {
		const struct snapshot_record *record = &pub->all.at[pub->next];

		if (record->state == SNAPSHOT_DROPPING)
			continue; /* gone already */
		snapshots_put(lander->db, record);
		publish_rename_files(lander, record);
	}
}

/* The last ones are recorded with the run's end, so that a crash before still finds an intent, and
 * with it what the run was going to end as. */
static int record_next(struct lander *lander, struct landing *landing, struct publication *pub,
		       struct err *err)
{
	int rc;

	if (end_of_batch(pub) == pub->all.n)
		return LAST;
	rc = db_begin(lander->db, err);
	if (rc < 0)
		return rc;
	record_until(lander, pub, end_of_batch(pub));
	return db_commit(lander->db, err);
}

/* In this order, each for all of them: one that turns out to be damaged does not keep the others
 * from being published, because their intents are committed by then. */
static step_fn *const steps[] = {
	close_next, wait_for_next, intend_next, settle_next, record_next,
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

/* As far as the time of one turn allows. */
static int go_on(struct lander *lander, struct landing *landing, struct publication *pub,
		 struct err *err)
{
	int64_t until_ms = clock_monotonic_ms() + SLICE_MS;

	for (; pub->step < STEPS; pub->step++, pub->next = 0) {
		while (pub->next < pub->all.n) {
			int rc = steps[pub->step](lander, landing, pub, err);

			if (rc == LAST)
				return 0;
			if (rc < 0)
				return rc;
			if (clock_monotonic_ms() >= until_ms)
				return PUBLISH_MORE;
		}
	}
	return 0;
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
static int gather(struct lander *lander, const struct landing *landing, struct published *published,
		  struct err *err)
{
	const struct account *account = landing->account;
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

static void forget(struct landing *landing)
{
	publish_free(landing->publication);
	landing->publication = NULL;
}

void publish_free(struct publication *pub)
{
	if (!pub)
		return;
	publish_forget(&pub->all);
	json_unref(pub->policy);
	free(pub);
}

int publish_run(struct lander *lander, struct landing *landing, struct err *err)
{
	const struct account *account = landing->account;
	int rc = 0;

	if (account->job->mode != JOB_MODE_SNAPSHOT)
		return 0;
	if (!landing->publication) {
		landing->publication = xcalloc(1, sizeof(*landing->publication));
		rc = gather(lander, landing, &landing->publication->all, err);
	}
	if (rc == 0)
		rc = go_on(lander, landing, landing->publication, err);
	if (rc < 0 && rc != -EINPROGRESS)
		forget(landing); /* what was not committed is not true: from the ledger once more */
	return rc;
}

void publish_leave(struct lander *lander, const struct landing *landing, const struct err *why)
{
	const struct account *account = landing->account;

	log_run(LOG_LEVEL_ERROR, account->job->name, account->run,
		"%s; what was landed stays in its staging directory", why->text);
}

void publish_record(struct lander *lander, const struct landing *landing)
{
	struct publication *pub = landing->publication;
	size_t next = pub ? pub->next : 0;

	if (!pub)
		return;
	record_until(lander, pub, pub->all.n);
	pub->next = next; /* should the commit fail, they are recorded once more */
}

void publish_recorded(struct landing *landing)
{
	struct publication *pub = landing->publication;
	struct job_keep keep;

	if (!pub)
		return;
	pub->next = 0;
	pub->policy = policy_of(landing->account->job);
	if (!policy_keep(pub->policy, &keep))
		forget(landing);
}

int publish_retain(struct lander *lander, struct landing *landing)
{
	int64_t until_ms = clock_monotonic_ms() + SLICE_MS;
	struct publication *pub = landing->publication;
	struct err err = ERR_INIT;

	while (pub && pub->next < pub->all.n) {
		const char *path = pub->all.at[pub->next++].path;

		if (retention_of_snapshots(lander, path, pub->policy, &err) < 0)
			lander_try_later(lander, &err);
		if (clock_monotonic_ms() >= until_ms)
			return PUBLISH_MORE;
	}
	return 0;
}
