/* Databases of older schemas: what was released once is opened by every later fetchd, with all that
 * is in it, and a migration that is cut off has changed nothing.
 *
 * `released` is the schema of the first release and must not be brought up to date: it stands for
 * the databases that people have. A further release adds another such text.
 */
#include "store/schema.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/xalloc.h"
#include "store/files.h"
#include "store/ledger.h"
#include "store/marks.h"
#include "store/outputs.h"
#include "store/runs.h"
#include "store/snapshots.h"
#include "store/sql.h"
#include "store/switches.h"
#include "store/validators.h"

#include "scratch.h"

enum { RELEASED_VERSION = 1 };

static const char released[] =
	"CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
	"INSERT INTO meta (name, value) VALUES ('clean', 0);"
	"CREATE TABLE definitions ("
	" id INTEGER PRIMARY KEY,"
	" hash INTEGER NOT NULL,"
	" text TEXT NOT NULL) STRICT;"
	"CREATE INDEX definitions_hash ON definitions (hash);"
	"CREATE TABLE runs ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" job TEXT NOT NULL, trigger TEXT NOT NULL, engine TEXT NOT NULL,"
	" state TEXT NOT NULL, result TEXT, reason TEXT,"
	" slot_ms INTEGER NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL,"
	" workers INTEGER NOT NULL,"
	" total INTEGER NOT NULL, landed INTEGER NOT NULL, failed INTEGER NOT NULL,"
	" unchanged INTEGER NOT NULL, empty INTEGER NOT NULL, retried INTEGER NOT NULL,"
	" rows INTEGER NOT NULL, bytes INTEGER NOT NULL,"
	" p50_ms REAL, p95_ms REAL, p99_ms REAL,"
	" crew TEXT, overrides TEXT,"
	" definition INTEGER REFERENCES definitions (id)) STRICT;"
	"CREATE INDEX runs_job ON runs (job);"
	"CREATE INDEX runs_unfinished ON runs (id) WHERE state <> 'ended';"
	"CREATE TABLE progress ("
	" run INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" PRIMARY KEY (run, first), CHECK (first >= 0 AND last >= first)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE chains ("
	" run INTEGER NOT NULL, point INTEGER NOT NULL, next_page INTEGER NOT NULL, token TEXT,"
	" rows INTEGER NOT NULL, visited BLOB,"
	" UNIQUE (run, point)) STRICT;"
	"CREATE TABLE failures ("
	" run INTEGER NOT NULL, point INTEGER NOT NULL, page INTEGER NOT NULL, token TEXT,"
	" params TEXT, url TEXT, status INTEGER NOT NULL, outcome TEXT, error TEXT,"
	" tries INTEGER NOT NULL, PRIMARY KEY (run, point)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE outputs ("
	" path TEXT NOT NULL PRIMARY KEY, extension TEXT NOT NULL, job TEXT NOT NULL,"
	" phase INTEGER NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL,"
	" offset INTEGER NOT NULL, rows INTEGER NOT NULL, sequence INTEGER NOT NULL,"
	" opened_ms INTEGER NOT NULL, closing TEXT, columns TEXT) STRICT, WITHOUT ROWID;"
	"CREATE TABLE output_runs ("
	" path TEXT NOT NULL, run INTEGER NOT NULL, rows INTEGER NOT NULL,"
	" PRIMARY KEY (path, run)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX output_runs_run ON output_runs (run);"
	"CREATE TABLE files ("
	" id INTEGER PRIMARY KEY,"
	" name TEXT NOT NULL UNIQUE, path TEXT NOT NULL, job TEXT NOT NULL,"
	" rows INTEGER NOT NULL, bytes INTEGER NOT NULL, sequence INTEGER NOT NULL,"
	" opened_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL,"
	" columns TEXT, note TEXT) STRICT;"
	"CREATE INDEX files_path ON files (path);"
	"CREATE TABLE file_runs ("
	" run INTEGER NOT NULL, file INTEGER NOT NULL REFERENCES files (id), rows INTEGER NOT NULL,"
	" PRIMARY KEY (run, file)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE switches (job TEXT NOT NULL PRIMARY KEY, enabled INTEGER NOT NULL)"
	" STRICT, WITHOUT ROWID;"
	/* Its rows: a clean stop, two runs (one half done), a live output and two closed files. */
	"UPDATE meta SET value = 1 WHERE name = 'clean';"
	"INSERT INTO definitions VALUES (1, 77, '{\"name\":\"j\"}');"
	"INSERT INTO runs VALUES (7, 'j', 'manual', 'async', 'ended', 'partial', NULL, 1000, 1001,"
	" 2000, 3, 9, 7, 1, 0, 1, 2, 300, 9000, 1.5, 2.5, 3.5, '[]', '{\"id\":\"7\"}', 1);"
	"INSERT INTO runs VALUES (9, 'j', 'manual', 'async', 'running', NULL, NULL, 3000, 3001,"
	" 0, 3, 100, 10, 0, 0, 0, 0, 10, 90, NULL, NULL, NULL, NULL, NULL, 1);"
	"INSERT INTO progress VALUES (9, 0, 8), (9, 20, 20);"
	"INSERT INTO chains VALUES (9, 30, 2, 'token', 5, x'0102');"
	"INSERT INTO failures VALUES (7, 3, 1, NULL, '{}', 'http://x/', 500, 'status', 'why', 5);"
	"INSERT INTO outputs VALUES ('j/j', '.csv', 'j', 2, 5, 6, 4000, 10, 4, 3002, NULL,"
	" '[\"id\"]');"
	"INSERT INTO output_runs VALUES ('j/j', 9, 10);"
	"INSERT INTO files VALUES (1, 'j/j-1.csv', 'j/j', 'j', 100, 3000, 1, 1002, 1003,"
	" '[\"id\"]', NULL);"
	"INSERT INTO files VALUES (3, 'j/j-3.csv', 'j/j', 'j', 200, 6000, 3, 1004, 1005,"
	" '[\"id\"]', 'damaged: x');"
	"INSERT INTO file_runs VALUES (7, 1, 100), (7, 3, 195), (9, 3, 5);"
	"INSERT INTO switches VALUES ('k', 0);"
	"PRAGMA application_id = 0x66746364; PRAGMA user_version = 1; PRAGMA journal_mode = WAL;";

static void make_released(const struct scratch *s)
{
	sqlite3 *raw;
	char *why = NULL;

	ck_assert_int_eq(sqlite3_open(s->path, &raw), SQLITE_OK);
	sqlite3_exec(raw, released, NULL, NULL, &why);
	ck_assert_msg(!why, "%s", why);
	ck_assert_int_eq(sqlite3_close(raw), SQLITE_OK);
}

/* The one number that `question` answers, asked past db_open. */
static int64_t ask(const struct scratch *s, const char *question)
{
	sqlite3_stmt *st;
	sqlite3 *raw;
	int64_t answer;

	ck_assert_int_eq(sqlite3_open_v2(s->path, &raw, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_prepare_v2(raw, question, -1, &st, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
	answer = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(raw);
	return answer;
}

static void expect_runs(struct db *db)
{
	struct rangeset *set = rangeset_new(100);
	struct run_record run;
	struct json *doc;

	ck_assert_int_eq(runs_get(db, 7, &run, NULL), 0);
	ck_assert_str_eq(run.result, "partial");
	ck_assert_uint_eq(run.counts.rows, 300);
	scratch_expect(run.definition, "/name", "'j'");
	run_record_done(&run);
	ck_assert_int_eq(ledger_load(db, 9, set, NULL), 0);
	ck_assert_uint_eq(rangeset_count(set), 10);
	rangeset_free(set);
	doc = ledger_failures_json(db, 7, 10, UINT64_MAX, NULL);
	scratch_expect(doc, "/items/0/index", "3");
	json_unref(doc);
	doc = switches_all(db, NULL);
	scratch_expect(doc, "", "{'k': false}");
	json_unref(doc);
}

static void expect_output(struct db *db)
{
	struct output_record output;

	ck_assert_int_eq(outputs_get(db, "j/j", &output, NULL), 0);
	ck_assert_uint_eq(output.offset, 4000);
	ck_assert_uint_eq(output.sequence, 4);
	scratch_expect(output.recent, "", "{'9': 10}");
	ck_assert_int_eq(output.period_ms, 0);
	ck_assert_int_eq(output.closes_ms, 0);
	ck_assert_uint_eq(output.snapshot, 0);
	ck_assert_uint_eq(output.manifest_bytes, 0);
	ck_assert_ptr_null(output.policy);
	output_record_done(&output);
}

static void expect_files(struct db *db)
{
	struct file_record file;

	ck_assert_int_eq(files_get(db, 3, &file, NULL), 0);
	ck_assert_str_eq(file.name, "j/j-3.csv");
	ck_assert_int_eq(file.state, FILE_CLOSED); /* to be summed and listed */
	ck_assert_uint_eq(file.raw_bytes, 6000);
	ck_assert_ptr_null(file.sha256);
	ck_assert_ptr_null(file.source);
	ck_assert_str_eq(file.note, "damaged: x");
	scratch_expect(file.runs, "", "{'7': 195, '9': 5}");
	ck_assert(files_in_use(db, 3));
	ck_assert(!files_in_use(db, 1));
	file_record_done(&file);
	ck_assert_uint_eq(files_rows(db, "j/j"), 300);
}

static void ignore(const struct snapshot_record *record, void *arg)
{
}

/* What had no marks has none, and may get some. */
static void expect_marks(struct db *db)
{
	struct validator_record validator = { 0 };

	ck_assert_int_eq(marks_any(db, "j", NULL), 0);
	ck_assert_int_eq(validators_get(db, "j", "{}", 0, &validator, NULL), -ENOENT);
}

START_TEST(a_database_of_the_first_release_is_kept_whole_and_brought_up_to_date)
{
	struct scratch s;

	scratch_init(&s);
	make_released(&s);
	scratch_open(&s);
	ck_assert_int_eq(ask(&s, "PRAGMA user_version"), schema_version);
	expect_runs(s.db);
	expect_output(s.db);
	expect_files(s.db);
	expect_marks(s.db);
	ck_assert_int_eq(snapshots_each(s.db, 0, ignore, NULL, NULL), 0);
	db_close(s.db);
	scratch_open(&s); /* and once more, as what it is now */
	expect_files(s.db);
	scratch_done(&s);
}
END_TEST

START_TEST(numbering_goes_on_after_a_migration)
{
	struct scratch s;

	scratch_init(&s);
	make_released(&s);
	scratch_open(&s);
	scratch_begin(&s);
	files_forget(s.db, 3);
	ck_assert_uint_eq(files_insert(s.db, &(struct file_record) { .name = (char *)"j/j-4.csv",
								     .path = (char *)"j/j",
								     .job = (char *)"j" }),
			  4);
	ck_assert_uint_eq(runs_insert(s.db, &(struct run_record) { .job = (char *)"j",
								   .trigger = (char *)"x",
								   .engine = (char *)"x" }),
			  10);
	scratch_commit(&s);
	scratch_done(&s);
}
END_TEST

/* SQLite calls this every so many instructions of its machine, which are steps of the migration. */
static int die(void *arg)
{
	raise(SIGKILL);
	return 0;
}

static int steps_to_live;

static int put_to_death(sqlite3 *db, const char **why, const struct sqlite3_api_routines *api)
{
	sqlite3_progress_handler(db, steps_to_live, die, NULL);
	return SQLITE_OK;
}

/* Returns true when the process lived to the end of the migration. */
static bool migrate_and_die(const struct scratch *s, int steps)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct db *db;

		steps_to_live = steps;
		sqlite3_auto_extension((void (*)(void))put_to_death);
		_exit(db_open(s->path, &db, NULL) ? 1 : 0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) ? WTERMSIG(status) == SIGKILL : status == 0);
	return !WIFSIGNALED(status);
}

START_TEST(a_migration_killed_on_its_way_has_changed_nothing)
{
	struct scratch s;
	unsigned in_the_middle = 0;
	int64_t version;
	bool lived;

	scratch_init(&s);
	make_released(&s);
	for (int steps = 40;; steps += 40) {
		lived = migrate_and_die(&s, steps);
		version = ask(&s, "PRAGMA user_version");
		ck_assert(version == RELEASED_VERSION || version == schema_version);
		if (version == schema_version)
			break;
		ck_assert(!lived);
		in_the_middle++;
		ck_assert_int_eq(ask(&s, "SELECT count(*) FROM files"), 2);
		ck_assert_int_eq(ask(&s, "SELECT count(*) FROM sqlite_schema WHERE name IN"
					 " ('snapshots', 'closed_files', 'outputs_due')"),
				 0);
	}
	ck_assert_uint_gt(in_the_middle, 5);
	scratch_open(&s);
	expect_runs(s.db);
	expect_output(s.db);
	expect_files(s.db);
	scratch_done(&s);
}
END_TEST

UNIT_MAIN("schema", a_database_of_the_first_release_is_kept_whole_and_brought_up_to_date,
	  numbering_goes_on_after_a_migration, a_migration_killed_on_its_way_has_changed_nothing)
