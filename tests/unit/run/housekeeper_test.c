/* The housekeeper's end: who still gives it chores is refused, and finds it there. */
#include "run/housekeeper.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/xalloc.h"

#include "../unit.h"

static struct chore *chore(void)
{
	struct chore *chore = xcalloc(1, sizeof(*chore));

	chore->name = xstrdup("nothing.csv.closed");
	return chore;
}

START_TEST(chores_given_after_its_close_are_refused)
{
	struct output_place place = { .root = open("/tmp", O_RDONLY | O_DIRECTORY) };
	struct housekeeper *housekeeper;
	struct mailbox *inbox;
	struct chore *late = chore();
	struct err err = ERR_INIT;

	ck_assert_int_eq(mailbox_new(16, &inbox, &err), 0);
	ck_assert_int_eq(housekeeper_start(&place, inbox, &housekeeper, &err), 0);
	mailbox_close(inbox);
	housekeeper_close(housekeeper);
	ck_assert(!housekeeper_give(housekeeper, late));
	housekeeper_close(housekeeper);
	ck_assert(!housekeeper_give(housekeeper, late));
	housekeeper_stop(housekeeper);
	chore_free(late);
	mailbox_free(inbox);
	close(place.root);
}
END_TEST

UNIT_MAIN("housekeeper", chores_given_after_its_close_are_refused)
