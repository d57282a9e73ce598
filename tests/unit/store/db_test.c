/* Opening, refusing and leaving alone; transactions. */
#include "store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/xalloc.h"
#include "store/runs.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/switches.h"

#include "scratch.h"

static void execute(const char *path, const char *sql)
{
	sqlite3 *raw;

	ck_assert_int_eq(sqlite3_open(path, &raw), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(raw, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(raw);
}

static char *content(const char *path, size_t *len)
{
	FILE *file = fopen(path, "r");
	char *bytes = xmalloc(1 << 26);

	*len = file ? fread(bytes, 1, 1 << 26, file) : 0;
	if (file)
		fclose(file);
	return bytes;
}

/* db_open must answer `code` with a sentence naming the file and `hint`, and change no byte. */
static void expect_refusal(struct scratch *s, int code, const char *hint)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;
	size_t len_before, len_after;
	char *before = content(s->path, &len_before), *after;

	ck_assert_int_eq(db_open(s->path, &db, &err), code);
	ck_assert_ptr_null(db);
	ck_assert_msg(strstr(err.text, s->path) != NULL, "%s", err.text);
	ck_assert_msg(strstr(err.text, hint) != NULL, "%s", err.text);
	after = content(s->path, &len_after);
	ck_assert_uint_eq(len_before, len_after);
	ck_assert_int_eq(memcmp(before, after, len_before), 0);
	free(before);
	free(after);
}

static void spoil(const char *path, off_t at, size_t len)
{
	int fd = open(path, O_WRONLY);
	char junk[4096];

	memset(junk, 0xa5, sizeof(junk));
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, junk, len, at), (ssize_t)len);
	close(fd);
}

static bool switch_of(struct db *db, const char *job, bool def)
{
	struct json *all = switches_all(db, NULL);
	bool answer = json_bool(json_get(all, job), def);

	json_unref(all);
	return answer;
}

/* Opens, commits a switch and dies without closing. */
static void use_and_die(struct scratch *s)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct db *db;

		if (db_open(s->path, &db, NULL) || db_begin(db, NULL))
			_exit(1);
		switches_put(db, "weather", false);
		_exit(db_commit(db, NULL) ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

START_TEST(a_new_database_is_ours_in_wal_mode_with_strict_tables)
{
	static const struct sql mode = { "", "PRAGMA journal_mode" };
	static const struct sql sync = { "", "PRAGMA synchronous" };
	static const struct sql lax = { "",
					"SELECT count(*) FROM pragma_table_list WHERE strict = 0"
					" AND schema = 'main' AND name NOT LIKE 'sqlite_%'" };
	struct scratch s;
	struct stmt st;
	unsigned char head[100];
	FILE *file;

	scratch_init(&s);
	scratch_open(&s);
	st = stmt_open(s.db, &mode);
	ck_assert_int_eq(stmt_next(&st, NULL), 1);
	ck_assert_str_eq(stmt_take_text(&st), "wal");
	stmt_close(&st);
	st = stmt_open(s.db, &sync);
	ck_assert_int_eq(stmt_next(&st, NULL), 1);
	ck_assert_int_eq(stmt_take_int(&st), 2);
	stmt_close(&st);
	st = stmt_open(s.db, &lax);
	ck_assert_int_eq(stmt_next(&st, NULL), 1);
	ck_assert_int_eq(stmt_take_int(&st), 0);
	stmt_close(&st);
	/* Even while everything else is still in the log, the header says whose file it is. */
	file = fopen(s.path, "r");
	ck_assert_uint_eq(fread(head, 1, sizeof(head), file), sizeof(head));
	fclose(file);
	ck_assert_int_eq(memcmp(head + 68, "ftcd", 4), 0);
	scratch_done(&s);
}
END_TEST

START_TEST(a_proper_close_leaves_one_file)
{
	struct scratch s;
	char wal[120];

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	switches_put(s.db, "weather", true);
	scratch_commit(&s);
	db_close(s.db);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	ck_assert_int_ne(access(wal, F_OK), 0);
	scratch_open(&s);
	ck_assert(switch_of(s.db, "weather", false));
	scratch_done(&s);
}
END_TEST

START_TEST(what_was_committed_survives_a_death_without_close)
{
	struct scratch s;

	scratch_init(&s);
	use_and_die(&s);
	scratch_open(&s);
	ck_assert(!switch_of(s.db, "weather", true));
	scratch_done(&s);
}
END_TEST

START_TEST(garbage_is_refused_and_left_alone)
{
	struct scratch s;
	FILE *file;

	scratch_init(&s);
	file = fopen(s.path, "w");
	for (int i = 0; i < 500; i++)
		fputs("this is no database at all\n", file);
	fclose(file);
	expect_refusal(&s, -EUCLEAN, "fetchd --recover");
	scratch_done(&s);
}
END_TEST

START_TEST(another_programs_database_is_refused_and_left_alone)
{
	struct scratch s;

	scratch_init(&s);
	execute(s.path, "CREATE TABLE runs (id)");
	expect_refusal(&s, -ENOTSUP, "another program");
	execute(s.path, "PRAGMA application_id = 77");
	expect_refusal(&s, -ENOTSUP, "another program");
	scratch_done(&s);
}
END_TEST

START_TEST(a_newer_schema_is_refused_and_left_alone)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	db_close(s.db);
	s.db = NULL;
	execute(s.path, "PRAGMA user_version = 1000");
	expect_refusal(&s, -ENOTSUP, "newer");
	scratch_done(&s);
}
END_TEST

/* So many switches with names of this length, closed properly. */
static void fill(struct scratch *s, int count, int length)
{
	scratch_open(s);
	scratch_begin(s);
	for (int i = 0; i < count; i++) {
		char *job = xasprintf("job-%0*d", length, i);

		switches_put(s->db, job, true);
		free(job);
	}
	scratch_commit(s);
	db_close(s->db);
	s->db = NULL;
}

static void spoil_the_middle(const struct scratch *s)
{
	struct stat st;

	ck_assert_int_eq(stat(s->path, &st), 0);
	spoil(s->path, st.st_size / 8192 * 4096, 2000);
}

START_TEST(damage_is_found_after_an_unclean_stop_and_nothing_is_changed)
{
	struct scratch s;
	char wal[120];

	scratch_init(&s);
	fill(&s, 6000, 4000); /* large: after a proper stop it would be believed */
	use_and_die(&s);
	spoil_the_middle(&s);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	ck_assert_int_eq(access(wal, F_OK), 0);
	expect_refusal(&s, -EUCLEAN, "damaged");
	ck_assert_int_eq(access(wal, F_OK), 0);
	expect_refusal(&s, -EUCLEAN, "fetchd --recover"); /* and again */
	scratch_done(&s);
}
END_TEST

START_TEST(damage_of_a_small_file_is_found_after_a_proper_stop)
{
	struct scratch s;

	scratch_init(&s);
	fill(&s, 3000, 5);
	spoil_the_middle(&s);
	expect_refusal(&s, -EUCLEAN, "damaged");
	scratch_done(&s);
}
END_TEST

#define FILE_ROW(columns)                                                                          \
	"INSERT INTO files (name, path, job, rows, bytes, sequence, opened_ms, closed_ms,"         \
	" raw_bytes, columns) VALUES ('n', 'a-long-path', 'j', 1, 1, 1, 1, 1, 1, '" columns "')"

/* The path of the row is another one than in its index: SQLite's quick check does not see it. */
START_TEST(an_index_that_lost_a_row_is_damage)
{
	struct scratch s;
	size_t len;
	char *bytes, *place;

	scratch_init(&s);
	fill(&s, 10, 5);
	execute(s.path, FILE_ROW("[]"));
	bytes = content(s.path, &len);
	place = memmem(bytes, len, "a-long-path", 11);
	ck_assert_ptr_nonnull(place);
	spoil(s.path, place - bytes + 2, 1);
	free(bytes);
	expect_refusal(&s, -EUCLEAN, "damaged");
	scratch_done(&s);
}
END_TEST

START_TEST(a_document_that_is_no_json_is_damage)
{
	static const char *const wounds[] = {
		"INSERT INTO definitions (id, hash, text) VALUES (1, 1, '{')",
		"DELETE FROM definitions;" FILE_ROW("["),
		"DELETE FROM files; INSERT INTO outputs (path, extension, job, phase, dev, ino,"
		" offset, rows, sequence, opened_ms, policy)"
		" VALUES ('p', '.csv', 'j', 0, 0, 0, 0, 0, 0, 0, '{\"compress\"')",
		"DELETE FROM outputs; INSERT INTO runs (job, trigger, engine, state, slot_ms,"
		" started_ms, ended_ms, workers, total, landed, failed, unchanged, empty, retried,"
		" rows, bytes, crew) VALUES ('j', 't', 'e', 'ended', 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,"
		" 1, 1, '[{]')",
		"UPDATE runs SET crew = NULL, overrides = 'x'",
	};
	struct scratch s;

	scratch_init(&s);
	fill(&s, 10, 5);
	for (size_t i = 0; i < sizeof(wounds) / sizeof(wounds[0]); i++) {
		execute(s.path, wounds[i]);
		expect_refusal(&s, -EUCLEAN, "is no JSON");
	}
	execute(s.path, "UPDATE runs SET overrides = NULL");
	scratch_open(&s);
	scratch_done(&s);
}
END_TEST

START_TEST(a_check_finds_what_a_proper_stop_hid)
{
	struct scratch s;
	struct err err = ERR_INIT;

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_int_eq(db_check(s.db, &err), 0);
	db_close(s.db);
	fill(&s, 6000, 4000);
	spoil_the_middle(&s);
	scratch_open(&s); /* its clean mark is believed, it is large */
	ck_assert_int_eq(db_check(s.db, &err), -EUCLEAN);
	ck_assert_msg(strstr(err.text, "fetchd --recover") != NULL, "%s", err.text);
	scratch_done(&s);
}
END_TEST

START_TEST(a_log_without_its_database_is_not_thrown_away)
{
	struct scratch s;
	struct err err = ERR_INIT;
	struct db *db = NULL;
	char wal[120];

	scratch_init(&s);
	use_and_die(&s);
	ck_assert_int_eq(unlink(s.path), 0);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	ck_assert_int_eq(db_open(s.path, &db, &err), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, wal));
	ck_assert_int_eq(access(wal, F_OK), 0);
	ck_assert_int_ne(access(s.path, F_OK), 0);
	scratch_done(&s);
}
END_TEST

/* Two commits, of which the second is in the log alone. */
static void commit_twice_and_die(struct scratch *s)
{
	scratch_open(s);
	scratch_begin(s);
	switches_put(s->db, "weather", true);
	scratch_commit(s);
	db_close(s->db);
	s->db = NULL;
	use_and_die(s);
}

START_TEST(a_database_without_its_log_has_gone_back_and_is_left_alone)
{
	struct scratch s;
	char wal[120];

	scratch_init(&s);
	commit_twice_and_die(&s);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	ck_assert_int_eq(unlink(wal), 0);
	expect_refusal(&s, -EUCLEAN, "gone back");
	expect_refusal(&s, -EUCLEAN, "gone back"); /* and again */
	scratch_done(&s);
}
END_TEST

START_TEST(a_log_cut_short_is_refused)
{
	struct scratch s;
	struct stat st;
	char wal[120];

	scratch_init(&s);
	commit_twice_and_die(&s);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	ck_assert_int_eq(stat(wal, &st), 0);
	ck_assert_int_eq(truncate(wal, st.st_size - 1), 0);
	expect_refusal(&s, -EUCLEAN, "gone back");
	scratch_done(&s);
}
END_TEST

START_TEST(a_database_that_was_used_is_not_begun_anew)
{
	struct scratch s;
	struct err err = ERR_INIT;
	struct db *db = NULL;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	scratch_commit(&s);
	db_close(s.db);
	s.db = NULL;
	ck_assert_int_eq(unlink(s.path), 0);
	ck_assert_int_eq(db_open(s.path, &db, &err), -EUCLEAN);
	ck_assert_ptr_nonnull(strstr(err.text, "is missing or empty"));
	ck_assert_int_ne(access(s.path, F_OK), 0);
	scratch_done(&s);
}
END_TEST

START_TEST(without_a_witness_nothing_is_refused)
{
	struct scratch s;
	char wal[120], witness[120];

	scratch_init(&s);
	commit_twice_and_die(&s);
	snprintf(wal, sizeof(wal), "%s-wal", s.path);
	snprintf(witness, sizeof(witness), "%s-commits", s.path);
	ck_assert_int_eq(unlink(wal), 0);
	ck_assert_int_eq(unlink(witness), 0);
	scratch_open(&s);
	ck_assert(switch_of(s.db, "weather", false));
	scratch_done(&s);
}
END_TEST

START_TEST(a_missing_directory_is_a_sentence)
{
	struct err err = ERR_INIT;
	struct db *db = NULL;

	ck_assert_int_eq(db_open("/nonexistent/fetchd.db", &db, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent/fetchd.db"));
	ck_assert_int_eq(db_open_readonly("/nonexistent/fetchd.db", &db, &err), -ENOENT);
}
END_TEST

START_TEST(the_reader_sees_commits_and_cannot_write)
{
	static const struct sql write = { "trying", "DELETE FROM switches" };
	struct scratch s;
	struct err err = ERR_INIT;
	struct db *reader;
	struct stmt st;

	scratch_init(&s);
	scratch_open(&s);
	ck_assert_int_eq(db_open_readonly(s.path, &reader, &err), 0);
	scratch_begin(&s);
	switches_put(s.db, "weather", true);
	ck_assert(!switch_of(reader, "weather", false));
	scratch_commit(&s);
	ck_assert(switch_of(reader, "weather", false));
	st = stmt_open(reader, &write);
	ck_assert_int_lt(stmt_next(&st, &err), 0);
	stmt_close(&st);
	db_close(reader);
	scratch_done(&s);
}
END_TEST

START_TEST(rolled_back_writes_are_gone)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	switches_put(s.db, "weather", true);
	db_rollback(s.db);
	ck_assert(!switch_of(s.db, "weather", false));
	scratch_begin(&s);
	switches_put(s.db, "weather", true);
	scratch_commit(&s);
	ck_assert(switch_of(s.db, "weather", false));
	scratch_done(&s);
}
END_TEST

START_TEST(the_first_failure_of_a_writer_is_the_commits_answer)
{
	struct scratch s;
	struct err err = ERR_INIT;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	switches_put(s.db, "before", true);
	switches_put(s.db, NULL, true); /* violates NOT NULL */
	switches_put(s.db, "after", true);
	runs_reopen(s.db, 5); /* fails too, but is not the first */
	ck_assert_int_eq(db_commit(s.db, &err), -EINVAL);
	ck_assert_msg(strstr(err.text, "switch of a job") != NULL, "%s", err.text);
	ck_assert(!switch_of(s.db, "before", false));
	ck_assert(!switch_of(s.db, "after", false));
	scratch_begin(&s); /* and the next transaction starts afresh */
	switches_put(s.db, "after", true);
	scratch_commit(&s);
	ck_assert(switch_of(s.db, "after", false));
	scratch_done(&s);
}
END_TEST

START_TEST(a_commit_that_failed_is_not_counted)
{
	struct scratch s;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	db_fail(s.db, -EIO, "made up");
	ck_assert_int_eq(db_commit(s.db, NULL), -EIO);
	scratch_begin(&s);
	scratch_commit(&s);
	db_close(s.db);
	s.db = NULL;
	scratch_open(&s); /* or it would have gone back */
	scratch_done(&s);
}
END_TEST

START_TEST(a_full_disk_is_enospc_and_heals)
{
	struct scratch s;
	struct err err = ERR_INIT;
	char job[32];

	scratch_init(&s);
	scratch_open(&s);
	sqlite3_exec(s.db->handle, "PRAGMA max_page_count = 1", NULL, NULL, NULL);
	scratch_begin(&s);
	for (int i = 0; i < 20000; i++) {
		snprintf(job, sizeof(job), "job-%d", i);
		switches_put(s.db, job, true);
	}
	sqlite3_exec(s.db->handle, "PRAGMA max_page_count = 1000000", NULL, NULL, NULL);
	switches_put(s.db, "later", true); /* SQLite has rolled back by now: must go nowhere */
	ck_assert_int_eq(db_commit(s.db, &err), -ENOSPC);
	ck_assert_msg(strstr(err.text, "space") != NULL, "%s", err.text);
	ck_assert(!switch_of(s.db, "job-1", false));
	ck_assert(!switch_of(s.db, "later", false));
	scratch_begin(&s);
	switches_put(s.db, "job-1", true);
	scratch_commit(&s);
	ck_assert(switch_of(s.db, "job-1", false));
	scratch_done(&s);
}
END_TEST

static int failing_syncs; /* how many more fdatasync(2) of SQLite fail */

int fdatasync(int fd)
{
	if (failing_syncs == 0)
		return (int)syscall(SYS_fdatasync, fd);
	failing_syncs--;
	errno = EIO;
	return -1;
}

/* What the next start would find if we were killed now. */
static bool found_after_a_kill(const struct scratch *s, const char *job)
{
	struct scratch after;
	char command[300];
	bool found;

	scratch_init(&after);
	snprintf(command, sizeof(command), "cp %s* %s && rm -f %s-shm", s->path, after.dir,
		 after.path);
	ck_assert_int_eq(system(command), 0);
	scratch_open(&after);
	found = switch_of(after.db, job, false);
	scratch_done(&after);
	return found;
}

START_TEST(a_failed_commit_is_gone_for_good_once_it_is_settled)
{
	struct scratch s;
	struct err err = ERR_INIT;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	switches_put(s.db, "before", true);
	scratch_commit(&s);
	scratch_begin(&s);
	switches_put(s.db, "weather", true);
	failing_syncs = 1;
	ck_assert_int_lt(db_commit(s.db, &err), 0);
	ck_assert(!switch_of(s.db, "weather", false));
	ck_assert(found_after_a_kill(&s, "weather")); /* why there is such a thing */
	failing_syncs = 1;
	ck_assert_int_lt(db_settle(s.db, &err), 0);
	ck_assert_int_eq(db_settle(s.db, &err), 0);
	ck_assert(!found_after_a_kill(&s, "weather"));
	failing_syncs = 1; /* nothing to settle: nothing is written */
	ck_assert_int_eq(db_settle(s.db, &err), 0);
	failing_syncs = 0;
	scratch_done(&s);
}
END_TEST

static int64_t clean_mark(const char *path)
{
	sqlite3 *raw;
	sqlite3_stmt *st;
	int64_t mark;

	ck_assert_int_eq(sqlite3_open(path, &raw), SQLITE_OK);
	sqlite3_prepare_v2(raw, "SELECT value FROM meta WHERE name = 'clean'", -1, &st, NULL);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	mark = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(raw);
	return mark;
}

/* A limit on the size of files makes every write beyond it fail, as a broken disk does. */
START_TEST(a_failing_disk_is_eio_and_makes_the_next_start_check)
{
	struct scratch s;
	struct err err = ERR_INIT;
	struct rlimit before, tight;
	char job[32];

	scratch_init(&s);
	scratch_open(&s);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	tight = before;
	tight.rlim_cur = 150000;
	scratch_begin(&s);
	for (int i = 0; i < 20000; i++) {
		snprintf(job, sizeof(job), "job-%d", i);
		switches_put(s.db, job, true);
	}
	setrlimit(RLIMIT_FSIZE, &tight);
	ck_assert_int_eq(db_commit(s.db, &err), -EIO);
	ck_assert_msg(strstr(err.text, "disk") != NULL, "%s", err.text);
	setrlimit(RLIMIT_FSIZE, &before);
	ck_assert(!switch_of(s.db, "job-1", false));
	scratch_begin(&s);
	switches_put(s.db, "job-1", true);
	scratch_commit(&s);
	db_close(s.db);
	ck_assert_int_eq(clean_mark(s.path), 0);
	scratch_open(&s);
	ck_assert(switch_of(s.db, "job-1", false));
	db_close(s.db);
	s.db = NULL;
	ck_assert_int_eq(clean_mark(s.path), 1);
	scratch_done(&s);
}
END_TEST

START_TEST(a_lock_held_elsewhere_is_ebusy)
{
	struct scratch s;
	struct err err = ERR_INIT;
	sqlite3 *raw;

	scratch_init(&s);
	scratch_open(&s);
	sqlite3_busy_timeout(s.db->handle, 0);
	ck_assert_int_eq(sqlite3_open(s.path, &raw), SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(raw, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(db_begin(s.db, &err), -EBUSY);
	ck_assert_msg(strstr(err.text, "another program") || strstr(err.text, "other program"),
		      "%s", err.text);
	sqlite3_close(raw);
	scratch_begin(&s);
	scratch_commit(&s);
	scratch_done(&s);
}
END_TEST

START_TEST(a_switch_replaces_the_one_before_and_can_be_dropped)
{
	struct scratch s;
	struct json *all;

	scratch_init(&s);
	scratch_open(&s);
	scratch_begin(&s);
	switches_put(s.db, "weather", true);
	switches_put(s.db, "weather", false);
	switches_put(s.db, "other", true);
	switches_drop(s.db, "other");
	switches_drop(s.db, "unknown");
	scratch_commit(&s);
	all = switches_all(s.db, NULL);
	scratch_expect(all, "", "{'weather': false}");
	json_unref(all);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("db", a_new_database_is_ours_in_wal_mode_with_strict_tables,
	  a_proper_close_leaves_one_file, what_was_committed_survives_a_death_without_close,
	  garbage_is_refused_and_left_alone, another_programs_database_is_refused_and_left_alone,
	  a_newer_schema_is_refused_and_left_alone,
	  damage_is_found_after_an_unclean_stop_and_nothing_is_changed,
	  damage_of_a_small_file_is_found_after_a_proper_stop, an_index_that_lost_a_row_is_damage,
	  a_document_that_is_no_json_is_damage, a_check_finds_what_a_proper_stop_hid,
	  a_log_without_its_database_is_not_thrown_away,
	  a_database_without_its_log_has_gone_back_and_is_left_alone, a_log_cut_short_is_refused,
	  a_database_that_was_used_is_not_begun_anew, without_a_witness_nothing_is_refused,
	  a_commit_that_failed_is_not_counted, a_missing_directory_is_a_sentence,
	  the_reader_sees_commits_and_cannot_write, rolled_back_writes_are_gone,
	  the_first_failure_of_a_writer_is_the_commits_answer, a_full_disk_is_enospc_and_heals,
	  a_failed_commit_is_gone_for_good_once_it_is_settled,
	  a_failing_disk_is_eio_and_makes_the_next_start_check, a_lock_held_elsewhere_is_ebusy,
	  a_switch_replaces_the_one_before_and_can_be_dropped)
