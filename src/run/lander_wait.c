/* What cannot be done now and waits: landings for their output (ailing.h), acts for the ledger, the
 * disk, or the parts of a snapshot. Each is tried again by itself, so that only what has to wait
 * does; whose run it is hears why. The ledger is everybody's: its trouble is waited out by the
 * thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "run/lander_internal.h"

#define TROUBLE_MS 1000 /* between two tries when the ledger is in trouble */

static const struct err stopping = { .text = "the daemon is stopping" };
static const struct err withdrawn = { .text = "the run was stopped before it could be landed" };

void lander_send_back(struct lander *lander, struct landing **items, size_t n)
{
	if (n > 0)
		mailbox_send_wait(lander->landed, (void *const *)items, n);
}

static void notify(struct lander *lander, void *owner, const char *why)
{
	struct landing *notice = landing_new(LANDING_HOLD, owner);

	notice->error = why ? xstrdup(why) : NULL;
	lander_send_back(lander, &notice, 1);
}

/* Once for every change. */
static void tell(struct lander *lander, struct account *account, const char *why)
{
	if (why == account->told || (why && account->told && strcmp(why, account->told) == 0))
		return;
	free(account->told);
	account->told = why ? xstrdup(why) : NULL;
	notify(lander, account->owner, why);
}

static void tell_all(struct lander *lander, struct lander_items items, const char *why)
{
	for (size_t i = 0; i < items.n; i++)
		tell(lander, items.at[i]->account, why);
}

static void tell_how_it_is(struct lander *lander, struct account *account)
{
	tell(lander, account, ailing_why(lander->ailing, account));
}

void lander_set_aside(struct lander *lander, struct account *account, const char *key,
		      const struct err *why)
{
	ailing_add(&lander->ailing, account, key, clock_monotonic_ms(), why);
	tell_how_it_is(lander, account);
}

/* Waits before the ledger is tried again; false when the lander is to give up. */
static bool wait_out_trouble(struct lander *lander, const struct err *err)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

	complain(&lander->trouble, "nothing can be landed now, trying again: %s", err->text);
	for (int waited = 0; waited < TROUBLE_MS && !lander->give_up; waited += 20)
		nanosleep(&pause, NULL);
	return !lander->give_up;
}

/* Those that are not committed, moved to the front of `items`. Refused ones are among them: they
 * are refused again, and what came after them with them. */
static struct lander_items unsettled(struct lander_items items)
{
	struct lander_items left = { items.at, 0 };

	for (size_t i = 0; i < items.n; i++)
		if (items.at[i]->code != 0)
			left.at[left.n++] = items.at[i];
	return left;
}

/* Committed, refused, or their output ails; `left` is used up. */
static void land_until_settled(struct lander *lander, struct lander_items left)
{
	struct err err = ERR_INIT;
	int rc;

	while ((rc = lander_batch(lander, left, &err)) < 0) {
		left = unsettled(left);
		tell_all(lander, left, err.text);
		if (!wait_out_trouble(lander, &err))
			break;
	}
	if (rc == 0 && lander->trouble.times > 0) {
		complaint_release(&lander->trouble, "landing works again");
		for (struct account *account = lander->accounts; account; account = account->next)
			tell_how_it_is(lander, account);
	}
	for (size_t i = 0; rc < 0 && i < left.n; i++)
		landing_fail(left.at[i], rc, &err);
}

/* Sorts out those that have to wait; the others are moved to the front. */
static struct lander_items park(struct lander *lander, struct lander_items items)
{
	struct lander_items others = { items.at, 0 };

	for (size_t i = 0; i < items.n; i++) {
		struct landing *landing = items.at[i];
		struct ailing *ailing =
			landing->code == -EINPROGRESS ? ailing_of(lander->ailing, landing) : NULL;

		if (ailing && landing->account->withdrawn)
			landing_fail(landing, -ECANCELED, &withdrawn);
		else if (ailing)
			ailing_park(ailing, landing);
		if (!ailing || landing->code != -EINPROGRESS)
			others.at[others.n++] = landing;
	}
	return others;
}

void lander_land(struct lander *lander, struct lander_items items)
{
	struct landing **both = xcalloc(items.n * 2, sizeof(*both));
	struct lander_items all = { both, items.n }, left = { both + items.n, 0 };

	memcpy(all.at, items.at, items.n * sizeof(*all.at));
	for (size_t i = 0; i < items.n; i++)
		all.at[i]->code = -EINPROGRESS;
	all = park(lander, all);
	for (size_t i = 0; i < all.n; i++)
		if (all.at[i]->code == -EINPROGRESS)
			left.at[left.n++] = all.at[i];
	if (left.n > 0)
		land_until_settled(lander, left);
	all = park(lander, all);
	lander_send_back(lander, all.at, all.n);
	free(both);
}

static void try_output(struct lander *lander, struct ailing *ailing)
{
	struct account *account = ailing->account;
	struct lander_items items;

	ailing->trying = true;
	items.at = ailing_take(ailing, &items.n);
	lander_land(lander, items);
	free(items.at);
	if (ailing->trying) {
		complaint_release(&ailing->trouble, "%s: landing works again", ailing->key);
		ailing_remove(&lander->ailing, ailing);
	}
	tell_how_it_is(lander, account);
}

static void refuse_waiting(struct lander *lander, struct ailing *ailing, int code,
			   const struct err *why)
{
	size_t n;
	struct landing **items = ailing_take(ailing, &n);

	for (size_t i = 0; i < n; i++)
		landing_fail(items[i], code, why);
	lander_send_back(lander, items, n);
	free(items);
}

int lander_withdraw(struct lander *lander, struct landing *landing, struct err *err)
{
	struct account *account = landing->account;

	account->withdrawn = true;
	for (struct ailing *ailing = lander->ailing; ailing; ailing = ailing->next)
		if (ailing->account == account)
			refuse_waiting(lander, ailing, -ECANCELED, &withdrawn);
	tell(lander, account, NULL);
	return 0;
}

/* An end must be recorded, whatever it takes, and a run that had begun before goes on when the disk
 * is well again; the other acts may be refused. */
static bool must_succeed(const struct landing *landing, int rc)
{
	bool ill = rc == -EIO || rc == -ENOSPC || rc == -EDQUOT || rc == -EINTR;

	return landing->kind == LANDING_END || landing->kind == LANDING_REFUSE ||
	       (landing->kind == LANDING_BEGIN && landing->seed->record.id > 0 && ill);
}

bool lander_put_off(struct lander *lander, struct landing *landing, int rc, const struct err *why)
{
	if (rc < 0 && rc != -EINPROGRESS && !must_succeed(landing, rc))
		return false;
	if (rc == -EINPROGRESS || rc > 0) {
		landing->due_ms = rc > 0 ? 0 : INT64_MAX;
		if (landing->account)
			tell_how_it_is(lander, landing->account);
	} else {
		landing->pause_ms = ailing_pause_ms(landing->pause_ms);
		landing->due_ms = clock_monotonic_ms() + landing->pause_ms;
		complain(&lander->trouble, "%s, trying again", why->text);
		if (landing->account)
			tell(lander, landing->account, why->text);
		else
			notify(lander, landing->owner, why->text);
	}
	lander->waiting =
		xreallocarray(lander->waiting, lander->nwaiting + 1, sizeof(*lander->waiting));
	lander->waiting[lander->nwaiting++] = landing;
	return true;
}

/* Those that wait for parts of their snapshot are asked when a chore came back, or when none is
 * out, because what failed was done without one. Who must wait on comes back to the list. */
static void try_acts(struct lander *lander, bool chores)
{
	struct landing **waiting = lander->waiting;
	int64_t now_ms = clock_monotonic_ms();
	size_t n = lander->nwaiting;

	lander->waiting = NULL;
	lander->nwaiting = 0;
	for (size_t i = 0; i < n; i++) {
		bool for_chores = waiting[i]->due_ms == INT64_MAX;

		if (for_chores ? chores : waiting[i]->due_ms <= now_ms) {
			lander_act(lander, waiting[i]);
			continue;
		}
		lander->waiting = xreallocarray(lander->waiting, lander->nwaiting + 1,
						sizeof(*lander->waiting));
		lander->waiting[lander->nwaiting++] = waiting[i];
	}
	free(waiting);
}

void lander_try_waiting(struct lander *lander, bool chores)
{
	struct ailing *ailing;

	while ((ailing = ailing_due(lander->ailing, clock_monotonic_ms())))
		try_output(lander, ailing);
	try_acts(lander, chores || lander->chores == 0);
}

int64_t lander_next_try_ms(const struct lander *lander)
{
	int64_t next = ailing_next_ms(lander->ailing);

	for (size_t i = 0; i < lander->nwaiting; i++)
		if (lander->waiting[i]->due_ms < next)
			next = lander->waiting[i]->due_ms;
	return next;
}

void lander_give_up(struct lander *lander)
{
	for (struct ailing *ailing = lander->ailing; ailing; ailing = ailing->next)
		refuse_waiting(lander, ailing, -ESHUTDOWN, &stopping);
	while (lander->ailing)
		ailing_remove(&lander->ailing, lander->ailing);
	for (size_t i = 0; i < lander->nwaiting; i++)
		landing_fail(lander->waiting[i], -ESHUTDOWN, &stopping);
	lander_send_back(lander, lander->waiting, lander->nwaiting);
	free(lander->waiting);
}
