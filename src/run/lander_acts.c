/* The lander's single acts: a run begins, is reopened, ends; a job is switched on or off. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/lander_internal.h"
#include "store/ledger.h"
#include "store/switches.h"

#define REOPEN_BATCH 1000

/* Finds the output among the open ones and moves it to the front; NULL when it is not open. */
static struct output *find_output(struct lander *lander, const char *path)
{
	for (size_t i = 0; i < lander->noutputs; i++) {
		struct output *output = lander->outputs[i];

		if (strcmp(output_path(output), path) != 0)
			continue;
		memmove(lander->outputs + 1, lander->outputs, i * sizeof(lander->outputs[0]));
		lander->outputs[0] = output;
		return output;
	}
	return NULL;
}

static bool in_use(const struct lander *lander, const struct output *output)
{
	for (const struct account *account = lander->accounts; account; account = account->next)
		if (account->output == output)
			return true;
	return false;
}

/* Makes room at the front; the one unused for longest is closed. */
static int make_room(struct lander *lander, struct err *err)
{
	for (size_t i = lander->noutputs; lander->noutputs == OUTPUTS_MAX && i-- > 0;) {
		if (in_use(lander, lander->outputs[i]))
			continue;
		output_free(lander->outputs[i]);
		memmove(lander->outputs + i, lander->outputs + i + 1,
			(lander->noutputs - i - 1) * sizeof(lander->outputs[0]));
		lander->noutputs--;
	}
	if (lander->noutputs == OUTPUTS_MAX)
		return err_set(err, -EMFILE, "%d outputs are being written to already",
			       OUTPUTS_MAX);
	return 0;
}

/* One run at a time: the rows of two, made for other columns or another format, do not mix. */
static int use_output(struct lander *lander, const struct seed *seed, struct output **used,
		      struct err *err)
{
	struct output *output = find_output(lander, seed->path);
	int rc = 0;

	if (output && in_use(lander, output))
		return err_set(err, -EBUSY, "another run is writing to \"%s\" still", seed->path);
	if (!output) {
		rc = make_room(lander, err);
		if (rc == 0)
			rc = output_open(&lander->place, lander->db, seed, &output, err);
		if (rc < 0)
			return rc;
		memmove(lander->outputs + 1, lander->outputs,
			lander->noutputs * sizeof(lander->outputs[0]));
		lander->outputs[0] = output;
		lander->noutputs++;
	}
	*used = output;
	return output_adopt(output, lander->db, seed, err);
}

/* The lander keeps its own set of finished points: the seed's belongs to the main loop. */
static int open_account(struct lander *lander, const struct seed *seed, struct output *output,
			struct landing *landing, struct err *err)
{
	struct rangeset *done = rangeset_new(seed->job->matrix.points);
	int rc = ledger_load(lander->db, seed->record.id, done, err);

	if (rc < 0) {
		rangeset_free(done);
		return rc;
	}
	landing->account = account_new(seed->record.id, output, done, &seed->record.counts);
	landing->account->next = lander->accounts;
	lander->accounts = landing->account;
	landing->colset = colset_ref(output_colset(output));
	landing->id = seed->record.id;
	return 0;
}

static int insert_run(struct lander *lander, struct run_record *record, struct err *err)
{
	uint64_t id;
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	id = runs_insert(lander->db, record);
	rc = db_commit(lander->db, err);
	if (rc == 0)
		record->id = id;
	return rc;
}

int lander_begin(struct lander *lander, struct landing *landing, struct err *err)
{
	struct seed *seed = landing->seed;
	struct output *output;
	int rc = use_output(lander, seed, &output, err);

	if (rc == 0 && seed->record.id == 0)
		rc = insert_run(lander, &seed->record, err);
	if (rc == 0)
		rc = open_account(lander, seed, output, landing, err);
	return rc;
}

struct failed_points {
	uint64_t indexes[REOPEN_BATCH];
	size_t n;
	uint64_t after; /* the last failure seen, reopened or not */
	uint64_t kept;
};

/* A chain that went in a circle would land rows it has landed before: it stays failed. */
static void note_failed(const struct failure_record *failure, void *arg)
{
	struct failed_points *points = arg;

	points->after = failure->index;
	if (strcmp(failure->outcome, outcomes[OUTCOME_PAGE_LOOP].name) == 0)
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
	return db_commit(lander->db, err);
}

static bool is_live(const struct lander *lander, uint64_t run)
{
	for (const struct account *account = lander->accounts; account; account = account->next)
		if (account->run == run)
			return true;
	return false;
}

/* A run that had not ended and could not be taken up at the start may be, too. */
static int may_reopen(const struct lander *lander, const struct seed *seed, struct err *err)
{
	const struct run_record *record = &seed->record;

	if (strcmp(record->state, "ended") != 0 && !is_live(lander, record->id))
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
	struct account **link = &lander->accounts;

	while (*link != account)
		link = &(*link)->next;
	*link = account->next;
	account_free(account);
}

int lander_end(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	landing->end.counts = landing->account->counts;
	runs_end(lander->db, &landing->end);
	rc = db_commit(lander->db, err);
	if (rc == 0) {
		close_account(lander, landing->account);
		landing->account = NULL;
	}
	return rc;
}

int lander_switch(struct lander *lander, struct landing *landing, struct err *err)
{
	int rc = db_begin(lander->db, err);

	if (rc < 0)
		return rc;
	switches_put(lander->db, landing->job, landing->enabled);
	return db_commit(lander->db, err);
}
