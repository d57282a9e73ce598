/* The lander's thread: gathers, lands, answers. See lander.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "io/thread.h"
#include "run/closed.h"
#include "run/marks_order.h"

#define INBOX_MAX 65536
#define GROUP_MAX 4096

typedef int act_fn(struct lander *lander, struct landing *landing, struct err *err);

static int take_chore(struct lander *lander, struct landing *landing, struct err *err)
{
	return closed_take_back(lander, landing->chore, err);
}

static int set_marks(struct lander *lander, struct landing *landing, struct err *err)
{
	return marks_order_commit(landing->marks, lander->db, err);
}

static act_fn *const acts[LANDING__COUNT] = {
	[LANDING_ENROL] = lander_enrol, [LANDING_REFUSE] = lander_refuse,
	[LANDING_BEGIN] = lander_begin, [LANDING_REOPEN] = lander_reopen,
	[LANDING_END] = lander_end,     [LANDING_SWITCH] = lander_switch,
	[LANDING_CHORE] = take_chore,   [LANDING_WITHDRAW] = lander_withdraw,
	[LANDING_STATE] = set_marks,
};

struct group {
	struct landing *items[GROUP_MAX];
	size_t n;
	size_t bytes;
};

void lander_act(struct lander *lander, struct landing *landing)
{
	struct err err = ERR_INIT;
	int rc = acts[landing->kind](lander, landing, &err);

	if (rc != 0 && lander_put_off(lander, landing, rc, &err))
		return;
	if (rc == 0 && landing->pause_ms > 0)
		complaint_release(&lander->trouble, "landing works again");
	if (rc < 0)
		landing_fail(landing, rc, &err);
	lander_send_back(lander, &landing, 1);
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
			lander_land(lander,
				    (struct lander_items) { group->items + from, i - from });
		if (is_act) {
			chores |= group->items[i]->kind == LANDING_CHORE;
			lander_act(lander, group->items[i]);
		}
		from = i + 1;
	}
	group->n = group->bytes = 0;
	lander_try_waiting(lander, chores); /* once, however many came back */
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

static void *land(void *arg)
{
	struct lander *lander = arg;
	struct group *group = xcalloc(1, sizeof(*group));

	lander_recover(lander);
	while (gather(lander, group)) {
		land_group(lander, group);
		lander_tick(lander);
	}
	lander_give_up(lander);
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
	lander_send_back(lander, &landing, 1);
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
