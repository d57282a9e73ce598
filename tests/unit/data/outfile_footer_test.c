/* A file with a footer is whole whenever nobody is just writing: at birth, between commits, after
 * every recovery, closed. */
#include "data/outfile.h"

#include "disk.h"

#define ARRAY_HEADER "["
#define ARRAY_FOOTER "\n]\n"
#define WHOLE(rows)  ARRAY_HEADER rows ARRAY_FOOTER

static void begin(void)
{
	outfile_free(out);
	footer = ARRAY_FOOTER;
	out = output_at("dir/x", ".csv");
	commit_as(OUTFILE_OPENING, "");
	ck_assert_msg(outfile_create(out, ARRAY_HEADER, 1, NOON, &err) == 0, "%s", err.text);
}

/* With one committed row. */
static void begin_live(void)
{
	begin();
	append("\n{1}");
	commit();
}

START_TEST(the_footer_stands_behind_every_commit)
{
	begin();
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE(""));
	append("\n{1}");
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1}"));
	commit();
	append(",\n{2}");
	append(",");
	append("\n{3}");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1},\n{2},\n{3}"));
	ck_assert_uint_eq(ledger.offset, strlen("[\n{1},\n{2},\n{3}"));
	ck_assert_uint_eq(outfile_bytes(out), ledger.offset + 3);
	ck_assert_uint_eq(outfile_closed_bytes(&ledger, footer), ledger.offset + 3);
	ck_assert_uint_eq(outfile_closed_bytes(&ledger, ""), ledger.offset);
}
END_TEST

START_TEST(rows_and_footer_go_out_in_one_write)
{
	begin_live();
	faults_none();
	append(",\n{2}");
	ck_assert_str_eq(faults.trace, "wd");
}
END_TEST

START_TEST(without_a_footer_nothing_more_is_called)
{
	live();
	faults_none();
	append("2,b\n");
	ck_assert_str_eq(faults.trace, "wd");
}
END_TEST

START_TEST(a_batch_of_many_bytes_has_its_footer)
{
	size_t len = 3000001;
	char *rows = malloc(len), *there = malloc(len + 16);
	int fd;

	begin_live();
	memset(rows, 'r', len);
	rows[0] = 'a';
	rows[len - 1] = 'z';
	ck_assert_int_eq(outfile_append(out, rows, len, 1, &err), 0);
	ck_assert_int_eq(outfile_sync(out, &err), 0);
	commit();
	fd = openat(root, "dir/x.csv", O_RDONLY);
	ck_assert_int_eq(pread(fd, there, len + 16, 5), (ssize_t)len + 3);
	ck_assert_int_eq(memcmp(there, rows, len), 0);
	ck_assert_int_eq(memcmp(there + len, ARRAY_FOOTER, 3), 0);
	close(fd);
	free(rows);
	free(there);
}
END_TEST

START_TEST(a_closed_file_is_whole)
{
	bool closed = false;

	begin_live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	ck_assert_str_eq(contents(CLOSED), WHOLE("\n{1}"));
	ck_assert_int_eq(crash(&closed), 0);
	ck_assert(closed);
	ck_assert_str_eq(contents(CLOSED), WHOLE("\n{1}"));
}
END_TEST

/* Puts `end` behind the committed rows. */
static void leave(const char *end)
{
	int fd = openat(root, "dir/x.csv", O_WRONLY);

	ck_assert_int_eq(ftruncate(fd, (off_t)ledger.offset), 0);
	ck_assert_int_eq(pwrite(fd, end, strlen(end), (off_t)ledger.offset), (ssize_t)strlen(end));
	close(fd);
}

START_TEST(recovery_gives_any_end_the_footer_again)
{
	const char *const ends[] = { "",          "\n",     "\n]",         "\n]x",  ",\n{",
				     ",\n{2}\n]", "\n]\n]", ",\n{2}\n]\n", "\0\0\0" };

	begin_live();
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		leave(ends[i]);
		faults_none();
		crash_and_expect(OUTFILE_LIVE);
		ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1}"));
		ck_assert_msg(strstr(faults.trace, "twf"), "%s", faults.trace);
		faults_none();
		crash_and_expect(OUTFILE_LIVE); /* and leaves the true one alone */
		ck_assert_str_eq(faults.trace, "u");
	}
	append(",\n{2}");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1},\n{2}"));
}
END_TEST

START_TEST(recovery_of_a_close_gives_the_footer_again)
{
	bool closed = false;

	begin_live();
	commit_as(OUTFILE_CLOSING, CLOSED);
	leave("\n");
	ck_assert_int_eq(crash(&closed), 0);
	ck_assert(closed);
	ck_assert_str_eq(contents(CLOSED), WHOLE("\n{1}"));
}
END_TEST

START_TEST(a_file_shorter_than_its_rows_is_damaged_though_it_has_a_footer)
{
	struct outfile_state state;

	begin_live();
	ledger.offset += 4; /* the file is one byte shorter than that, its footer counted */
	ck_assert_int_eq(crash(&(bool) { false }), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "has lost data: 9 bytes were recorded, 8 are"));
	outfile_state(out, &state);
	ck_assert_int_eq(state.phase, OUTFILE_NONE);
	ck_assert_str_eq(contents(matching("*.quarantine")), WHOLE("\n{1}"));
}
END_TEST

START_TEST(other_writers_are_noticed_behind_the_footer)
{
	begin_live();
	leave(ARRAY_FOOTER "x");
	ck_assert_int_eq(outfile_append(out, ",\n{2}", 5, 1, &err), -EUCLEAN);
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1}"));
	leave("");
	ck_assert_int_eq(outfile_append(out, ",\n{2}", 5, 1, &err), -EUCLEAN);
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	append(",\n{2}");
	commit();
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1},\n{2}"));
}
END_TEST

START_TEST(a_failed_sync_leaves_a_whole_file)
{
	begin_live();
	ck_assert_int_eq(outfile_append(out, ",\n{2}", 5, 1, &err), 0);
	faults.failing_syncs = 1;
	ck_assert_int_eq(outfile_sync(out, &err), -EIO);
	ck_assert_int_eq(outfile_abandon(out, &err), 0);
	ck_assert_str_eq(contents("dir/x.csv"), WHOLE("\n{1}"));
	commit_as(OUTFILE_CLOSING, CLOSED);
	ck_assert_int_eq(outfile_close(out, CLOSED, &err), 0);
	ck_assert_str_eq(contents(CLOSED), WHOLE("\n{1}"));
}
END_TEST

DISK_MAIN("outfile_footer", the_footer_stands_behind_every_commit,
	  rows_and_footer_go_out_in_one_write, without_a_footer_nothing_more_is_called,
	  a_batch_of_many_bytes_has_its_footer, a_closed_file_is_whole,
	  recovery_gives_any_end_the_footer_again, recovery_of_a_close_gives_the_footer_again,
	  a_file_shorter_than_its_rows_is_damaged_though_it_has_a_footer,
	  other_writers_are_noticed_behind_the_footer, a_failed_sync_leaves_a_whole_file)
