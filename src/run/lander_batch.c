/* A batch of pages and failures: to the files, to the ledger, all of it or nothing.
 *
 * First the outputs' columns are widened for the whole batch at once, so that a hundred sparse
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

static struct output *output_of(const struct landing *landing)
{
	return landing->account->output;
}

static bool encoded_for(const struct landing *landing, const struct colset *set)
{
	const struct parcel *parcel = landing->parcel;

	return !parcel->rows.unknown && parcel->colset == set;
}

/* Only parcels that kept their records can be encoded again; all others fit as they are. */
static bool needs_columns(const struct landing *landing)
{
	return landing->kind == LANDING_PAGE && landing->parcel->extract.len > 0 &&
	       !encoded_for(landing, output_colset(output_of(landing)));
}

static void find_names(struct landing *landing, struct colset **wider)
{
	struct err err = ERR_INIT;
	int rc = format_widen(&landing->parcel->extract, wider, &err);

	if (rc < 0 && !landing_refuse(landing, rc, &err))
		landing_fail(landing, rc, &err);
}

static bool is_unknown(const struct landing *landing)
{
	return landing->kind == LANDING_PAGE && landing->code == -EINPROGRESS &&
	       landing->parcel->rows.unknown;
}

/* Brings to one output, at once, all names that the whole batch has for it. */
static int widen_output(struct lander *lander, struct output *output, struct lander_items items,
			struct err *err)
{
	struct colset *wider = colset_ref(output_colset(output));
	int rc = 0;

	for (size_t i = 0; i < items.n; i++)
		if (is_unknown(items.at[i]) && output_of(items.at[i]) == output)
			find_names(items.at[i], &wider);
	if (wider != output_colset(output))
		rc = output_widen(output, lander->db, wider, err);
	colset_unref(wider);
	return rc;
}

static void encode_anew(struct lander_items items)
{
	for (size_t i = 0; i < items.n; i++) {
		struct landing *landing = items.at[i];
		struct err err = ERR_INIT;
		int rc = 0;

		if (landing->code == -EINPROGRESS && needs_columns(landing))
			rc = digest_encode(landing->parcel, output_colset(output_of(landing)),
					   &err);
		if (rc < 0 && !landing_refuse(landing, rc, &err))
			landing_fail(landing, rc, &err);
	}
}

static int fit_columns(struct lander *lander, struct lander_items items, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < lander->noutputs && rc == 0; i++)
		rc = widen_output(lander, lander->outputs[i], items, err);
	if (rc == 0)
		encode_anew(items);
	return rc;
}

static int sync_outputs(struct lander *lander, struct err *err)
{
	int rc = 0;

	for (size_t i = 0; i < lander->noutputs && rc == 0; i++)
		if (output_has_gathered(lander->outputs[i]))
			rc = output_sync(lander->outputs[i], lander->db, err);
	return rc;
}

static void write_accounts(struct lander *lander, struct lander_items items)
{
	struct account *account;

	for (size_t i = 0; i < items.n; i++)
		account_write(items.at[i]->account, lander->db, items.at[i]);
	for (account = lander->accounts; account; account = account->next)
		account_finish(account, lander->db);
	for (size_t i = 0; i < lander->noutputs; i++)
		if (output_has_gathered(lander->outputs[i]))
			output_record(lander->outputs[i], lander->db);
}

static void settle(struct landing *landing)
{
	landing->code = 0;
	if (landing->kind == LANDING_PAGE && !landing->colset &&
	    landing->parcel->request->context->colset != output_colset(output_of(landing)))
		landing->colset = colset_ref(output_colset(output_of(landing)));
}

static int commit(struct lander *lander, struct lander_items items, struct err *err)
{
	struct account *account;
	int rc;

	if (items.n == 0)
		return 0;
	rc = sync_outputs(lander, err);
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
	for (size_t i = 0; i < lander->noutputs; i++)
		if (output_has_gathered(lander->outputs[i]))
			output_committed(lander->outputs[i]);
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

	for (size_t i = 0; i < lander->noutputs; i++) {
		if (!output_has_gathered(lander->outputs[i]))
			continue;
		rc = output_abandon(lander->outputs[i], lander->db, err);
		failed = rc < 0 ? rc : failed;
	}
	for (account = lander->accounts; account; account = account->next) {
		rc = account_abandon(account, lander->db, err);
		failed = rc < 0 ? rc : failed;
	}
	return failed;
}

/* The ledger comes first: were the commit that failed found done after a crash, it would speak of
 * rows that are cut off by then. Until that is settled everything stays, and undoing is owed. */
static int abandon(struct lander *lander, struct err *err)
{
	int rc = db_settle(lander->db, err);

	lander->owed = rc < 0;
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
	int rc = commit(lander, before, err);

	return rc < 0 ? rc : output_rotate(output_of(landing), lander->db, err);
}

static bool has_rows(const struct landing *landing)
{
	return landing->kind == LANDING_PAGE && landing->parcel->rows.count > 0;
}

/* Goes through the landings in order; `live` has room for all of them. */
static int gather_and_commit(struct lander *lander, struct lander_items items,
			     struct landing **live, struct err *err)
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i < items.n; i++) {
		struct landing *landing = items.at[i];

		if (is_dropped(landing))
			continue;
		if (has_rows(landing) && output_is_full(output_of(landing), landing->parcel)) {
			struct lander_items before = { live + from, n - from };
			int rc = close_full(lander, landing, before, err);

			if (rc < 0)
				return rc;
			from = n;
		}
		if (has_rows(landing))
			output_gather(output_of(landing), landing->parcel);
		live[n++] = landing;
	}
	return commit(lander, (struct lander_items) { live + from, n - from }, err);
}

int lander_batch(struct lander *lander, struct lander_items items, struct err *err)
{
	struct landing **live = xcalloc(items.n, sizeof(*live));
	struct err second = ERR_INIT;
	int rc;

	for (size_t i = 0; i < items.n; i++) {
		items.at[i]->code = -EINPROGRESS;
		items.at[i]->account->breaking = false;
	}
	rc = lander->owed ? abandon(lander, err) : 0;
	if (rc == 0)
		rc = fit_columns(lander, items, err);
	if (rc == 0)
		rc = gather_and_commit(lander, items, live, err);
	free(live);
	for (size_t i = 0; i < items.n && rc == 0; i++)
		if (items.at[i]->code < 0)
			items.at[i]->account->broken = true;
	if (rc < 0 && !lander->owed && abandon(lander, &second) < 0)
		err_within(err, "%s", second.text);
	return rc;
}
