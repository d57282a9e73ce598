/* Very many snapshots of one run: their end is done a slice at a time. */
#include "run/publish.h"

#include <errno.h>

#include "shelf.h"

#define MANY   300
#define POINTS "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 299]}}"
#define SPREAD                                                                                     \
	"{" POINTS ", 'output': {'mode': 'snapshot', 'path': 'p/${i}', 'keep': {'files': 1}}}"
#define OTHER "{" POINTS "}"

static struct landing *end_of(struct guest *guest)
{
	struct landing *landing = landing_new(LANDING_END, guest);

	landing->account = guest->account;
	landing->end = (struct run_record) { .id = guest->seed->record.id,
					     .state = xstrdup("ended"),
					     .result = xstrdup("complete"),
					     .started_ms = 1,
					     .ended_ms = 2 };
	return landing;
}

static void stage_all(struct house *house, struct guest *guest)
{
	guest_begin(house, guest, house_seed("a", SPREAD));
	for (uint64_t i = 0; i < MANY; i++)
		guest_land(house, guest, i, "[{'x': 1}]");
	house_expect(house, MANY);
}

static void expect_published(const struct house *house)
{
	char *n = shelf_shell(house, "ls p/*/latest/_MANIFEST p/*/latest/part-00001.csv | wc -l");

	ck_assert_int_eq(atoi(n), 2 * MANY);
	free(n);
	n = shelf_shell(house, "find p -name '*staging' | wc -l");
	ck_assert_int_eq(atoi(n), 0);
	free(n);
}

START_TEST(others_land_while_very_many_are_published)
{
	struct house house;
	struct guest many, other;
	struct landing *landing;
	unsigned pages = 0;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &other, house_seed("b", OTHER));
	stage_all(&house, &many);
	lander_submit(house.lander, end_of(&many));
	guest_land(&house, &other, 0, "[{'x': 2}]");
	while ((landing = house_wait(&house))->kind == LANDING_PAGE) {
		ck_assert_msg(landing->code == 0, "%s", landing->error);
		landing_free(landing);
		if (++pages < MANY) /* each when the one before is back */
			guest_land(&house, &other, pages, "[{'x': 2}]");
	}
	ck_assert_msg(landing->code == 0, "%s", landing->error);
	ck_assert_uint_gt(pages, 1);
	landing_free(landing);
	if (pages < MANY) /* the last that was handed in is still on its way */
		landing_free(house_wait(&house));
	expect_published(&house);
	guest_done(&many);
	guest_done(&other);
	house_done(&house);
}
END_TEST

static struct seed *loaded(const struct house *house, uint64_t id)
{
	struct err err = ERR_INIT;
	struct db *db = house_db(house);
	int code;
	struct seed *seed = seed_load(db, id, &code, &err);

	ck_assert_msg(seed != NULL, "%s", err.text);
	db_close(db);
	return seed;
}

/* Stopped after its first slices: what they committed is gone on from. */
START_TEST(an_end_that_was_cut_off_goes_on_where_it_was)
{
	struct house house;
	struct guest many;
	struct landing *landing;

	house_init(&house);
	house_open(&house);
	stage_all(&house, &many);
	lander_submit(house.lander, end_of(&many));
	for (int cuts = 0; cuts < 3; cuts++) {
		house_close(&house, true);
		guest_done(&many);
		house_open(&house);
		guest_begin(&house, &many, loaded(&house, 1));
		lander_submit(house.lander, end_of(&many));
	}
	landing = house_wait(&house);
	ck_assert_msg(landing->code == 0, "%s", landing->error);
	ck_assert_str_eq(landing->end.result, "complete");
	landing_free(landing);
	expect_published(&house);
	guest_done(&many);
	house_done(&house);
}
END_TEST

static void play(struct house *house)
{
	struct landing *landing;
	struct guest many;

	stage_all(house, &many);
	lander_submit(house->lander, end_of(&many));
	landing = house_wait(house);
	ck_assert_msg(landing->code == 0, "%s", landing->error);
	landing_free(landing);
	guest_done(&many);
}

START_TEST(the_older_ones_of_all_of_them_go)
{
	struct house house;
	char *n;

	house_init(&house);
	house_open(&house);
	play(&house);
	play(&house);
	n = shelf_shell(&house, "ls -d p/*/1 2>/dev/null | wc -l");
	ck_assert_int_eq(atoi(n), 0);
	free(n);
	n = shelf_shell(&house, "ls -d p/*/2 | wc -l");
	ck_assert_int_eq(atoi(n), MANY);
	free(n);
	expect_published(&house);
	house_done(&house);
}
END_TEST

UNIT_MAIN("publish_many", others_land_while_very_many_are_published,
	  an_end_that_was_cut_off_goes_on_where_it_was, the_older_ones_of_all_of_them_go)
