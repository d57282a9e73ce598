/* The housekeeping thread: see housekeeper.h. */
#include "run/housekeeper.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "io/thread.h"
#include "run/landing.h"

#define CHORES_MAX 64
#define NICENESS   10 /* below everybody who lands */

struct housekeeper {
	pthread_t thread;
	struct output_place place;
	struct mailbox *chores, *inbox;
	atomic_bool stop;
};

void chore_free(struct chore *chore)
{
	if (!chore)
		return;
	free(chore->name);
	free(chore->packed);
	free(chore);
}

static void give_back(struct housekeeper *housekeeper, struct chore *chore)
{
	struct landing *landing = landing_new(LANDING_CHORE, NULL);
	void *item = landing;

	landing->chore = chore;
	if (!mailbox_send_wait(housekeeper->inbox, &item, 1))
		landing_free(landing);
}

static void do_chore(struct housekeeper *housekeeper, struct chore *chore)
{
	const struct pack_order order = {
		.root = housekeeper->place.root,
		.name = chore->name,
		.bytes = chore->bytes,
		.compress = chore->compress,
		.packed = chore->packed,
		.mode = housekeeper->place.data_mode,
		.stop = &housekeeper->stop,
	};

	chore->code =
		housekeeper->stop ? -ECANCELED : pack_file(&order, &chore->result, &chore->err);
	give_back(housekeeper, chore);
}

static void *keep_house(void *arg)
{
	struct housekeeper *housekeeper = arg;
	void *chore;

	setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), NICENESS); /* of this thread only */
	while (mailbox_wait(housekeeper->chores, &chore, 1, -1) > 0)
		do_chore(housekeeper, chore);
	return NULL;
}

int housekeeper_start(const struct output_place *place, struct mailbox *inbox,
		      struct housekeeper **started, struct err *err)
{
	struct housekeeper *housekeeper = xcalloc(1, sizeof(*housekeeper));
	int rc = mailbox_new(CHORES_MAX, &housekeeper->chores, err);

	housekeeper->place = *place;
	housekeeper->inbox = inbox;
	if (rc == 0)
		rc = thread_start("housekeeping", keep_house, housekeeper, &housekeeper->thread,
				  err);
	if (rc < 0) {
		mailbox_free(housekeeper->chores);
		free(housekeeper);
		return rc;
	}
	*started = housekeeper;
	return 0;
}

bool housekeeper_give(struct housekeeper *housekeeper, struct chore *chore)
{
	void *item = chore;

	return mailbox_send(housekeeper->chores, &item, 1);
}

void housekeeper_close(struct housekeeper *housekeeper)
{
	housekeeper->stop = true;
	mailbox_close(housekeeper->chores);
}

void housekeeper_stop(struct housekeeper *housekeeper)
{
	if (!housekeeper)
		return;
	housekeeper_close(housekeeper);
	pthread_join(housekeeper->thread, NULL);
	mailbox_free(housekeeper->chores);
	free(housekeeper);
}
