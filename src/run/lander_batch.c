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
#include <string.h>

#include "base/xalloc.h"
#include "data/format.h"
#include "run/context.h"
#include "run/digest.h"
#include "run/lander_internal.h"
#include "run/output_rows.h"
#include "run/recalled.h"
#include "run/rejects.h"

/* Only parcels that kept their records can be encoded again; all others fit as they are. */
static bool needs_columns(const struct landing *landing)
{
	const struct parcel *parcel = landing->parcel;

	return landing->kind == LANDING_PAGE && landing->output &&
	       (parcel->extract.len > 0 || parcel->carried) &&
	       (parcel->rows.unknown || !output_fits(landing->output, parcel->colset));
}

static bool has_rows(const struct landing *landing)
{
	return landing->parcel->rows.count > 0 || landing->parcel->rows.unknown;
}

static bool has_rejects(const struct landing *landing)
{
	return landing->parcel->rows.rejected > 0;
}

static bool needs_output(const struct landing *landing)
{
	return landing->kind == LANDING_PAGE && (has_rows(landing) || has_rejects(landing));
}

static bool waits(const struct lander *lander, const struct landing *landing)
{
	return ailing_of(lander->ailing, landing) != NULL;
}

static int find_rejects(struct lander *lander, struct landing *landing, const char *path,
			struct err *err)
{
	const struct account *account = landing->account;
	char *beside = rejects_path(path);
	const struct output_use use = { account->rejects, beside, account->run, account->slot_ms };
	int rc = lander_output(lander, &use, &landing->rejects, err);

	free(beside);
	return rc;
}

/* Where its rows and rejects go. A path that cannot be made, or that another run has, is the
 * landing's own failure; -EMFILE and the ledger's trouble are the caller's. */
static int find_output(struct lander *lander, struct landing *landing, struct err *err)
{
	struct account *account = landing->account;
	struct err why = ERR_INIT;
	const char *path = account_path(account, landing->parcel->request->index, &why);
	struct output_use use = { account->job, path, account->run, account->slot_ms };
	int rc = path ? 0 : -EINVAL;

	if (rc == 0 && has_rows(landing))
		rc = lander_output(lander, &use, &landing->output, &why);
	if (rc == 0 && has_rejects(landing))
		rc = find_rejects(lander, landing, path, &why);

	if (rc == -EINVAL || rc == -EBUSY) {
		landing_fail(landing, rc, &why);
		return 0;
	}
	if (rc < 0 && rc != -EMFILE) {
		char *key = output_key_of(&use);

		rc = lander_aside(lander, account, key, &why, err);
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
		items.at[*n]->output = items.at[*n]->rejects = NULL;
		if (needs_output(items.at[*n]) && !waits(lander, items.at[*n]))
			rc = find_output(lander, items.at[*n], err);
		if (rc < 0)
			break;
	}
	return rc == -EMFILE && *n > 0 ? 0 : rc;
}

static void find_names(struct landing *landing, struct colset **wider)
{
	struct err err = ERR_INIT;
	int rc = landing->parcel->carried ? recalled_widen(landing->parcel, wider)
					  : format_widen(&landing->parcel->extract, wider, &err);

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

	return rc < 0 ? lander_output_aside(lander, output, &why, err) : 0;
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

static int anew(struct parcel *parcel, const struct colset *set, struct err *err)
{
	return parcel->carried ? recalled_encode(parcel, set, err)
			       : digest_encode(parcel, set, err);
}

/* All rows for that output, also those that fitted before it was widened. */
static void encode_anew(struct lander_items items, const struct output *output)
{
	for (size_t i = 0; i < items.n; i++) {
		struct landing *landing = items.at[i];
		struct err err = ERR_INIT;
		int rc = 0;

		if (landing->output == output && may_widen(landing))
			rc = anew(landing->parcel, output_colset(landing->output), &err);
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
			rc = lander_output_aside(lander, output, &why, err);
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
	int rc = lander_settle(lander, err);

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

/* Those of its outputs that have no room for what it brings; *n of them. */
static void find_full(const struct landing *landing, struct output *full[static 2], size_t *n)
{
	struct output_load rows = output_load_rows(landing->parcel),
			   rejects = output_load_rejects(landing->parcel);

	*n = 0;
	if (landing->output && output_is_full(landing->output, &rows))
		full[(*n)++] = landing->output;
	if (landing->rejects && output_is_full(landing->rejects, &rejects))
		full[(*n)++] = landing->rejects;
}

static int close_full(struct lander *lander, struct landing *landing, struct lander_items before,
		      struct err *err)
{
	struct output *full[2];
	size_t n;
	int rc;

	find_full(landing, full, &n);
	rc = commit(lander, before, err);
	for (size_t i = 0; i < n && rc == 0 && !waits(lander, landing); i++) {
		struct err why = ERR_INIT;

		if (output_rotate(full[i], lander->db, &why) < 0)
			rc = lander_output_aside(lander, full[i], &why, err);
	}
	return rc;
}

static bool fills(const struct landing *landing)
{
	struct output *full[2];
	size_t n = 0;

	if (landing->kind == LANDING_PAGE)
		find_full(landing, full, &n);
	return n > 0;
}

static void gather(struct landing *landing)
{
	struct output_load load;

	if (landing->output) {
		output_place(landing->output, &landing->placed.sequence, &landing->placed.offset);
		load = output_load_rows(landing->parcel);
		output_gather(landing->output, &load);
	}
	if (landing->rejects) {
		load = output_load_rejects(landing->parcel);
		output_gather(landing->rejects, &load);
	}
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
		if (fills(landing)) {
			struct lander_items before = { live + from, n - from };
			int rc = close_full(lander, landing, before, err);

			if (rc < 0)
				return rc;
			from = n;
			if (waits(lander, landing))
				continue;
		}
		gather(landing);
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
		/* the next slice may close them */
		slice.at[i]->output = slice.at[i]->rejects = NULL;
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
