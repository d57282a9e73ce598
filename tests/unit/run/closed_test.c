#include "run/closed.h"
#include "store/sql.h"

#include "shelf.h"

#define TEN    "'request': {'url': 'http://h/${i}'}, 'params': {'i': {'range': [0, 9]}}"
#define PLAIN  "{" TEN ", 'output': {'rotate': {'rows': 1}}}"
#define GZIP   "{" TEN ", 'output': {'rotate': {'rows': 1}, 'compress': 'gzip'}}"
#define ZSTD   "{" TEN ", 'output': {'rotate': {'rows': 1}, 'compress': 'zstd'}}"
#define CLOSED 3 /* files, and a live one */

/* A house whose lander has closed and listed three files and is gone. */
static void settle(struct house *house, const char *definition, struct shelf *shelf)
{
	house_init(house);
	house_open(house);
	shelf_fill(house, definition, CLOSED + 1);
	shelf_wait(house, "a", CLOSED, shelf);
	shelf_check(house, "a", shelf);
	house_close(house, false);
}

/* A new lander brings everything to its end, and manifest and disk are right. */
static void expect_mended(struct house *house)
{
	struct shelf shelf;

	house_open(house);
	shelf_wait(house, "a", CLOSED, &shelf);
	shelf_check(house, "a", &shelf);
	shelf_done(&shelf);
	house_close(house, false);
}

/* A command in which $f is a file of data_dir. */
static void shell(const struct house *house, const char *command, const char *file)
{
	char *line = xasprintf("f='%s'; %s", file, command);

	shelf_do(house, line);
	free(line);
}

/* The name without ".gz": what it was called before it was compressed. */
static char *original_of(const struct file_record *record)
{
	size_t len = strlen(record->name);

	ck_assert_str_eq(record->name + len - 3, ".gz");
	return xasprintf("%.*s.closed", (int)(len - 3), record->name);
}

/* The original is there again, beside the compressed file, and named as its source. */
static void unsweep(const struct house *house, struct file_record *record)
{
	record->source = original_of(record);
	shell(house, "gzip -dc ${f%.closed}.gz > $f", record->source);
}

/* No manifest line of the last file is committed, though it is on disk. */
static void unlist(const struct house *house)
{
	char *bytes = shelf_shell(house, "head -n 2 a.manifest | wc -c");

	shelf_put_manifest(house, "a", strtoull(bytes, NULL, 10));
	free(bytes);
}

static void put(const struct house *house, struct file_record *record, enum file_state state)
{
	record->state = state;
	shelf_put(house, record);
}

START_TEST(a_closed_file_is_summed_and_listed)
{
	struct house house;
	struct shelf shelf;
	char *names, *line;

	settle(&house, PLAIN, &shelf);
	names = shelf_shell(&house, "ls | grep -cE '^a-[0-9TZ]+-[0-9]+[.]csv$'");
	ck_assert_str_eq(names, "3");
	line = shelf_shell(&house, "head -n 1 a.manifest");
	ck_assert_ptr_nonnull(strstr(line, "\"format\":\"csv\""));
	ck_assert_ptr_nonnull(strstr(line, "\"compress\":null"));
	ck_assert_ptr_nonnull(strstr(line, "\"runs\":{\"1\":1}"));
	ck_assert_ptr_nonnull(strstr(line, "\"columns\":[\"x\"]"));
	ck_assert_ptr_nonnull(strstr(line, "\"raw_bytes\":4"));
	free(names);
	free(line);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

static void expect_packed(const char *definition, const char *extension, const char *tool,
			  const char *compress)
{
	struct house house;
	struct shelf shelf;
	char *names, *line;

	settle(&house, definition, &shelf);
	names = shelf_shell(&house, "ls | grep -E '(closed|packing)$' | wc -l");
	ck_assert_str_eq(names, "0");
	for (unsigned i = 0; i < CLOSED; i++) {
		char *command = xasprintf("%s -dc %s", tool, shelf.at[i].name);
		char *rows = shelf_shell(&house, command);
		char want[] = { 'x', '\n', (char)('0' + i), '\0' };

		ck_assert_ptr_nonnull(strstr(shelf.at[i].name, extension));
		ck_assert_str_eq(rows, want);
		ck_assert_ptr_null(shelf.at[i].source);
		ck_assert_uint_eq(shelf.at[i].raw_bytes, 4);
		free(command);
		free(rows);
	}
	line = shelf_shell(&house, "head -n 1 a.manifest");
	ck_assert_ptr_nonnull(strstr(line, compress));
	ck_assert_ptr_nonnull(strstr(line, "\"raw_bytes\":4"));
	free(line);
	free(names);
	shelf_done(&shelf);
	house_done(&house);
}

START_TEST(with_gzip_only_the_compressed_file_shows)
{
	expect_packed(GZIP, ".csv.gz", "gzip", "\"compress\":\"gzip\"");
}
END_TEST

START_TEST(with_zstd_only_the_compressed_file_shows)
{
	expect_packed(ZSTD, ".csv.zst", "zstd", "\"compress\":\"zstd\"");
}
END_TEST

START_TEST(a_manifest_line_says_how_a_file_is_read)
{
	struct house house;
	struct shelf shelf;
	char *line;

	settle(&house, "{" TEN ", 'output': {'rotate': {'rows': 1}, 'csv': {'delimiter': ';'}}}",
	       &shelf);
	line = shelf_shell(&house, "head -n 1 a.manifest");
	ck_assert_ptr_nonnull(strstr(line, "\"csv\":{\"delimiter\":\";\"}"));
	free(line);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

/* The manifest line was written, its commit was not. */
START_TEST(killed_before_a_sum_was_committed_it_is_made_again)
{
	struct house house;
	struct shelf shelf;
	struct file_record *last = &shelf.at[CLOSED - 1];

	settle(&house, PLAIN, &shelf);
	free(last->sha256);
	last->sha256 = NULL;
	put(&house, last, FILE_CLOSED);
	unlist(&house);
	expect_mended(&house);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

START_TEST(killed_before_it_was_compressed_it_is_compressed)
{
	struct house house;
	struct shelf shelf;
	struct file_record *last = &shelf.at[CLOSED - 1];

	settle(&house, GZIP, &shelf);
	unsweep(&house, last);
	shell(&house, "mv $f $f.packing", last->name); /* half done */
	free(last->name);
	last->name = last->source;
	last->source = NULL;
	last->bytes = last->raw_bytes;
	free(last->sha256);
	last->sha256 = NULL;
	put(&house, last, FILE_CLOSED);
	unlist(&house);
	expect_mended(&house);
	ck_assert(!shelf_has(&house, last->name));
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

/* `spoil`: what befell the temporary before the rename; NULL: it was renamed. */
static void expect_named(const char *spoil)
{
	struct house house;
	struct shelf shelf;
	struct file_record *last = &shelf.at[CLOSED - 1];

	settle(&house, GZIP, &shelf);
	unsweep(&house, last);
	if (spoil) {
		shell(&house, "mv $f $f.packing", last->name);
		shell(&house, spoil, last->name);
	}
	put(&house, last, FILE_NAMING);
	unlist(&house);
	expect_mended(&house);
	ck_assert(!shelf_has(&house, last->source));
	shell(&house, "test \"$(gzip -dc $f)\" = \"x\n2\"", last->name);
	shell(&house, "test ! -e $f.packing", last->name);
	shelf_done(&shelf);
	house_done(&house);
}

START_TEST(killed_before_its_rename_a_copy_is_named)
{
	expect_named("test -e $f.packing");
}
END_TEST

START_TEST(killed_after_its_rename_a_copy_is_listed)
{
	expect_named(NULL);
}
END_TEST

START_TEST(a_copy_that_was_cut_is_made_again)
{
	expect_named("truncate -s -1 $f.packing");
}
END_TEST

START_TEST(a_copy_that_is_gone_is_made_again)
{
	expect_named("rm $f.packing");
}
END_TEST

START_TEST(killed_before_the_original_was_removed_it_is_removed)
{
	struct house house;
	struct shelf shelf;

	settle(&house, GZIP, &shelf);
	unsweep(&house, &shelf.at[0]);
	put(&house, &shelf.at[0], FILE_SWEEPING);
	unsweep(&house, &shelf.at[1]);
	shell(&house, "rm $f", shelf.at[1].source); /* the commit alone is missing */
	put(&house, &shelf.at[1], FILE_SWEEPING);
	expect_mended(&house);
	ck_assert(!shelf_has(&house, shelf.at[0].source));
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

START_TEST(killed_while_files_are_dropped_they_are_forgotten)
{
	struct house house;
	struct shelf shelf, left;

	settle(&house, GZIP, &shelf);
	put(&house, &shelf.at[0], FILE_DROPPING); /* and its line is there still */
	put(&house, &shelf.at[1], FILE_DROPPING);
	shell(&house, "rm $f", shelf.at[1].name);
	house_open(&house);
	shelf_wait(&house, "a", 1, &left);
	shelf_check(&house, "a", &left);
	ck_assert(!shelf_has(&house, shelf.at[0].name));
	ck_assert_str_eq(left.at[0].name, shelf.at[2].name);
	shelf_done(&left);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

START_TEST(what_changed_before_it_was_summed_is_told_and_not_listed)
{
	struct house house;
	struct shelf shelf, found;
	struct file_record *last = &shelf.at[CLOSED - 1];

	settle(&house, PLAIN, &shelf);
	free(last->sha256);
	last->sha256 = NULL;
	put(&house, last, FILE_CLOSED);
	unlist(&house);
	shelf_do(&house, "head -n 2 a.manifest > m && cat m > a.manifest");
	shell(&house, "echo 9 >> $f", last->name);
	house_open(&house);
	shelf_wait(&house, "a", CLOSED, &found);
	shelf_check(&house, "a", &found);
	ck_assert_ptr_null(found.at[CLOSED - 1].sha256);
	ck_assert_ptr_nonnull(strstr(found.at[CLOSED - 1].note, "damaged"));
	ck_assert(shelf_has(&house, last->name));
	shelf_done(&found);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

START_TEST(a_lost_manifest_is_whole_again_with_the_next_file)
{
	struct house house;
	struct shelf shelf;

	settle(&house, PLAIN, &shelf);
	free(shelf.at[2].sha256);
	shelf.at[2].sha256 = NULL;
	put(&house, &shelf.at[2], FILE_CLOSED);
	shelf_do(&house, "rm a.manifest");
	expect_mended(&house);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

static uint64_t recorded_bytes(const struct house *house)
{
	struct output_record output = { 0 };
	struct err err = ERR_INIT;
	struct db *db = NULL;
	uint64_t bytes;

	ck_assert_msg(db_open_readonly(house->db, &db, &err) == 0, "%s", err.text);
	ck_assert_msg(outputs_get(db, "a", &output, &err) == 0, "%s", err.text);
	bytes = output.manifest_bytes;
	output_record_done(&output);
	db_close(db);
	return bytes;
}

/* The first manifest cannot be written; then it is there, with another line than the one that comes
 * first now, and no commit knows of it. */
START_TEST(a_manifest_is_known_as_ours_before_its_first_line_is_written)
{
	int64_t until = clock_monotonic_ms() + HOUSE_WAIT_MS;
	struct house house;

	house_init(&house);
	shelf_do(&house, "mkdir a.manifest-new");
	house_open(&house);
	shelf_fill(&house, PLAIN, CLOSED + 1);
	while (recorded_bytes(&house) != MANIFEST_ANEW)
		ck_assert_int_lt(clock_monotonic_ms(), until);
	house_close(&house, true);
	shelf_do(&house, "echo '{\"file\": \"of a younger file\"}' > a.manifest");
	shelf_do(&house, "rmdir a.manifest-new");
	expect_mended(&house);
	shelf_do(&house, "test -z \"$(ls | grep quarantine)\"");
	house_done(&house);
}
END_TEST

START_TEST(a_manifest_that_was_there_first_is_put_aside)
{
	struct house house;
	struct shelf shelf;

	house_init(&house);
	shelf_do(&house, "echo theirs > a.manifest");
	house_open(&house);
	shelf_fill(&house, PLAIN, CLOSED + 1);
	shelf_wait(&house, "a", CLOSED, &shelf);
	shelf_check(&house, "a", &shelf);
	shelf_do(&house, "test \"$(cat *.quarantine)\" = theirs");
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

/* One file's final name is taken by somebody's file; the other files go on. */
START_TEST(one_file_that_cannot_be_named_holds_up_no_other)
{
	struct house house;
	struct shelf shelf, found;
	int64_t until = clock_monotonic_ms() + HOUSE_WAIT_MS;
	bool others = false;

	settle(&house, GZIP, &shelf);
	for (unsigned i = 0; i < 2; i++) {
		unsweep(&house, &shelf.at[i]);
		shell(&house, "mv $f $f.packing", shelf.at[i].name);
		put(&house, &shelf.at[i], FILE_NAMING);
	}
	put(&house, &shelf.at[2], FILE_DROPPING);
	shell(&house, "echo mine > $f", shelf.at[0].name);
	house_open(&house);
	while (!others) {
		ck_assert_int_lt(clock_monotonic_ms(), until);
		shelf_look(&house, "a", &found);
		others = found.n == 2 && found.at[1].state == FILE_LISTED;
		ck_assert_int_eq(found.at[0].state, FILE_NAMING);
		shelf_done(&found);
	}
	house_close(&house, true);
	shell(&house, "test \"$(cat $f)\" = mine", shelf.at[0].name);
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

/* The place of the copy cannot be written to for a while, as on a full disk. */
START_TEST(what_cannot_be_compressed_now_is_tried_again)
{
	struct house house;
	struct shelf shelf;

	settle(&house, GZIP, &shelf);
	for (unsigned i = 0; i < CLOSED; i++) {
		struct file_record *record = &shelf.at[i];

		unsweep(&house, record);
		shell(&house, i == 1 ? "rm $f; mkdir $f.packing" : "rm $f", record->name);
		free(record->name);
		record->name = record->source;
		record->source = NULL;
		record->bytes = record->raw_bytes;
		free(record->sha256);
		record->sha256 = NULL;
		put(&house, record, FILE_CLOSED);
	}
	shelf_done(&shelf);
	shelf_do(&house, "rm a.manifest");
	shelf_put_manifest(&house, "a", 0);
	house_open(&house);
	while (shelf_look(&house, "a", &shelf), shelf.at[2].state != FILE_LISTED)
		shelf_done(&shelf);
	ck_assert_int_eq(shelf.at[0].state, FILE_LISTED); /* the second holds up none */
	ck_assert_int_eq(shelf.at[1].state, FILE_CLOSED);
	shelf_done(&shelf);
	shelf_do(&house, "rmdir *.packing");
	shelf_wait(&house, "a", CLOSED, &shelf);
	shelf_check(&house, "a", &shelf); /* the second has its place in the manifest */
	shelf_do(&house, "test $(ls | grep -c 'gz$') = 3; test $(wc -l < a.manifest) = 3");
	shelf_done(&shelf);
	house_done(&house);
}
END_TEST

#define INBOX   16
#define CHORES  (INBOX + 1 + 64) /* come back, being done, and waiting at the housekeeper */
#define WAITING 400

static void put_closed(struct db *db, unsigned i)
{
	char *name = xasprintf("a-%u.csv", i);
	const struct file_record record = { .name = name, .path = (char *)"a", .job = (char *)"a" };

	ck_assert_uint_gt(files_insert(db, &record), 0);
	free(name);
}

static int count(void *arg)
{
	++*(unsigned *)arg;
	return 0;
}

/* SQLite's own instructions. */
static unsigned steps_of_hand_out(struct lander *lander)
{
	struct err err = ERR_INIT;
	unsigned steps = 0;

	sqlite3_progress_handler(lander->db->handle, 1, count, &steps);
	ck_assert_msg(closed_hand_out(lander, &err) == 0, "%s", err.text);
	sqlite3_progress_handler(lander->db->handle, 0, NULL, NULL);
	return steps;
}

static void put_more(struct lander *lander, unsigned from, unsigned to)
{
	struct err err = ERR_INIT;

	ck_assert_int_eq(db_begin(lander->db, &err), 0);
	for (unsigned i = from; i < to; i++)
		put_closed(lander->db, i);
	ck_assert_msg(db_commit(lander->db, &err) == 0, "%s", err.text);
	lander->closed += to - from;
}

/* Nobody takes what comes back, so the housekeeper has all it can hold. */
START_TEST(files_that_wait_cost_nothing_while_the_housekeeper_has_enough)
{
	int64_t until = clock_monotonic_ms() + HOUSE_WAIT_MS;
	struct lander lander = { 0 };
	struct err err = ERR_INIT;
	struct house house;
	unsigned few;
	void *item;

	house_init(&house);
	lander.place = (struct output_place) { .root = house.root, .data_mode = 0640 };
	lander.db = house_db(&house);
	ck_assert_int_eq(mailbox_new(INBOX, &lander.inbox, &err), 0);
	ck_assert_int_eq(housekeeper_start(&lander.place, lander.inbox, &lander.housekeeper, &err),
			 0);
	put_more(&lander, 0, CHORES + 1);
	while (lander.chores < CHORES) {
		ck_assert_int_lt(clock_monotonic_ms(), until);
		steps_of_hand_out(&lander);
	}
	few = steps_of_hand_out(&lander);
	ck_assert_uint_gt(few, 0);
	put_more(&lander, CHORES + 1, WAITING);
	ck_assert_uint_le(steps_of_hand_out(&lander), few + 5);
	ck_assert_uint_eq(lander.chores, CHORES);
	mailbox_close(lander.inbox);
	housekeeper_stop(lander.housekeeper);
	while (mailbox_take(lander.inbox, &item, 1) == 1)
		landing_free(item);
	mailbox_free(lander.inbox);
	db_close(lander.db);
	house_done(&house);
}
END_TEST

UNIT_MAIN("closed", a_closed_file_is_summed_and_listed, with_gzip_only_the_compressed_file_shows,
	  with_zstd_only_the_compressed_file_shows, a_manifest_line_says_how_a_file_is_read,
	  killed_before_a_sum_was_committed_it_is_made_again,
	  killed_before_it_was_compressed_it_is_compressed,
	  killed_before_its_rename_a_copy_is_named, killed_after_its_rename_a_copy_is_listed,
	  a_copy_that_was_cut_is_made_again, a_copy_that_is_gone_is_made_again,
	  killed_before_the_original_was_removed_it_is_removed,
	  killed_while_files_are_dropped_they_are_forgotten,
	  what_changed_before_it_was_summed_is_told_and_not_listed,
	  a_lost_manifest_is_whole_again_with_the_next_file,
	  a_manifest_is_known_as_ours_before_its_first_line_is_written,
	  a_manifest_that_was_there_first_is_put_aside,
	  one_file_that_cannot_be_named_holds_up_no_other,
	  what_cannot_be_compressed_now_is_tried_again,
	  files_that_wait_cost_nothing_while_the_housekeeper_has_enough)
