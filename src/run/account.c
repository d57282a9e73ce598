/* A run at the lander: see account.h. */
#include "run/account.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "run/marks_landed.h"
#include "run/validators_landed.h"
#include "store/expected.h"
#include "store/ledger.h"

struct account *account_new(const struct seed *seed, struct rangeset *done)
{
	struct account *account = xcalloc(1, sizeof(*account));

	account->run = seed->record.id;
	account->job = job_ref(seed->job);
	account->rejects = job_can_reject(seed->job) ? job_rejects(seed->job) : NULL;
	account->slot_ms = seed->record.slot_ms;
	account->path = seed->path ? xstrdup(seed->path) : NULL;
	account->done = done;
	account->narrowed = json_len(seed->record.overrides) > 0;
	account->counts = account->committed = seed->record.counts;
	return account;
}

void account_free(struct account *account)
{
	if (!account)
		return;
	marks_abandon(account);
	rangeset_free(account->done);
	job_unref(account->job);
	job_unref(account->rejects);
	free(account->path);
	free(account->made);
	free(account->finished);
	free(account->told);
	free(account);
}

const char *account_path(struct account *account, uint64_t index, struct err *err)
{
	struct point point;

	if (account->path)
		return account->path;
	matrix_point(&account->job->matrix, index, &point);
	free(account->made);
	account->made = job_output(account->job, account->slot_ms, &point, err);
	return account->made;
}

static void finish_point(struct account *account, uint64_t index)
{
	if (account->nfinished == account->room) {
		account->room = account->room ? account->room * 2 : 64;
		account->finished =
			xreallocarray(account->finished, account->room, sizeof(uint64_t));
	}
	account->finished[account->nfinished++] = index;
}

static void write_page(struct account *account, struct db *db, const struct landing *landing)
{
	const struct request *request = landing->parcel->request;

	if (!landing_finishes(landing)) {
		ledger_chain_put(db, account->run, &landing->chain);
		return;
	}
	if (request->page > 0)
		ledger_chain_drop(db, account->run, request->index);
	finish_point(account, request->index);
}

/* The rows of a page that has keys are held against those that have landed. */
static void write_keys(const struct account *account, struct db *db, struct landing *landing)
{
	const struct buf *keys = &landing->parcel->rows.keys;

	landing->doubled =
		expected_add_keys(db, account->run, (const uint64_t *)(const void *)keys->data,
				  keys->len / sizeof(uint64_t));
}

void account_write(struct account *account, struct db *db, struct landing *landing)
{
	if (landing->kind == LANDING_PAGE)
		write_keys(account, db, landing);
	landing_count(landing, &account->counts);
	if (landing->kind == LANDING_PAGE) {
		write_page(account, db, landing);
		marks_write(account, db, landing);
		validators_write(account, db, landing);
	} else {
		/* A failed chain keeps its row: `retry` goes on from that page. */
		ledger_failure_put(db, account->run, &landing->failure);
		finish_point(account, landing->failure.index);
	}
}

void account_finish(struct account *account, struct db *db)
{
	if (account->nfinished > 0)
		ledger_finish(db, account->run, account->done, account->finished,
			      account->nfinished);
	account->nfinished = 0;
	marks_write_sum(account, db);
	runs_update_counts(db, account->run, &account->counts);
}

void account_committed(struct account *account)
{
	account->committed = account->counts;
}

int account_abandon(struct account *account, struct db *db, struct err *err)
{
	struct rangeset *done = rangeset_new(account->committed.total);

	account->counts = account->committed;
	account->nfinished = 0;
	marks_abandon(account);
	rangeset_free(account->done);
	account->done = done;
	return ledger_load(db, account->run, done, err);
}
