/* The live file after a crash at every step, and after other hands. */
#include "data/outfile.h"

#include "disk.h"

START_TEST(nothing_recorded_nothing_touched)
{
	put("x.csv", "theirs"); /* not even our directory is there */
	crash_and_expect(OUTFILE_NONE);
	live();
	outfile_state(out, &ledger);
	ledger.phase = OUTFILE_NONE;
	ledger.sequence = 7;
	crash_and_expect(OUTFILE_NONE);
	outfile_state(out, &ledger);
	ck_assert_uint_eq(ledger.sequence, 7);
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
}
END_TEST

START_TEST(recovery_cuts_off_what_was_not_committed)
{
	live();
	append("2,b\n");
	crash_and_expect(OUTFILE_LIVE);
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	append("3,c\n");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n3,c\n");
	ck_assert_uint_eq(outfile_rows(out), 2);
}
END_TEST

START_TEST(recovery_of_a_file_as_recorded_changes_nothing)
{
	live();
	crash_and_expect(OUTFILE_LIVE);
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	ledger.dev++; /* another device number after a boot */
	crash_and_expect(OUTFILE_LIVE);
	outfile_state(out, &ledger);
	append("2,b\n");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n2,b\n");
}
END_TEST

START_TEST(a_shorter_file_is_put_aside_never_extended)
{
	char path[128];

	live();
	snprintf(path, sizeof(path), "%s/dir/x.csv", base);
	ck_assert_int_eq(truncate(path, 10), 0);
	crash_and_expect_damage("has lost data: 12 bytes were recorded, 10 are there");
	ck_assert_str_eq(contents(matching("*.quarantine")), HEADER "1,");
}
END_TEST

START_TEST(a_replaced_file_is_put_aside)
{
	live();
	put("dir/y", HEADER "1,a\nand more\n");
	ck_assert_int_eq(renameat(root, "dir/y", root, "dir/x.csv"), 0);
	crash_and_expect_damage("has been replaced by another file");
	ck_assert_str_eq(contents(matching("*.quarantine")), HEADER "1,a\nand more\n");
}
END_TEST

START_TEST(a_symbolic_link_is_put_aside_and_not_followed)
{
	live();
	ck_assert_int_eq(renameat(root, "dir/x.csv", root, "elsewhere"), 0);
	ck_assert_int_eq(symlinkat("../elsewhere", root, "dir/x.csv"), 0);
	crash_and_expect_damage("has been replaced by a symbolic link");
	ck_assert_str_eq(contents("elsewhere"), HEADER "1,a\n");
}
END_TEST

START_TEST(a_missing_file_or_directory_is_said)
{
	live();
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	crash_and_expect_damage("is missing; 1 rows had landed in it; new rows");
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	ck_assert_int_eq(unlinkat(root, "dir", AT_REMOVEDIR), 0);
	ledger.sequence = 1;
	crash_and_expect_damage("is missing with its directory");
}
END_TEST

START_TEST(something_that_is_no_file_is_put_aside)
{
	live();
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	ck_assert_int_eq(mkfifoat(root, "dir/x.csv", 0600), 0);
	crash_and_expect_damage("no regular file");
}
END_TEST

START_TEST(a_file_with_other_names_is_said_and_goes_on)
{
	bool closed;

	live();
	ck_assert_int_eq(linkat(root, "dir/x.csv", root, "backup", 0), 0);
	ck_assert_int_eq(crash(&closed), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "dir/x.csv has other names too (2 hard links)"));
	append("2,b\n");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n2,b\n");
	ck_assert_int_eq(unlinkat(root, "backup", 0), 0);
	crash_and_expect(OUTFILE_LIVE);
}
END_TEST

START_TEST(a_directory_in_the_place_of_the_file_is_put_aside)
{
	live();
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	ck_assert_int_eq(mkdirat(root, "dir/x.csv", 0755), 0);
	crash_and_expect_damage("no regular file");
	ck_assert_ptr_nonnull(matching("*.quarantine"));
}
END_TEST

START_TEST(a_dangling_link_is_put_aside_and_nothing_is_made_where_it_leads)
{
	live();
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	ck_assert_int_eq(symlinkat("../elsewhere", root, "dir/x.csv"), 0);
	crash_and_expect_damage("has been replaced by a symbolic link");
	ck_assert(!there("elsewhere"));
}
END_TEST

/* What landed may be put back where it was. */
START_TEST(a_directory_turned_into_a_link_leads_nowhere_and_is_waited_for)
{
	live();
	ck_assert_int_eq(renameat(root, "dir", root, "other"), 0);
	ck_assert_int_eq(symlinkat("other", root, "dir"), 0);
	ck_assert_int_eq(crash(&(bool) { false }), -ENOTDIR);
	ck_assert_ptr_nonnull(strstr(err.text, "a symbolic link or a file stands in the way"));
	ck_assert_str_eq(contents("other/x.csv"), HEADER "1,a\n");
	ck_assert_int_eq(unlinkat(root, "dir", 0), 0);
	ck_assert_int_eq(renameat(root, "other", root, "dir"), 0);
	crash_and_expect(OUTFILE_LIVE);
	append("2,b\n");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n2,b\n");
}
END_TEST

START_TEST(opening_without_a_file_is_nothing)
{
	commit_as(OUTFILE_OPENING, "");
	crash_and_expect(OUTFILE_NONE); /* no directory yet */
	ck_assert_int_eq(mkdirat(root, "dir", 0750), 0);
	crash_and_expect(OUTFILE_NONE);
	ck_assert_uint_eq(names_in_dir(), 0);
}
END_TEST

START_TEST(opening_removes_our_file_and_its_rows)
{
	create();
	crash_and_expect(OUTFILE_NONE);
	ck_assert_uint_eq(names_in_dir(), 0);
	create();
	append("1,a\n");
	crash_and_expect(OUTFILE_NONE);
	ck_assert_uint_eq(names_in_dir(), 0);
	live();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
}
END_TEST

START_TEST(opening_keeps_a_foreign_file)
{
	commit_as(OUTFILE_OPENING, "");
	ck_assert_int_eq(mkdirat(root, "dir", 0750), 0);
	put("dir/x.csv", "theirs");
	put("dir/x-1.opening", HEADER); /* a crash before ours took the name */
	crash_and_expect(OUTFILE_NONE);
	ck_assert_str_eq(contents("dir/x.csv"), "theirs");
	ck_assert_uint_eq(names_in_dir(), 1);
	live();
	ck_assert_str_eq(contents(matching("*.quarantine")), "theirs");
}
END_TEST

START_TEST(opening_goes_on_where_a_crash_of_recovery_left_it)
{
	create();
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0); /* the first of its two steps */
	crash_and_expect(OUTFILE_NONE);
	ck_assert_uint_eq(names_in_dir(), 0);
}
END_TEST

START_TEST(a_crash_right_after_the_first_commit_keeps_the_file)
{
	create();
	append("1,a\n");
	commit_as(OUTFILE_LIVE, ""); /* and the crash comes before outfile_committed */
	ck_assert_uint_eq(names_in_dir(), 2);
	crash_and_expect(OUTFILE_LIVE);
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	ck_assert_uint_eq(names_in_dir(), 1);
}
END_TEST

static void crash_and_expect_closed(void)
{
	struct outfile_state state;
	bool closed = false;

	ck_assert_msg(crash(&closed) == 0, "%s", err.text);
	ck_assert(closed);
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, OUTFILE_NONE);
	ck_assert_uint_eq(state.sequence, 2);
	ck_assert_ptr_null(contents("dir/x.csv"));
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
}

START_TEST(closing_is_finished_when_the_rename_was_not_done)
{
	live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	crash_and_expect_closed();
	ck_assert_uint_eq(names_in_dir(), 1);
	crash_and_expect_closed(); /* as often as it takes */
}
END_TEST

START_TEST(closing_is_finished_when_the_rename_was_done)
{
	live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	crash_and_expect_closed();
}
END_TEST

START_TEST(closing_cuts_off_what_was_not_committed)
{
	live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	append("2,b\n");
	crash_and_expect_closed();
}
END_TEST

START_TEST(closing_over_a_foreign_name_puts_that_aside)
{
	live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	put(CLOSED, "theirs");
	crash_and_expect_closed();
	ck_assert_str_eq(contents(matching("*.quarantine")), "theirs");
}
END_TEST

START_TEST(closing_a_file_that_is_gone_or_short_is_damage)
{
	char path[128];

	live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	crash_and_expect_damage("is missing");
	commit_as(OUTFILE_CLOSING, CLOSED);
	ledger.sequence = 1;
	snprintf(path, sizeof(path), "%s/dir/x.csv", base);
	ck_assert_int_eq(truncate(path, 3), 0);
	crash_and_expect_damage("has lost data");
	ck_assert_ptr_null(contents(CLOSED));
}
END_TEST

DISK_MAIN("outfile_recover", nothing_recorded_nothing_touched,
	  recovery_cuts_off_what_was_not_committed, recovery_of_a_file_as_recorded_changes_nothing,
	  a_shorter_file_is_put_aside_never_extended, a_replaced_file_is_put_aside,
	  a_symbolic_link_is_put_aside_and_not_followed, a_missing_file_or_directory_is_said,
	  something_that_is_no_file_is_put_aside, a_file_with_other_names_is_said_and_goes_on,
	  a_directory_in_the_place_of_the_file_is_put_aside,
	  a_dangling_link_is_put_aside_and_nothing_is_made_where_it_leads,
	  a_directory_turned_into_a_link_leads_nowhere_and_is_waited_for,
	  opening_without_a_file_is_nothing, opening_removes_our_file_and_its_rows,
	  opening_keeps_a_foreign_file, opening_goes_on_where_a_crash_of_recovery_left_it,
	  a_crash_right_after_the_first_commit_keeps_the_file,
	  closing_is_finished_when_the_rename_was_not_done,
	  closing_is_finished_when_the_rename_was_done, closing_cuts_off_what_was_not_committed,
	  closing_over_a_foreign_name_puts_that_aside,
	  closing_a_file_that_is_gone_or_short_is_damage)
