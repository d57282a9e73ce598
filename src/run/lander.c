/* The lander's thread: gathers, lands, answers. See lander.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "io/thread.h"
#include "run/closed.h"

#define INBOX_MAX  65536
#define GROUP_MAX  4096
#define TROUBLE_MS 1000 /* between two tries of what failed */

typedef int act_fn(struct lander *lander, struct landing *landing, struct err *err);

static int take_chore(struct lander *lander, struct landing *landing, struct err *err)
{
	return closed_take_back(lander, landing->chore, err);
}

static act_fn *const acts[LANDING__COUNT] = {
	[LANDING_BEGIN] = lander_begin, [LANDING_REOPEN] = lander_reopen,
	[LANDING_END] = lander_end,     [LANDING_SWITCH] = lander_switch,
	[LANDING_CHORE] = take_chore,
};

struct group {
	struct landing *items[GROUP_MAX];
	size_t n;
	size_t bytes;
};

/* Waits before what failed is tried again; false when the lander is to give up. */
static bool wait_out_trouble(struct lander *lander, const struct err *err)
{
	struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };

	complain(&lander->trouble, "nothing can be landed now, trying again: %s", err->text);
	for (int waited = 0; waited < TROUBLE_MS && !lander->give_up; waited += 20)
		nanosleep(&pause, NULL);
	return !lander->give_up;
}

static void send_back(struct lander *lander, struct landing **items, size_t n)
{
	mailbox_send_wait(lander->landed, (void *const *)items, n);
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

static void land_pages(struct lander *lander, struct lander_items items)
{
	struct landing **todo = xcalloc(items.n, sizeof(*todo));
	struct lander_items left = { todo, items.n };
	struct err err = ERR_INIT;
	int rc;

	memcpy(todo, items.at, items.n * sizeof(*todo));
	while ((rc = lander_batch(lander, left, &err)) < 0) {
		left = unsettled(left);
		if (!wait_out_trouble(lander, &err))
			break;
	}
	if (rc == 0)
		complaint_release(&lander->trouble, "landing works again");
	for (size_t i = 0; rc < 0 && i < left.n; i++)
		landing_fail(left.at[i], rc, &err);
	free(todo);
	send_back(lander, items.at, items.n);
}

/* An end must be recorded, whatever it takes, and a run that had begun before goes on when the disk
 * is well again; the other acts may be refused. */
static bool must_succeed(const struct landing *landing, int rc)
{
	bool ill = rc == -EIO || rc == -ENOSPC || rc == -EDQUOT || rc == -EINTR;

	return landing->kind == LANDING_END ||
	       (landing->kind == LANDING_BEGIN && landing->seed->record.id > 0 && ill);
}

static void put_off(struct lander *lander, struct landing *landing)
{
	lander->waiting =
		xreallocarray(lander->waiting, lander->nwaiting + 1, sizeof(*lander->waiting));
	lander->waiting[lander->nwaiting++] = landing;
}

static void act(struct lander *lander, struct landing *landing)
{
	struct err err = ERR_INIT;
	int rc = acts[landing->kind](lander, landing, &err);

	while (rc < 0 && rc != -EINPROGRESS && must_succeed(landing, rc) &&
	       wait_out_trouble(lander, &err))
		rc = acts[landing->kind](lander, landing, &err);
	if (rc == -EINPROGRESS) {
		put_off(lander, landing);
		return;
	}
	if (rc == 0)
		complaint_release(&lander->trouble, "landing works again");
	else
		landing_fail(landing, rc, &err);
	send_back(lander, &landing, 1);
}

/* Ends that waited for their parts; those that must wait on come back to the list. */
static void end_waiting(struct lander *lander)
{
	struct landing **waiting = lander->waiting;
	size_t n = lander->nwaiting;

	lander->waiting = NULL;
	lander->nwaiting = 0;
	for (size_t i = 0; i < n; i++)
		act(lander, waiting[i]);
	free(waiting);
}

/* In the order they came: pages together, each act by itself. */
static void land_group(struct lander *lander, struct group *group)
{
	bool chores = false;
	size_t from = 0;

	for (size_t i = 0; i <= group->n; i++) {
		bool is_act = i < group->n && acts[group->items[i]->kind];

		if (i < group->n && !is_act)
			continue;
		if (i > from)
			land_pages(lander, (struct lander_items) { group->items + from, i - from });
		if (is_act) {
			chores |= group->items[i]->kind == LANDING_CHORE;
			act(lander, group->items[i]);
		}
		from = i + 1;
	}
	if (chores) /* once, however many came back */
		end_waiting(lander);
	group->n = group->bytes = 0;
}

/* True when waiting for more would hold something up. */
static bool take_in(struct group *group, size_t n)
{
	bool urgent = false;

	for (size_t i = group->n; i < group->n + n; i++) {
		group->bytes += landing_memory(group->items[i]);
		urgent |= landing_is_urgent(group->items[i]);
	}
	group->n += n;
	return urgent || group->n == GROUP_MAX || group->bytes >= LANDER_GATHER_BYTES;
}

/* False when the inbox is closed and empty. */
static bool gather(struct lander *lander, struct group *group)
{
	int wait_ms = lander_patience_ms(lander);
	int64_t until = 0;
	size_t n;

	while ((n = mailbox_wait(lander->inbox, (void **)group->items + group->n,
				 GROUP_MAX - group->n, wait_ms)) > 0) {
		int64_t now = clock_monotonic_ms();

		if (group->n == 0)
			until = now + LANDER_GATHER_MS;
		if (take_in(group, n) || now >= until)
			break;
		wait_ms = (int)(until - now);
	}
	return group->n > 0 || !mailbox_closed(lander->inbox);
}

static void give_up_waiting(struct lander *lander)
{
	static const struct err stopping = { .text = "the daemon is stopping" };

	for (size_t i = 0; i < lander->nwaiting; i++)
		landing_fail(lander->waiting[i], -ESHUTDOWN, &stopping);
	if (lander->nwaiting > 0)
		send_back(lander, lander->waiting, lander->nwaiting);
	free(lander->waiting);
}

static void *land(void *arg)
{
	struct lander *lander = arg;
	struct group *group = xcalloc(1, sizeof(*group));

	lander_recover(lander);
	while (gather(lander, group)) {
		land_group(lander, group);
		lander_tick(lander);
		if (lander->chores == 0) /* what failed was done without a chore */
			end_waiting(lander);
	}
	give_up_waiting(lander);
	free(group);
	return NULL;
}

int lander_start(const struct output_place *place, struct db *db, struct mailbox *landed,
		 struct lander **started, struct err *err)
{
	struct lander *lander = xcalloc(1, sizeof(*lander));
	int rc = mailbox_new(INBOX_MAX, &lander->inbox, err);

	lander->place = *place;
	lander->place.closed = &lander->closed;
	lander->db = db;
	lander->landed = landed;
	if (rc == 0)
		rc = housekeeper_start(&lander->place, lander->inbox, &lander->housekeeper, err);
	if (rc == 0)
		rc = thread_start("lander", land, lander, &lander->thread, err);
	if (rc < 0) {
		housekeeper_stop(lander->housekeeper);
		mailbox_free(lander->inbox);
		free(lander);
		return rc;
	}
	*started = lander;
	return 0;
}

void lander_submit(struct lander *lander, struct landing *landing)
{
	void *item = landing;
	struct err closed = { .text = "the daemon is stopping" };

	if (mailbox_send(lander->inbox, &item, 1))
		return;
	landing_fail(landing, -ESHUTDOWN, &closed);
	send_back(lander, &landing, 1);
}

unsigned lander_files_open(const struct lander *lander)
{
	return lander->cache.len;
}

bool lander_is_busy(const struct lander *lander)
{
	return lander->chores > 0;
}

void lander_stop(struct lander *lander, bool give_up)
{
	if (!lander)
		return;
	if (give_up)
		lander->give_up = true;
	mailbox_close(lander->inbox);
	housekeeper_close(lander->housekeeper);
	pthread_join(lander->thread, NULL); /* gives out chores to its end */
	housekeeper_stop(lander->housekeeper);
	while (lander->accounts) {
		struct account *account = lander->accounts;

		lander->accounts = account->next;
		account_free(account);
	}
	output_cache_done(&lander->cache);
	mailbox_free(lander->inbox);
	db_close(lander->db);
	free(lander);
}
