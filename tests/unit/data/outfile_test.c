/* The live file through its life, and through failures of the disk and other hands. */
#include "data/outfile.h"
#include "data/shelf.h"

#include "disk.h"

START_TEST(a_new_file_has_its_header_mode_and_nothing_beside_it)
{
	struct stat st;

	umask(0027);
	create();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER);
	ck_assert_uint_eq(outfile_bytes(out), strlen(HEADER));
	append("1,a\n");
	commit();
	ck_assert_uint_eq(outfile_bytes(out), strlen(HEADER) + 4);
	ck_assert_uint_eq(outfile_rows(out), 1);
	ck_assert_int_eq(fstatat(root, "dir/x.csv", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
	ck_assert_uint_eq(st.st_ino, ledger.ino);
	ck_assert_int_eq(fstatat(root, "dir", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 0777, 0750);
	ck_assert_uint_eq(names_in_dir(), 1);
	ck_assert_int_eq(ledger.opened_ms, NOON);
}
END_TEST

START_TEST(names_are_synced_when_they_are_given)
{
	create();
	/* the directory made and synced; no birth name of old; born with its header, linked, synced */
	ck_assert_str_eq(faults.trace, "mfuchwkf");
	append("1,a\n");
	commit();
	faults_none();
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	ck_assert_str_eq(faults.trace, "rf");
}
END_TEST

START_TEST(closing_renames_and_the_next_file_counts_on)
{
	char name[256];
	struct outfile_state state;

	live();
	propose_name(NOON, name);
	ck_assert_str_eq(name, CLOSED);
	commit_as(OUTFILE_CLOSING, name);
	ck_assert_int_eq(outfile_close(out, name, &err), 0);
	ck_assert_ptr_null(contents("dir/x.csv"));
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, OUTFILE_NONE);
	ck_assert_uint_eq(state.sequence, 2);
	ck_assert_uint_eq(state.offset + state.rows + state.ino, 0);
	live();
	propose_name(NOON, name);
	ck_assert_str_eq(name, "dir/x-20261123T060000Z-2.csv");
	ck_assert_uint_eq(names_in_dir(), 2);
}
END_TEST

START_TEST(closing_replaces_no_foreign_file)
{
	live();
	put(CLOSED, "theirs");
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
	ck_assert_str_eq(contents(matching("*.quarantine")), "theirs");
}
END_TEST

START_TEST(creating_puts_a_foreign_file_aside_and_says_so)
{
	create();
	append("1,a\n");
	commit();
	outfile_free(out);
	out = output_at("dir/x", ".csv");
	put("dir/x.csv", "theirs");
	create();
	ck_assert_ptr_nonnull(strstr(err.text, "put aside"));
	ck_assert_str_eq(contents("dir/x.csv"), HEADER);
	ck_assert_str_eq(contents(matching("x-*-1.quarantine")), "theirs");
}
END_TEST

START_TEST(a_file_that_could_not_be_removed_when_given_up_is_not_foreign)
{
	create();
	outfile_free(out);
	out = output_at("dir/x", ".csv");
	live();
	ck_assert_str_eq(err.text, "");
	ck_assert_uint_eq(names_in_dir(), 1);
}
END_TEST

START_TEST(a_birth_name_that_could_not_be_removed_is_removed_at_the_next_commit)
{
	create();
	append("1,a\n");
	ck_assert_int_eq(unlinkat(root, "dir/x-1.opening", 0), 0);
	ck_assert_int_eq(mkdirat(root, "dir/x-1.opening", 0755), 0);
	commit();
	ck_assert_int_eq(unlinkat(root, "dir/x-1.opening", AT_REMOVEDIR), 0);
	put("dir/x-1.opening", "");
	append("2,b\n");
	commit();
	ck_assert_uint_eq(names_in_dir(), 1);
}
END_TEST

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(a_full_disk_loses_only_what_is_not_committed)
{
	live();
	limit_file_size(14); /* the first write is short, the second fails */
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), -EFBIG);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot append to dir/x.csv"));
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n2,");
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), -EIO); /* refused from now on */
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	limit_file_size(RLIM_INFINITY);
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	ck_assert_uint_eq(outfile_rows(out), 1);
	append("2,b\n");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n2,b\n");
}
END_TEST

START_TEST(a_full_disk_at_creation_leaves_nothing)
{
	struct outfile_state state;

	limit_file_size(3);
	commit_as(OUTFILE_OPENING, "");
	ck_assert_int_eq(outfile_create(out, HEADER, strlen(HEADER), NOON, &err), -EFBIG);
	ck_assert_ptr_nonnull(strstr(err.text, "cannot create dir/x.csv"));
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, OUTFILE_NONE);
	ck_assert_uint_eq(names_in_dir(), 0);
	limit_file_size(RLIM_INFINITY);
	faults.failing_dir_syncs = 3; /* two directories are made first */
	ck_assert_int_lt(outfile_create(out, HEADER, strlen(HEADER), NOON, &err), 0);
	faults.failing_dir_syncs = 0;
	crash_and_expect(OUTFILE_NONE);
	live();
	ck_assert_uint_eq(names_in_dir(), 1);
}
END_TEST

START_TEST(abandoning_a_file_without_a_commit_removes_it)
{
	struct outfile_state state;

	create();
	append("1,a\n");
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, OUTFILE_NONE);
	ck_assert_uint_eq(names_in_dir(), 0);
	ck_assert_int_eq(outfile_abandon(out, &err), 0); /* nothing to give up */
	live();
}
END_TEST

START_TEST(a_failed_sync_closes_the_file_at_what_is_committed)
{
	char name[256];

	live();
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), 0);
	faults.failing_syncs = 1;
	ck_assert_int_eq(outfile_sync(out, &err), -EIO);
	ck_assert_int_eq(outfile_sync(out, &err), -EIO); /* never again, though the disk is well */
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), -EIO);
	crash_and_expect(OUTFILE_LIVE); /* a crash here is like any other */
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), 0);
	faults.failing_syncs = 1;
	ck_assert_int_eq(outfile_sync(out, &err), -EIO);
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	propose_name(NOON, name);
	commit_as(OUTFILE_CLOSING, name);
	ck_assert_uint_eq(ledger.offset, strlen(HEADER) + 4);
	ck_assert_uint_eq(ledger.rows, 1);
	ck_assert_int_eq(outfile_close(out, name, &err), 0);
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
	live();
	ck_assert_uint_eq(names_in_dir(), 2);
}
END_TEST

START_TEST(abandon_is_tried_again_while_the_disk_is_ill)
{
	char name[256];

	live();
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), 0);
	faults.failing_syncs = 1;
	ck_assert_int_eq(outfile_sync(out, &err), -EIO);
	faults.failing_dir_syncs = 2; /* the cut cannot be synced */
	ck_assert_int_eq(outfile_abandon(out, &err), -EIO);
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), -EIO);
	propose_name(NOON, name);
	commit_as(OUTFILE_CLOSING, name);
	ck_assert_int_eq(outfile_close(out, name, &err), -EIO);
	ck_assert_ptr_null(contents(CLOSED)); /* not closed with a doubtful end */
	ck_assert_int_eq(outfile_close(out, name, &err), 0);
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
}
END_TEST

START_TEST(a_close_that_failed_half_way_goes_on_under_the_same_name)
{
	char name[256];

	live();
	propose_name(NOON, name);
	commit_as(OUTFILE_CLOSING, name);
	faults.failing_dir_syncs = 1;
	ck_assert_int_eq(outfile_close(out, name, &err), -EIO);
	propose_name(NOON + 3600000, name);
	ck_assert_str_eq(name, CLOSED);
	commit_as(OUTFILE_CLOSING, name);
	ck_assert_int_eq(outfile_close(out, name, &err), 0);
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
	ck_assert_uint_eq(names_in_dir(), 1);
}
END_TEST

START_TEST(other_writers_are_noticed_before_the_next_row)
{
	char path[128];

	live();
	snprintf(path, sizeof(path), "%s/dir/x.csv", base);
	ck_assert_int_eq(truncate(path, 0), 0);
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "somebody else"));
	ck_assert_int_eq(outfile_abandon(out, &err), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "has lost data"));
	live();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	put("dir/more", "");
	ck_assert_int_eq(truncate(path, 100), 0); /* longer: what we had is still ours */
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), -EUCLEAN);
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	append("2,b\n");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n2,b\n");
}
END_TEST

START_TEST(other_writers_are_noticed_before_a_file_is_closed)
{
	live();
	put("dir/x.csv", HEADER "1,a\n9,theirs\n");
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), -EAGAIN);
	ck_assert_ptr_nonnull(strstr(err.text, "somebody else"));
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
}
END_TEST

START_TEST(a_file_that_lost_data_is_closed_as_it_is)
{
	char path[128];

	live();
	snprintf(path, sizeof(path), "%s/dir/x.csv", base);
	ck_assert_int_eq(truncate(path, 1), 0);
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	ck_assert_uint_eq(strlen(contents(CLOSED)), 1);
}
END_TEST

START_TEST(the_mode_of_files_is_exact_whatever_the_umask)
{
	struct stat st;

	umask(0077);
	live();
	ck_assert_int_eq(fstatat(root, "dir/x.csv", &st, 0), 0);
	ck_assert_int_eq(st.st_mode & 07777, 0640);
}
END_TEST

START_TEST(a_file_replaced_while_open_is_noticed_at_the_sync)
{
	live();
	put("dir/theirs", HEADER);
	ck_assert_int_eq(renameat(root, "dir/theirs", root, "dir/x.csv"), 0);
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), 0);
	ck_assert_int_eq(outfile_sync(out, &err), -EUCLEAN);
	ck_assert_int_eq(outfile_abandon(out, &err), -EUCLEAN);
	ck_assert_str_eq(contents(matching("*.quarantine")), HEADER);
	live();
}
END_TEST

START_TEST(a_file_moved_away_while_open_is_noticed_at_the_sync)
{
	live();
	ck_assert_int_eq(renameat(root, "dir/x.csv", root, "dir/kept"), 0);
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), 0);
	ck_assert_int_eq(outfile_sync(out, &err), -EUCLEAN);
	ck_assert_int_eq(outfile_abandon(out, &err), -EUCLEAN);
	live();
	ck_assert_str_eq(contents("dir/x.csv"), HEADER "1,a\n");
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), -EUCLEAN);
	live();
}
END_TEST

START_TEST(a_file_replaced_by_a_pipe_while_open_is_noticed_at_the_sync)
{
	live();
	ck_assert_int_eq(unlinkat(root, "dir/x.csv", 0), 0);
	ck_assert_int_eq(mkfifoat(root, "dir/x.csv", 0600), 0);
	ck_assert_int_eq(outfile_append(out, "2,b\n", 4, 1, &err), 0);
	ck_assert_int_eq(outfile_sync(out, &err), -EUCLEAN);
	ck_assert_int_eq(outfile_abandon(out, &err), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "no regular file"));
	live();
}
END_TEST

START_TEST(nothing_is_closed_through_a_directory_turned_into_a_link)
{
	live();
	ck_assert_int_eq(renameat(root, "dir", root, "other"), 0);
	ck_assert_int_eq(symlinkat("other", root, "dir"), 0);
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_lt(outfile_close(out, CLOSED, &err), 0);
	ck_assert_ptr_nonnull(strstr(err.text, "symbolic link"));
	ck_assert_str_eq(contents("other/x.csv"), HEADER "1,a\n");
	ck_assert_int_eq(unlinkat(root, "dir", 0), 0);
	ck_assert_int_eq(renameat(root, "other", root, "dir"), 0);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0); /* once it is put right */
	ck_assert_str_eq(contents(CLOSED), HEADER "1,a\n");
}
END_TEST

START_TEST(paths_that_cannot_be_names_are_refused)
{
	char longest[OUTFILE_LEAF_MAX + 2], deep[OUTFILE_PATH_MAX + 2];
	const char *const paths[] = { longest, deep, "../x", "/x", "a//b", "a/", "", "a/./b" };
	bool closed;

	memset(longest, 'p', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(deep, 'd', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	deep[100] = '/';
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		struct outfile *bad = output_at(paths[i], ".csv");

		ck_assert_int_eq(outfile_recover(bad, &ledger, &closed, &err), -EINVAL);
		ck_assert_int_eq(outfile_create(bad, "", 0, NOON, &err), -EINVAL);
		outfile_free(bad);
	}
	longest[OUTFILE_LEAF_MAX] = '\0';
	outfile_free(out);
	out = output_at(longest, ".jsonl");
	ck_assert_int_eq(outfile_create(out, "", 0, NOON, &err), 0);
	append("{}\n");
	commit();
	outfile_free(out);
	deep[OUTFILE_PATH_MAX] = '\0';
	out = output_at(deep, ".jsonl.live");
	ck_assert_int_eq(outfile_create(out, "", 0, NOON, &err), 0);
}
END_TEST

START_TEST(the_longest_name_is_put_aside_as_quarantine)
{
	char longest[OUTFILE_LEAF_MAX + 1], name[SHELF_NAME_MAX];

	memset(longest, 'p', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	put("x", "");
	ck_assert_int_eq(shelf_put_aside(root, "x", longest, UINT64_MAX, name), 0);
	ck_assert_str_eq(strrchr(name, '.'), ".quarantine");
}
END_TEST

DISK_MAIN("outfile", a_new_file_has_its_header_mode_and_nothing_beside_it,
	  names_are_synced_when_they_are_given, closing_renames_and_the_next_file_counts_on,
	  closing_replaces_no_foreign_file, creating_puts_a_foreign_file_aside_and_says_so,
	  a_file_that_could_not_be_removed_when_given_up_is_not_foreign,
	  a_birth_name_that_could_not_be_removed_is_removed_at_the_next_commit,
	  a_full_disk_loses_only_what_is_not_committed, a_full_disk_at_creation_leaves_nothing,
	  abandoning_a_file_without_a_commit_removes_it,
	  a_failed_sync_closes_the_file_at_what_is_committed,
	  abandon_is_tried_again_while_the_disk_is_ill,
	  a_close_that_failed_half_way_goes_on_under_the_same_name,
	  other_writers_are_noticed_before_the_next_row,
	  other_writers_are_noticed_before_a_file_is_closed,
	  a_file_that_lost_data_is_closed_as_it_is, the_mode_of_files_is_exact_whatever_the_umask,
	  a_file_replaced_while_open_is_noticed_at_the_sync,
	  a_file_moved_away_while_open_is_noticed_at_the_sync,
	  a_file_replaced_by_a_pipe_while_open_is_noticed_at_the_sync,
	  nothing_is_closed_through_a_directory_turned_into_a_link,
	  paths_that_cannot_be_names_are_refused, the_longest_name_is_put_aside_as_quarantine)
