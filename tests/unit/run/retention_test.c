#include "run/closed.h"

#include <sqlite3.h>

#include "shelf.h"

#define TEN        "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define KEEP(keep) "{" TEN ", 'output': {'rotate': {'rows': 1}, 'keep': {" keep "}}}"
#define ALL        KEEP("")

static void open_house(struct house *house)
{
	house_init(house);
	house_open(house);
}

/* Exactly these rows ("x") are in closed files, oldest first; manifest and disk say the same. */
static void expect_kept(const struct house *house, const char *rows)
{
	struct shelf shelf;
	char *files;

	shelf_wait(house, "a", strlen(rows), &shelf);
	shelf_check(house, "a", &shelf);
	for (size_t i = 0; i < shelf.n; i++) {
		char want[] = { 'x', '\n', rows[i], '\n', '\0' };

		house_expect_file(house, shelf.at[i].name, want);
	}
	files = shelf_shell(house, "ls | grep -c 'a-.*csv' || true");
	ck_assert_uint_eq(strtoull(files, NULL, 10), shelf.n);
	free(files);
	shelf_done(&shelf);
}

START_TEST(everything_is_kept_by_default)
{
	struct house house;

	open_house(&house);
	shelf_fill(&house, ALL, 4);
	expect_kept(&house, "012");
	house_done(&house);
}
END_TEST

START_TEST(the_newest_files_are_kept)
{
	struct house house;

	open_house(&house);
	shelf_fill(&house, KEEP("'files': 2"), 6);
	expect_kept(&house, "34");
	house_done(&house);
}
END_TEST

/* Each file is "x\n", a digit, "\n": 4 bytes. */
START_TEST(files_are_kept_up_to_so_many_bytes)
{
	struct house house;

	open_house(&house);
	shelf_fill(&house, KEEP("'bytes': 11"), 6);
	expect_kept(&house, "34");
	house_done(&house);
}
END_TEST

START_TEST(a_file_of_just_the_limit_is_kept)
{
	struct house house;

	open_house(&house);
	shelf_fill(&house, KEEP("'bytes': 12"), 6);
	expect_kept(&house, "234");
	house_done(&house);
}
END_TEST

/* So that all closed files but the last are an hour and more old. */
static void grow_old(const struct house *house, unsigned but)
{
	char *sql = xasprintf("UPDATE files SET closed_ms = closed_ms - 3600000 "
			      "WHERE id <= (SELECT max(id) FROM files) - %u",
			      but);
	sqlite3 *db = NULL;

	ck_assert_int_eq(sqlite3_open(house->db, &db), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(db), SQLITE_OK);
	free(sql);
}

/* Without a run and without a closed file: ages pass by themselves. */
START_TEST(old_files_go_without_a_run)
{
	struct house house;

	open_house(&house);
	shelf_fill(&house, KEEP("'age': '30m'"), 5);
	expect_kept(&house, "0123");
	house_close(&house, false);
	grow_old(&house, 1);
	house_open(&house);
	expect_kept(&house, "3");
	house_done(&house);
}
END_TEST

START_TEST(files_of_a_run_that_goes_on_stay_until_it_ends)
{
	struct house house;
	struct guest guest;
	struct shelf shelf;

	open_house(&house);
	guest_begin(&house, &guest, house_seed("a", KEEP("'files': 1")));
	for (unsigned i = 0; i < 5; i++) {
		char *body = xasprintf("[{'x': %u}]", i);

		guest_land(&house, &guest, i, body);
		free(body);
	}
	house_expect(&house, 5);
	shelf_wait(&house, "a", 4, &shelf);
	shelf_check(&house, "a", &shelf);
	shelf_done(&shelf);
	guest_land(&house, &guest, 5, "[{'x': 5}]"); /* closes one more: looked at again */
	house_expect(&house, 1);
	expect_kept(&house, "01234");
	guest_end(&house, &guest);
	guest_done(&guest);
	expect_kept(&house, "4");
	house_done(&house);
}
END_TEST

/* Its daemon is killed; the run is unfinished, whoever looks after the start. */
START_TEST(files_of_a_run_that_was_broken_off_stay)
{
	struct house house;
	struct guest guest;

	open_house(&house);
	guest_begin(&house, &guest, house_seed("a", KEEP("'files': 1")));
	guest_land(&house, &guest, 0, "[{'x': 0}]");
	guest_land(&house, &guest, 1, "[{'x': 1}]");
	guest_land(&house, &guest, 2, "[{'x': 2}]");
	guest_land(&house, &guest, 3, "[{'x': 3}]");
	house_expect(&house, 4);
	expect_kept(&house, "012");
	house_close(&house, true);
	guest_done(&guest);
	house_open(&house);
	shelf_fill(&house, ALL, 0); /* a lap of the lander, and a run's end */
	expect_kept(&house, "012");
	house_done(&house);
}
END_TEST

/* What the job says now holds for its older files too. */
START_TEST(a_limit_that_was_raised_saves_files_closed_before)
{
	struct house house;
	struct shelf shelf;

	open_house(&house);
	shelf_fill(&house, KEEP("'files': 3"), 4);
	expect_kept(&house, "012");
	shelf_fill(&house, KEEP("'files': 9"), 5); /* they close row 3, the live one, too */
	shelf_wait(&house, "a", 8, &shelf);
	house_close(&house, false);
	free(shelf.at[0].sha256); /* it is still to be summed */
	shelf.at[0].sha256 = NULL;
	shelf.at[0].state = FILE_CLOSED;
	shelf_put(&house, &shelf.at[0]);
	shelf_done(&shelf);
	house_open(&house);
	shelf_wait(&house, "a", 8, &shelf);
	shelf_done(&shelf);
	house_close(&house, false);
	shelf_look(&house, "a", &shelf);
	ck_assert_uint_eq(shelf.n, 8);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

/* Nobody asks for the job again: the ledger's own policy goes on. */
START_TEST(a_policy_holds_when_its_job_is_gone)
{
	struct house house;
	struct shelf shelf;

	open_house(&house);
	shelf_fill(&house, KEEP("'files': 2, 'age': '30m'"), 4);
	expect_kept(&house, "12");
	house_close(&house, false);
	grow_old(&house, 1);
	house_open(&house);
	expect_kept(&house, "2");
	shelf_look(&house, "a", &shelf);
	ck_assert_ptr_nonnull(json_get(shelf.at[0].policy, "keep"));
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

/* The manifest is written anew before a file is unlinked; a crash between is played here. */
START_TEST(a_file_taken_from_the_manifest_first_is_removed_after_a_crash)
{
	struct house house;
	struct shelf shelf;

	open_house(&house);
	shelf_fill(&house, ALL, 4);
	shelf_wait(&house, "a", 3, &shelf);
	house_close(&house, false);
	shelf.at[0].state = FILE_DROPPING;
	shelf_put(&house, &shelf.at[0]);
	shelf_do(&house, "tail -n +2 a.manifest > m && mv m a.manifest");
	house_open(&house);
	expect_kept(&house, "12");
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

UNIT_MAIN("retention", everything_is_kept_by_default, the_newest_files_are_kept,
	  files_are_kept_up_to_so_many_bytes, a_file_of_just_the_limit_is_kept,
	  old_files_go_without_a_run, files_of_a_run_that_goes_on_stay_until_it_ends,
	  files_of_a_run_that_was_broken_off_stay,
	  a_limit_that_was_raised_saves_files_closed_before, a_policy_holds_when_its_job_is_gone,
	  a_file_taken_from_the_manifest_first_is_removed_after_a_crash)
