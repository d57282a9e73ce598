/* Outputs that cannot be written for a while: who waits for them, and who does not. */
#include "run/ailing.h"

#include <errno.h>

#include "house.h"
#include "store/ledger.h"

#define TEN    "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define IN_A   "{" TEN ", 'output': {'path': 'a/a'}}"
#define IN_B   "{" TEN ", 'output': {'path': 'b/b'}}"
#define SPREAD "{" TEN ", 'output': {'path': 'p${i}/x'}}"

/* A file stands where the directory was, which is moved away with what is in it. */
static void obstruct(const struct house *house, const char *name)
{
	char *moved = xasprintf("%s.moved", name);
	int fd;

	ck_assert(renameat(house->root, name, house->root, moved) == 0 || errno == ENOENT);
	fd = openat(house->root, name, O_WRONLY | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	free(moved);
}

static void repair(const struct house *house, const char *name)
{
	char *moved = xasprintf("%s.moved", name);

	ck_assert_int_eq(unlinkat(house->root, name, 0), 0);
	ck_assert(renameat(house->root, moved, house->root, name) == 0 || errno == ENOENT);
	free(moved);
}

static struct seed *loaded(const struct house *house, uint64_t id)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;
	struct seed *seed;
	int code;

	ck_assert_msg(db_open_readonly(house->db, &db, &err) == 0, "%s", err.text);
	seed = seed_load(db, id, &code, &err);
	ck_assert_msg(seed != NULL, "%s", err.text);
	db_close(db);
	return seed;
}

static void expect_done(const struct house *house, const struct guest *guest, uint64_t points,
			uint64_t rows)
{
	struct seed *seed = loaded(house, guest->seed->record.id);

	ck_assert_uint_eq(rangeset_count(seed->done), points);
	ck_assert_uint_eq(seed->record.counts.rows, rows);
	seed_free(seed);
}

static void expect_released(struct house *house, const void *owner)
{
	struct landing *landing = house_take(house);

	ck_assert_int_eq(landing->kind, LANDING_HOLD);
	ck_assert_ptr_eq(landing->owner, owner);
	ck_assert_ptr_null(landing->error);
	landing_free(landing);
}

static void expect_refused(struct house *house, int code)
{
	struct landing *landing = house_wait(house);

	ck_assert_int_eq(landing->code, code);
	ck_assert_ptr_nonnull(landing->error);
	landing_free(landing);
}

START_TEST(a_path_that_cannot_be_used_holds_up_no_other_run)
{
	struct house house;
	struct guest a, b;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &a, house_seed("a", IN_A));
	guest_begin(&house, &b, house_seed("b", IN_B));
	guest_land(&house, &a, 0, "[{'x': 1}]");
	guest_land(&house, &b, 0, "[{'x': 10}]");
	house_expect(&house, 2);
	obstruct(&house, "a");
	for (uint64_t i = 1; i < 4; i++) {
		guest_land(&house, &a, i, "[{'x': 2}]");
		guest_land(&house, &b, i, "[{'x': 20}]");
	}
	house_expect_hold(&house, &a, "a/a.csv");
	house_expect(&house, 3); /* of b */
	expect_done(&house, &a, 1, 1);
	expect_done(&house, &b, 4, 4);
	repair(&house, "a");
	house_expect(&house, 3);
	expect_released(&house, &a);
	expect_done(&house, &a, 4, 4);
	house_expect_file(&house, "a/a.csv", "x\n1\n2\n2\n2\n");
	house_expect_file(&house, "b/b.csv", "x\n10\n20\n20\n20\n");
	guest_end(&house, &a);
	guest_end(&house, &b);
	guest_done(&a);
	guest_done(&b);
	house_done(&house);
}
END_TEST

START_TEST(the_other_outputs_of_a_run_go_on)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	obstruct(&house, "p1");
	guest_begin(&house, &guest, house_seed("a", SPREAD));
	for (uint64_t i = 0; i < 4; i++)
		guest_land(&house, &guest, i, "[{'x': 1}]");
	house_expect_hold(&house, &guest, "in the way");
	house_expect(&house, 3);
	guest_land(&house, &guest, 5, "[{'x': 1}]");
	house_expect(&house, 1);
	expect_done(&house, &guest, 4, 4);
	repair(&house, "p1");
	house_expect(&house, 1);
	expect_done(&house, &guest, 5, 5);
	house_expect_file(&house, "p1/x.csv", "x\n1\n");
	guest_end(&house, &guest);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* Were the empty last page recorded, a crash would leave a finished chain without its first. */
START_TEST(what_has_no_rows_waits_for_the_rows_of_its_point)
{
	struct landing *page, *last;
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	obstruct(&house, "p0");
	obstruct(&house, "p1");
	guest_begin(&house, &guest, house_seed("a", SPREAD));
	page = guest_page(&guest, 0, "[{'x': 1}]");
	page->parcel->next_token = xstrdup("t");
	page->chain = (struct chain_record) { .index = 0,
					      .next_page = 1,
					      .token = xstrdup("t1"),
					      .rows = 1,
					      .visited = xcalloc(1, 8),
					      .visited_len = 8 };
	last = guest_page(&guest, 0, "[]");
	last->parcel->request->page = 1;
	last->chain_rows = 1;
	lander_submit(house.lander, page);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "in the way");
	lander_submit(house.lander, last);
	lander_submit(house.lander, guest_failure(&guest, 1, OUTCOME_TIMEOUT));
	lander_submit(house.lander, guest_failure(&guest, 2, OUTCOME_TIMEOUT));
	house_expect(&house, 1); /* of point 2, which has nothing to wait for */
	expect_done(&house, &guest, 1, 0);
	repair(&house, "p0");
	repair(&house, "p1");
	house_expect(&house, 4);
	expect_done(&house, &guest, 3, 2);
	guest_end(&house, &guest);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

static void withdraw(struct house *house, struct guest *guest)
{
	struct landing *landing = landing_new(LANDING_WITHDRAW, NULL);

	landing->account = guest->account;
	lander_submit(house->lander, landing);
}

START_TEST(a_run_that_is_stopped_waits_for_nothing_and_can_end)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", IN_A));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	obstruct(&house, "a");
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "");
	withdraw(&house, &guest);
	expect_refused(&house, -ECANCELED);
	expect_released(&house, &guest);
	house_expect(&house, 1);
	guest_land(&house, &guest, 2, "[{'x': 3}]"); /* was in flight */
	expect_refused(&house, -ECANCELED);
	guest_end(&house, &guest);
	guest_done(&guest);
	repair(&house, "a");
	guest_begin(&house, &guest, house_seed("a", IN_A));
	guest_land(&house, &guest, 2, "[{'x': 4}]");
	house_expect(&house, 1);
	house_expect_file(&house, "a/a.csv", "x\n1\n4\n");
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(what_waits_is_left_to_the_next_start)
{
	struct house house;
	struct guest guest;
	uint64_t id;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", IN_A));
	id = guest.seed->record.id;
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	obstruct(&house, "a");
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "");
	lander_stop(house.lander, true);
	house.lander = NULL;
	expect_refused(&house, -ESHUTDOWN);
	house_close(&house, true);
	guest_done(&guest);

	house_open(&house);
	guest_begin(&house, &guest, loaded(&house, id));
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "");
	repair(&house, "a");
	house_expect(&house, 1);
	house_expect_file(&house, "a/a.csv", "x\n1\n2\n");
	expect_done(&house, &guest, 2, 2);
	guest_done(&guest);
	house_done(&house);
}
END_TEST

/* The file holds rows that were written for it and not committed: they are cut off first. */
START_TEST(a_link_in_the_place_of_the_directory_leads_nowhere_and_nothing_is_doubled)
{
	struct house house;
	struct guest guest;

	house_init(&house);
	house_open(&house);
	guest_begin(&house, &guest, house_seed("a", IN_A));
	guest_land(&house, &guest, 0, "[{'x': 1}]");
	house_expect(&house, 1);
	ck_assert_int_eq(renameat(house.root, "a", house.root, "elsewhere"), 0);
	ck_assert_int_eq(symlinkat("nowhere", house.root, "a"), 0);
	guest_land(&house, &guest, 1, "[{'x': 2}]");
	house_expect_hold(&house, &guest, "");
	house_expect_file(&house, "elsewhere/a.csv", "x\n1\n2\n"); /* as far as it came */
	ck_assert_int_eq(unlinkat(house.root, "a", 0), 0);
	ck_assert_int_eq(renameat(house.root, "elsewhere", house.root, "a"), 0);
	house_expect(&house, 1);
	house_expect_file(&house, "a/a.csv", "x\n1\n2\n");
	guest_done(&guest);
	house_done(&house);
}
END_TEST

START_TEST(pauses_grow_up_to_a_limit)
{
	int64_t pause = 0, longest = 0;

	ck_assert_int_eq(ailing_pause_ms(0), AILING_FIRST_MS);
	for (int i = 0; i < 20; i++) {
		ck_assert_int_ge(ailing_pause_ms(pause), pause);
		pause = ailing_pause_ms(pause);
		longest = pause > longest ? pause : longest;
	}
	ck_assert_int_eq(longest, AILING_MAX_MS);
}
END_TEST

UNIT_MAIN("ailing", a_path_that_cannot_be_used_holds_up_no_other_run,
	  the_other_outputs_of_a_run_go_on, what_has_no_rows_waits_for_the_rows_of_its_point,
	  a_run_that_is_stopped_waits_for_nothing_and_can_end, what_waits_is_left_to_the_next_start,
	  a_link_in_the_place_of_the_directory_leads_nowhere_and_nothing_is_doubled,
	  pauses_grow_up_to_a_limit)
