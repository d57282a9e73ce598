/* A batch of pages and failures: to the files, to the ledger, all of it or nothing; but what
 * belongs to an output that cannot be written now is left out (ailing.h).
 *
 * A batch is taken in slices of at most as many outputs as can be open. First a slice's outputs are
 * found, then their columns are widened for the whole slice at once, so that a hundred sparse
 * records cost one rotation and not a hundred. Then rows are gathered; where a file is full, what
 * was gathered is committed and the file is closed before the next parcel goes on.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/format.h"
#include "run/context.h"
#include "run/digest.h"
#include "run/lander_internal.h"
#include "run/output_rows.h"

/* Only parcels that kept their records can be encoded again; all others fit as they are. */
static bool needs_columns(const struct landing *landing)
{
	const struct parcel *parcel = landing->parcel;

	return landing->kind == LANDING_PAGE && landing->output && parcel->extract.len > 0 &&
	       (parcel->rows.unknown || !output_fits(landing->output, parcel->colset));
}

static bool has_rows(const struct landing *landing)
{
	return landing->kind == LANDING_PAGE &&
	       (landing->parcel->rows.count > 0 || landing->parcel->rows.unknown);
}

/* The ledger comes first: were a commit that failed found done after a crash, it would speak of
 * rows that are cut off by then. Until that is settled everything stays, and undoing is owed. */
static int settle_ledger(struct lander *lander, struct err *err)
{
	int rc = db_settle(lander->db, err);

	lander->owed = rc < 0;
	return rc;
}

static struct account *account_of(struct lander *lander, uint64_t run)
{
	struct account *account = lander->accounts;

	while (account->run != run)
		account = account->next;
	return account;
}

/* From now on what belongs there waits. Only the ledger's trouble is the caller's. */
static int set_aside(struct lander *lander, struct account *account, const char *key,
		     const struct err *why, struct err *err)
{
	int rc = settle_ledger(lander, err);

	if (rc == 0)
		lander_set_aside(lander, account, key, why);
	return rc;
}

/* The same for an output that is open: what it had gathered is given up. */
static int set_output_aside(struct lander *lander, struct output *output, const struct err *why,
			    struct err *err)
{
	struct account *account = account_of(lander, output_run(output));
	struct err second = ERR_INIT;
	int rc = set_aside(lander, account, output_key(output), why, err);

	if (rc == 0 && output_has_gathered(output))
		output_abandon(output, lander->db, &second); /* or output_mend, at the next try */
	return rc;
}

static bool waits(const struct lander *lander, const struct landing *landing)
{
	return ailing_of(lander->ailing, landing) != NULL;
}

/* Where its rows go. A path that cannot be made, or that another run has, is the landing's own
 * failure; -EMFILE and the ledger's trouble are the caller's. */
static int find_output(struct lander *lander, struct landing *landing, struct err *err)
{
	struct account *account = landing->account;
	struct err why = ERR_INIT;
	const char *path = account_path(account, landing->parcel->request->index, &why);
	struct output_use use = { account->job, path, account->run, account->slot_ms };
	int rc = path ? lander_output(lander, &use, &landing->output, &why) : -EINVAL;

	if (rc == -EINVAL || rc == -EBUSY) {
		landing_fail(landing, rc, &why);
		return 0;
	}
	if (rc < 0 && rc != -EMFILE) {
		char *key = output_key_of(&use);

		rc = set_aside(lander, account, key, &why, err);
		free(key);
	} else if (rc < 0) {
		*err = why;
	}
	return rc;
}

/* Finds the outputs of the first landings of a batch, as many as can be open: *n of them. */
static int find_outputs(struct lander *lander, struct lander_items items, size_t *n,
			struct err *err)
{
	int rc = 0;

	output_cache_next_turn(&lander->cache);
	for (*n = 0; *n < items.n; ++*n) {
		items.at[*n]->output = NULL;
		if (has_rows(items.at[*n]) && !waits(lander, items.at[*n]))
			rc = find_output(lander, items.at[*n], err);
		if (rc < 0)
			break;
	}
	return rc == -EMFILE && *n > 0 ? 0 : rc;
}

static void find_names(struct landing *landing, struct colset **wider)
{
	struct err err = ERR_INIT;
	int rc = format_widen(&landing->parcel->extract, wider, &err);

	if (rc < 0 && !landing_refuse(landing, rc, &err))
		landing_fail(landing, rc, &err);
}

/* What was encoded for another output's columns may have names that this one lacks. */
static bool may_widen(const struct landing *landing)
{
	return landing->code == -EINPROGRESS && needs_columns(landing);
}

static int widen(struct lander *lander, struct output *output, struct colset *wider,
		 struct err *err)
{
	struct err why = ERR_INIT;
	int rc = output_widen(output, lander->db, wider, &why);

	return rc < 0 ? set_output_aside(lander, output, &why, err) : 0;
}

/* Brings to the output of items.at[0], at once, all names that the slice has for it. */
static int widen_output(struct lander *lander, struct lander_items items, struct err *err)
{
	struct output *output = items.at[0]->output;
	struct colset *wider = colset_ref(output_colset(output));
	int rc = 0;

	for (size_t i = 0; i < items.n; i++)
		if (items.at[i]->output == output && may_widen(items.at[i]))
			find_names(items.at[i], &wider);
	if (wider != output_colset(output))
		rc = widen(lander, output, wider, err);
	colset_unref(wider);
	return rc;
}

/* All rows for that output, also those that fitted before it was widened. */
static void encode_anew(struct lander_items items, const struct output *output)
{
	for (size_t i = 0; i < items.n; i++) {
		struct landing *landing = items.at[i];
		struct err err = ERR_INIT;
		int rc = 0;

		if (landing->output == output && may_widen(landing))
			rc = digest_encode(landing->parcel, output_colset(landing->output), &err);
		if (rc < 0 && !landing_refuse(landing, rc, &err))
			landing_fail(landing, rc, &err);
	}
}

static int fit_columns(struct lander *lander, struct lander_items items, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < items.n && rc == 0; i++) {
		if (!may_widen(items.at[i]) || waits(lander, items.at[i]))
			continue;
		rc = widen_output(lander, (struct lander_items) { items.at + i, items.n - i }, err);
		if (rc == 0 && !waits(lander, items.at[i]))
			encode_anew(items, items.at[i]->output);
	}
	return rc;
}

/* Does `step` for every output with rows gathered, up to the first that fails. */
static int each_gathered(struct lander *lander,
			 int (*step)(struct output *output, struct db *db, struct err *err),
			 struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < lander->cache.len && rc == 0; i++)
		if (output_has_gathered(lander->cache.items[i].output))
			rc = step(lander->cache.items[i].output, lander->db, err);
	return rc;
}

static int record(struct output *output, struct db *db, struct err *err)
{
	output_record(output, db);
	return 0;
}

static int committed(struct output *output, struct db *db, struct err *err)
{
	output_committed(output);
	return 0;
}

static void write_accounts(struct lander *lander, struct lander_items items)
{
	struct account *account;

	for (size_t i = 0; i < items.n; i++)
		account_write(items.at[i]->account, lander->db, items.at[i]);
	for (account = lander->accounts; account; account = account->next)
		account_finish(account, lander->db);
	each_gathered(lander, record, NULL);
}

static void settle(struct landing *landing)
{
	landing->code = 0;
	if (landing->output && !landing->colset &&
	    !output_fits(landing->output, landing->parcel->request->context->colset))
		landing->colset = colset_ref(output_colset(landing->output));
}

/* What was gathered is in the files; or an output ails, and has nothing gathered any more. */
static int sync_gathered(struct lander *lander, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < lander->cache.len && rc == 0; i++) {
		struct output *output = lander->cache.items[i].output;
		struct err why = ERR_INIT;

		if (output_has_gathered(output) && output_sync(output, lander->db, &why) < 0)
			rc = set_output_aside(lander, output, &why, err);
	}
	return rc;
}

/* Those that need not wait, moved to the front. */
static struct lander_items well_ones(const struct lander *lander, struct lander_items items)
{
	struct lander_items well = { items.at, 0 };

	for (size_t i = 0; i < items.n; i++)
		if (!waits(lander, items.at[i]))
			well.at[well.n++] = items.at[i];
	return well;
}

static int commit(struct lander *lander, struct lander_items items, struct err *err)
{
	struct account *account;
	int rc = sync_gathered(lander, err);

	items = well_ones(lander, items);
	if (rc == 0 && items.n == 0)
		return 0;
	if (rc == 0)
		rc = db_begin(lander->db, err);
	if (rc < 0)
		return rc;
	write_accounts(lander, items);
	rc = db_commit(lander->db, err);
	if (rc < 0)
		return rc;
	for (account = lander->accounts; account; account = account->next)
		account_committed(account);
	each_gathered(lander, committed, NULL);
	for (size_t i = 0; i < items.n; i++)
		settle(items.at[i]);
	return 0;
}

/* Back to what is committed, everywhere, also when one cannot be brought back now: what another
 * still had gathered would be written twice. The landings not yet committed stay the caller's. */
static int undo(struct lander *lander, struct err *err)
{
	struct account *account;
	int failed = 0, rc;

	for (size_t i = 0; i < lander->cache.len; i++) {
		struct output *output = lander->cache.items[i].output;

		if (!output_has_gathered(output))
			continue;
		rc = output_abandon(output, lander->db, err);
		failed = rc < 0 ? rc : failed;
	}
	for (account = lander->accounts; account; account = account->next) {
		rc = account_abandon(account, lander->db, err);
		failed = rc < 0 ? rc : failed;
	}
	return failed;
}

static int abandon(struct lander *lander, struct err *err)
{
	int rc = settle_ledger(lander, err);

	return rc < 0 ? rc : undo(lander, err);
}

/* A landing that cannot be written as it is never can be: its run must not go on past it, or a
 * later page of the same chain would be recorded over the gap. What came before it lands. */
static bool is_dropped(struct landing *landing)
{
	static const struct err earlier = {
		.text = "an earlier response of this run could not be written"
	};
	struct account *account = landing->account;

	if (landing->code != -EINPROGRESS)
		account->breaking = true;
	else if (account->broken || account->breaking)
		landing_fail(landing, -ECANCELED, &earlier);
	return landing->code != -EINPROGRESS;
}

static int close_full(struct lander *lander, struct landing *landing, struct lander_items before,
		      struct err *err)
{
	struct err why = ERR_INIT;
	int rc = commit(lander, before, err);

	if (rc < 0 || waits(lander, landing) ||
	    output_rotate(landing->output, lander->db, &why) == 0)
		return rc;
	return set_output_aside(lander, landing->output, &why, err);
}

/* Goes through the landings in order; `live` has room for all of them. */
static int gather_and_commit(struct lander *lander, struct lander_items items,
			     struct landing **live, struct err *err)
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i < items.n; i++) {
		struct landing *landing = items.at[i];

		if (is_dropped(landing) || waits(lander, landing))
			continue;
		if (landing->output && output_is_full(landing->output, landing->parcel)) {
			struct lander_items before = { live + from, n - from };
			int rc = close_full(lander, landing, before, err);

			if (rc < 0)
				return rc;
			from = n;
			if (waits(lander, landing))
				continue;
		}
		if (landing->output)
			output_gather(landing->output, landing->parcel);
		live[n++] = landing;
	}
	return commit(lander, (struct lander_items) { live + from, n - from }, err);
}

static int land_slice(struct lander *lander, struct lander_items slice, struct landing **live,
		      struct err *err)
{
	int rc = fit_columns(lander, slice, err);

	if (rc == 0)
		rc = gather_and_commit(lander, slice, live, err);
	for (size_t i = 0; i < slice.n; i++)
		slice.at[i]->output = NULL; /* the next slice may close it */
	return rc;
}

int lander_batch(struct lander *lander, struct lander_items items, struct err *err)
{
	struct landing **live = xcalloc(items.n, sizeof(*live));
	struct err second = ERR_INIT;
	int rc = 0;

	for (size_t i = 0; i < items.n; i++) {
		items.at[i]->code = -EINPROGRESS;
		items.at[i]->account->breaking = false;
	}
	rc = lander->owed ? abandon(lander, err) : 0;
	for (size_t from = 0, n; from < items.n && rc == 0; from += n) {
		struct lander_items rest = { items.at + from, items.n - from };

		rc = find_outputs(lander, rest, &n, err);
		if (rc == 0)
			rc = land_slice(lander, (struct lander_items) { rest.at, n }, live, err);
	}
	free(live);
	for (size_t i = 0; i < items.n && rc == 0; i++)
		if (items.at[i]->code < 0 && items.at[i]->code != -EINPROGRESS)
			items.at[i]->account->broken = true;
	if (rc < 0 && !lander->owed && abandon(lander, &second) < 0)
		err_within(err, "%s", second.text);
	return rc;
}
