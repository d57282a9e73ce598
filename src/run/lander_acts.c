/* The lander's single acts: a run begins, is reopened, ends; a job is switched on or off. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/output_rows.h"
#include "run/publish.h"
#include "run/validators_landed.h"
#include "store/expected.h"
#include "store/ledger.h"
#include "store/switches.h"

#define REOPEN_BATCH 1000

bool lander_is_live(const struct lander *lander, uint64_t run)
{
	for (const struct account *account = lander->accounts; account; account = account->next)
		if (account->run == run)
			return true;
	return false;
}

static int open_output(struct lander *lander, const struct output_use *use, struct output **opened,
		       struct err *err)
{
	struct output *output;
	int rc = output_open(&lander->place, lander->db, use, &output, err);

	if (rc == 0)
		rc = output_cache_add(&lander->cache, output, err);
	if (rc == -EMFILE)
		output_free(output);
	if (rc == 0)
		*opened = output;
	return rc;
}

bool lander_serves(const struct lander *lander, const struct json *runs, uint64_t but)
{
	for (struct json_member m = json_first(runs); m.key; m = json_next(m)) {
		uint64_t run = strtoull(m.key, NULL, 10);

		if (run != but && lander_is_live(lander, run))
			return true;
	}
	return false;
}

/* One run at a time: the rows of two, made for other columns or another format, do not mix. A run
 * with many outputs may have let this one be closed between two of its pages. */
static bool is_taken(const struct lander *lander, const struct output *output, uint64_t run)
{
	uint64_t other = output_run(output);

	return (other != 0 && other != run && lander_is_live(lander, other)) ||
	       lander_serves(lander, output_runs(output), run);
}

int lander_output(struct lander *lander, const struct output_use *use, struct output **found,
		  struct err *err)
{
	char *key = output_key_of(use);
	struct output *output = output_cache_find(&lander->cache, key);
	int rc = 0;

	free(key);
	if (!output)
		rc = open_output(lander, use, &output, err);
	if (rc == 0 && (output_run(output) != use->run || use->run == 0)) {
		if (is_taken(lander, output, use->run))
			return err_set(err, -EBUSY, "another run is writing to \"%s\" still",
				       use->path);
		rc = output_adopt(output, lander->db, use, err);
	}
	if (rc == 0)
		rc = output_mend(output, lander->db, err);
	if (rc == 0)
		*found = output;
	return rc;
}

/* The lander keeps its own set of finished points: the seed's belongs to the main loop. */
static int open_account(struct lander *lander, const struct seed *seed, struct landing *landing,
			struct err *err)
{
	struct rangeset *done = rangeset_new(seed->job->matrix.points);
	int rc = ledger_load(lander->db, seed->record.id, done, err);

	if (rc < 0) {
		rangeset_free(done);
		return rc;
	}
	landing->account = account_new(seed, done);
	landing->account->owner = landing->owner;
	landing->account->next = lander->accounts;
	lander->accounts = landing->account;
	landing->id = seed->record.id;
	return 0;
}

/* A run that was enrolled has its row already. */
static int record_run(struct lander *lander, struct seed *seed, struct err *err)
{
	uint64_t id = seed->record.id;
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	if (seed->enrolled)
		runs_prepare(lander->db, &seed->record);
	else
		id = runs_insert(lander->db, &seed->record);
	rc = db_commit(lander->db, err);
	if (rc == 0)
		seed->record.id = id;
	return rc;
}

/* Where a run has one output for long, that is opened before the run counts as begun, so that what
 * is wrong with it refuses the run. Outputs by parameter, and snapshots, open with their first row.
 */
static bool has_one_output(const struct seed *seed)
{
	return seed->path && seed->job->mode == JOB_MODE_APPEND;
}

static int use_output(struct lander *lander, const struct seed *seed, struct output **output,
		      struct err *err)
{
	struct output_use use = { seed->job, seed->path, seed->record.id, seed->record.slot_ms };

	*output = NULL;
	output_cache_next_turn(&lander->cache);
	return has_one_output(seed) ? lander_output(lander, &use, output, err) : 0;
}

/* A run that had begun before goes on without its output, whose rows wait until it can be used
 * again; unless it is not its own any more. */
static bool can_wait(const struct seed *seed, int rc)
{
	return seed->record.id > 0 && rc != -EINVAL && rc != -EBUSY;
}

/* What its rows are encoded against when its output cannot be opened now. */
static struct colset *known_columns(struct lander *lander, const struct seed *seed)
{
	struct output_record record = { 0 };
	struct colset *columns;

	if (has_one_output(seed))
		outputs_get(lander->db, seed->path, &record, NULL);
	columns = output_columns_for(seed->job, record.columns);
	output_record_done(&record);
	return columns;
}

int lander_begin(struct lander *lander, struct landing *landing, struct err *err)
{
	struct seed *seed = landing->seed;
	struct output *output = NULL;
	int rc = use_output(lander, seed, &output, err);

	if (rc < 0 && can_wait(seed, rc)) {
		output = NULL;
		rc = 0;
	}
	if (rc == 0 && (seed->record.id == 0 || seed->enrolled))
		rc = record_run(lander, seed, err);
	if (rc == 0)
		rc = publish_reopen(lander, seed->record.id, err);
	if (rc == 0)
		rc = open_account(lander, seed, landing, err);
	if (rc < 0)
		return rc;
	if (output)
		output_numbered(output, seed->record.id);
	landing->colset = output ? colset_ref(output_colset(output)) : known_columns(lander, seed);
	lander_look_at_clock(lander);
	return 0;
}

struct failed_points {
	uint64_t indexes[REOPEN_BATCH];
	size_t n;
	uint64_t after; /* the last failure seen, reopened or not */
	uint64_t kept;
};

static bool stays_failed(const char *name)
{
	for (int i = 0; i < OUTCOME__COUNT; i++)
		if (strcmp(outcomes[i].name, name) == 0)
			return outcomes[i].stays;
	return false;
}

static void note_failed(const struct failure_record *failure, void *arg)
{
	struct failed_points *points = arg;

	points->after = failure->index;
	if (stays_failed(failure->outcome))
		points->kept++;
	else
		points->indexes[points->n++] = failure->index;
}

/* Takes the failed points out of progress and out of the list of failures; *kept are not. */
static int reopen_failures(struct lander *lander, struct seed *seed, uint64_t *kept,
			   struct err *err)
{
	struct failed_points points = { .after = UINT64_MAX };
	uint64_t run = seed->record.id;
	int rc;

	do {
		points.n = 0;
		rc = ledger_each_failure(lander->db, run,
					 (struct failure_portion) { points.after, REOPEN_BATCH },
					 note_failed, &points, err);
		ledger_reopen(lander->db, run, seed->done, points.indexes, points.n);
		for (size_t i = 0; i < points.n; i++)
			ledger_failure_drop(lander->db, run, points.indexes[i]);
	} while (rc > 0);
	*kept = points.kept;
	return rc;
}

static int reopen_run(struct lander *lander, struct seed *seed, struct err *err)
{
	uint64_t id = seed->record.id;
	struct run_counts counts = seed->record.counts;
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	rc = reopen_failures(lander, seed, &counts.failed, err);
	if (rc < 0) {
		db_rollback(lander->db);
		return rc;
	}
	runs_reopen(lander->db, id);
	runs_update_counts(lander->db, id, &counts);
	rc = publish_mark_reopening(lander, seed, err);
	if (rc < 0) {
		db_rollback(lander->db);
		return rc;
	}
	return db_commit(lander->db, err);
}

/* A run that had not ended and could not be taken up at the start may be, too. */
static int may_reopen(const struct lander *lander, const struct seed *seed, struct err *err)
{
	const struct run_record *record = &seed->record;

	if (strcmp(record->state, "ended") != 0 && !lander_is_live(lander, record->id))
		return 0;
	if (strcmp(record->state, "ended") != 0)
		return err_set(err, -EBUSY, "run %llu has not ended yet",
			       (unsigned long long)record->id);
	if (record->counts.failed == 0 && rangeset_count(seed->done) == record->counts.total)
		return err_set(err, -EALREADY,
			       "nothing failed in run %llu: there is nothing to retry",
			       (unsigned long long)record->id);
	return 0;
}

int lander_reopen(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc;
	struct seed *seed = seed_load(lander->db, landing->id, &rc, err);
	struct output *output;

	if (!seed)
		return rc;
	rc = may_reopen(lander, seed, err);
	if (rc == 0) /* what may fail comes before the run counts as running */
		rc = use_output(lander, seed, &output, err);
	if (rc == 0)
		rc = reopen_run(lander, seed, err);
	seed_free(seed);
	if (rc < 0)
		return rc;
	/* Loaded again: chains that were failed are open now. */
	landing->seed = seed_load(lander->db, landing->id, &rc, err);
	return rc < 0 ? rc : lander_begin(lander, landing, err);
}

static void close_account(struct lander *lander, struct account *account)
{
	static const struct err left = {
		.text = "a run was stopped while its output could not be written"
	};
	struct account **link = &lander->accounts;

	while (*link != account)
		link = &(*link)->next;
	*link = account->next;
	if (account->ailing > 0)
		lander_try_later(lander, &left);
	ailing_forget(&lander->ailing, account);
	account_free(account);
}

/* The run, when it may be retried: the keys of its rows are kept. */
static uint64_t may_go_on(const struct run_record *end)
{
	bool is_whole = strcmp(end->result, "complete") == 0 || strcmp(end->result, "suspect") == 0;

	return is_whole ? 0 : end->id;
}

static int end_run(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc = publish_run(lander, landing, err);

	if (rc < 0 && rc != -EINPROGRESS && landing->account->withdrawn) {
		publish_leave(lander, landing, err);
		rc = 0;
	}
	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc != 0)
		return rc;
	landing->end.counts = landing->account->counts;
	if (strcmp(landing->end.result, "unchanged") == 0)
		landing->end.counts.rows = 0; /* those taken over were not published again */
	validators_end(landing->account, lander->db, landing->end.result);
	runs_end(lander->db, &landing->end);
	if (landing->account->job->expect.unique.n > 0)
		expected_drop_keys(lander->db, landing->account->job->name,
				   may_go_on(&landing->end));
	publish_record(lander, landing);
	if (strcmp(landing->end.result, "complete") == 0)
		lander_insert_enrolled(lander, landing);
	rc = db_commit(lander->db, err);
	if (rc < 0)
		lander_forget_enrolled(landing, false);
	return rc;
}

static void let_go(struct lander *lander, struct landing *landing)
{
	publish_recorded(landing);
	output_cache_release(&lander->cache, landing->account->run);
	close_account(lander, landing->account);
	landing->account = NULL;
	if (lander->held_back)
		lander->sweeps_ms = 0;
	lander->held_back = false;
	lander_look_at_clock(lander);
}

int lander_end(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc;

	output_cache_next_turn(&lander->cache);
	if (landing->account) {
		rc = end_run(lander, landing, err);
		if (rc != 0)
			return rc;
		let_go(lander, landing);
	}
	return publish_retain(lander, landing);
}

int lander_switch(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	switches_put(lander->db, landing->job, landing->enabled);
	return db_commit(lander->db, err);
}
