/* Connections and transactions: see db.h.
 *
 * A database that is not ours, is newer or is damaged must be left exactly as it was found, so
 * everything up to schema_upgrade only reads, and the connection is told first not to checkpoint
 * when it is closed. A new file gets its tables before it is switched to WAL: from its first
 * committed byte on, the header in the main file says whose it is.
 */
#include "store/db.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "store/schema.h"
#include "store/sql.h"
#include "store/witness.h"

#define SMALL_BYTES  ((off_t)16 << 20) /* read through in some 20 ms */
#define TINY_BYTES   ((off_t)2 << 20)  /* so is one of these with its indexes and documents */
#define BUSY_WAIT_MS 5000 /* somebody's backup or sqlite3 shell may hold the lock for a moment */

#define SET_ASIDE                                                                                  \
	"nothing was changed; restore it from a backup, or run fetchd --recover, which sets it "   \
	"aside and goes on from what the files' manifests prove"

static const char common_settings[] = "PRAGMA trusted_schema = OFF;"
				      "PRAGMA cell_size_check = ON;"
				      "PRAGMA temp_store = MEMORY;"
				      "PRAGMA mmap_size = 0;";
static const char writing_settings[] = "PRAGMA synchronous = FULL;"
				       "PRAGMA cache_size = -2048;" /* KiB */
				       "PRAGMA wal_autocheckpoint = 1000;"
				       "PRAGMA journal_size_limit = 8388608;";
static const char reading_settings[] = "PRAGMA query_only = ON;"
				       "PRAGMA cache_size = -1024;"
				       "PRAGMA wal_autocheckpoint = 0;";

static const struct sql begin = { "beginning a transaction", "BEGIN IMMEDIATE" };
static const struct sql commit = { "committing", "COMMIT" };
static const struct sql rollback = { "rolling back", "ROLLBACK" };
static const struct sql mark_clean = { "marking the stop as clean",
				       "UPDATE meta SET value = 1 WHERE name = 'clean'" };
/* Something has to change: SQLite does not write a row that is as it was. */
static const struct sql settle = { "settling a commit that failed",
				   "INSERT INTO meta (name, value) VALUES ('settled', 1)"
				   " ON CONFLICT (name) DO UPDATE SET value = value + 1" };
static const struct sql was_clean = { "looking whether it was closed properly",
				      "SELECT value FROM meta WHERE name = 'clean'" };
static const struct sql quick_check = { "checking it after an unclean stop",
					"PRAGMA quick_check(1)" };
static const struct sql count = {
	"counting a commit",
	"INSERT INTO meta (name, value) VALUES ('commits', ?)"
	" ON CONFLICT (name) DO UPDATE SET value = excluded.value",
};
static const struct sql counted = { "reading how many commits there were",
				    "SELECT value FROM meta WHERE name = 'commits'" };
static const struct sql whole_check = { "checking all of it", "PRAGMA integrity_check(1)" };
/* What SQLite takes for text, and stmt_take_json would refuse. */
static const struct sql documents_check = {
	"checking the documents in it",
	"SELECT coalesce("
	"(SELECT 'a document of run ' || id || ' is no JSON' FROM runs"
	" WHERE NOT json_valid(ifnull(crew, 0)) OR NOT json_valid(ifnull(overrides, 0)) LIMIT 1),"
	"(SELECT 'definition ' || id || ' is no JSON' FROM definitions"
	" WHERE NOT json_valid(text) LIMIT 1),"
	"(SELECT 'a document of output ' || path || ' is no JSON' FROM outputs"
	" WHERE NOT json_valid(ifnull(columns, 0)) OR NOT json_valid(ifnull(policy, 0)) LIMIT 1),"
	"(SELECT 'a document of file ' || name || ' is no JSON' FROM files"
	" WHERE NOT json_valid(ifnull(columns, 0)) OR NOT json_valid(ifnull(policy, 0)) LIMIT 1), "
	"'ok')",
};
static const struct sql identity = {
	"looking whose database it is",
	"SELECT (SELECT application_id FROM pragma_application_id),"
	" (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM sqlite_schema)"
};
static const struct sql wal_mode = { "switching it to WAL", "PRAGMA journal_mode = WAL" };

static void drop(struct db *db)
{
	for (size_t i = 0; i < db->cached; i++)
		sqlite3_finalize(db->cache[i].handle);
	sqlite3_close(db->handle);
	witness_free(db->witness);
	free(db->path);
	free(db);
}

static int apply_settings(struct db *db, struct err *err)
{
	int result = sqlite3_exec(db->handle, common_settings, NULL, NULL, NULL);

	if (result == SQLITE_OK)
		result = sqlite3_exec(db->handle, db->writing ? writing_settings : reading_settings,
				      NULL, NULL, NULL);
	return result == SQLITE_OK ? 0 : db_trouble(db, result, "opening it", err);
}

static int connect_to(const char *path, int flags, struct db **db, struct err *err)
{
	struct db *made = xcalloc(1, sizeof(*made));
	int result, code;

	made->path = xstrdup(path);
	made->writing = flags & SQLITE_OPEN_READWRITE;
	result = sqlite3_open_v2(path, &made->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (result != SQLITE_OK) {
		code = db_trouble(made, result, "opening it", err);
		drop(made);
		return code;
	}
	sqlite3_extended_result_codes(made->handle, 1);
	sqlite3_busy_timeout(made->handle, BUSY_WAIT_MS);
	sqlite3_db_config(made->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	*db = made;
	return 0;
}

static bool is_nothing(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 || st.st_size == 0;
}

/* A write-ahead log whose database is gone or empty holds commits that SQLite would throw away. */
static int refuse_lone_wal(const char *path, struct err *err)
{
	char *wal = xasprintf("%s-wal", path);
	int code = 0;

	if (is_nothing(path) && !is_nothing(wal))
		code = err_set(err, -EUCLEAN,
			       "%s: holds what was last committed to %s, but that file is missing "
			       "or empty; " SET_ASIDE,
			       wal, path);
	free(wal);
	return code;
}

/* One that was used before is not quietly begun anew. */
static int refuse_lost(const char *path, struct err *err)
{
	struct witness *witness = witness_new(path);
	uint64_t known = is_nothing(path) ? witness_read(witness) : 0;

	witness_free(witness);
	if (known == 0)
		return 0;
	return err_set(err, -EUCLEAN,
		       "%s: is missing or empty, though there were %" PRIu64
		       " commits to it; nothing was changed; restore it from a backup, or run "
		       "fetchd --recover, which goes on from what the files' manifests prove",
		       path, known);
}

struct identity {
	int64_t application, version, tables;
};

static int read_identity(struct db *db, struct identity *found, struct err *err)
{
	struct stmt st = stmt_open(db, &identity);
	int code = stmt_next(&st, err);

	if (code > 0) {
		found->application = stmt_take_int(&st);
		found->version = stmt_take_int(&st);
		found->tables = stmt_take_int(&st);
	}
	stmt_close(&st);
	return code < 0 ? code : 0;
}

static bool is_new(const struct identity *found)
{
	return found->application == 0 && found->version == 0 && found->tables == 0;
}

static int check_identity(struct db *db, const struct identity *found, struct err *err)
{
	if (found->application != SCHEMA_APPLICATION_ID)
		return err_set(err, -ENOTSUP,
			       "%s: this database belongs to another program; nothing was changed; "
			       "move it, or give fetchd another state_dir",
			       db->path);
	if (found->version > schema_version)
		return err_set(
			err, -ENOTSUP,
			"%s: was written by a newer fetchd (schema %lld, this one knows %u); "
			"nothing was changed; install that version again",
			db->path, (long long)found->version, schema_version);
	if (found->version < 1)
		return err_set(err, -EUCLEAN, "%s: has no schema version; " SET_ASIDE, db->path);
	return 0;
}

/* `question` answers "ok" or the first thing it finds. */
static int expect_ok(struct db *db, const struct sql *question, struct err *err)
{
	struct stmt st = stmt_open(db, question);
	int code = stmt_next(&st, err);
	const char *verdict = code > 0 ? stmt_take_text(&st) : NULL;

	if (code >= 0)
		code = verdict && strcmp(verdict, "ok") == 0
			       ? 0
			       : err_set(err, -EUCLEAN, "%s: is damaged (%s); " SET_ASIDE, db->path,
					 verdict ? verdict : "no answer");
	stmt_close(&st);
	return code;
}

static bool is_within(const char *path, off_t bytes)
{
	struct stat st;

	return stat(path, &st) == 0 && st.st_size <= bytes;
}

/* All of it; its documents only when it has the tables of today. */
static int check_whole(struct db *db, int64_t version, struct err *err)
{
	int code = expect_ok(db, &whole_check, err);

	return code == 0 && version == schema_version ? expect_ok(db, &documents_check, err) : code;
}

/* After a proper stop a large file is believed; after any other it is read through once. A small
 * one is read through always: it costs nothing. */
static int check_health(struct db *db, int64_t version, struct err *err)
{
	struct stmt st = stmt_open(db, &was_clean);
	int code = stmt_next(&st, err);
	bool clean = code > 0 && stmt_take_int(&st) == 1;

	stmt_close(&st);
	if (code < 0)
		return code;
	if (is_within(db->path, TINY_BYTES))
		return check_whole(db, version, err);
	if (clean && !is_within(db->path, SMALL_BYTES))
		return 0;
	return expect_ok(db, &quick_check, err);
}

int db_check(struct db *db, struct err *err)
{
	int code = check_whole(db, schema_version, err);

	db->doubtful |= code < 0;
	return code;
}

static int read_commits(struct db *db, struct err *err)
{
	struct stmt st = stmt_open(db, &counted);
	int code = stmt_next(&st, err);

	if (code > 0)
		db->commits = (uint64_t)stmt_take_int(&st);
	stmt_close(&st);
	return code < 0 ? code : 0;
}

/* What was committed last may be gone without a trace in the database itself: see witness.h. */
static int check_witness(struct db *db, struct err *err)
{
	uint64_t known = witness_read(db->witness);

	if (known <= db->commits)
		return 0;
	return err_set(
		err, -EUCLEAN,
		"%s: has gone back in time: it knows %" PRIu64 " commits, there were %" PRIu64
		"; its -wal file is missing or damaged, or it was replaced by an older one or "
		"removed; nothing was changed; put the newer files back, run fetchd --recover, or "
		"remove %s%s to go on from here, which lands once more what had landed since",
		db->path, db->commits, known, db->path, WITNESS_SUFFIX);
}

static int enter_wal(struct db *db, struct err *err)
{
	struct stmt st = stmt_open(db, &wal_mode);
	int code = stmt_next(&st, err);
	const char *mode = code > 0 ? stmt_take_text(&st) : NULL;

	if (code > 0)
		code = mode && strcmp(mode, "wal") == 0
			       ? 0
			       : err_set(err, -ENOTSUP,
					 "%s: its file system cannot hold a write-ahead log; put "
					 "state_dir on a local disk",
					 db->path);
	stmt_close(&st);
	return code;
}

static int take_over(struct db *db, struct err *err)
{
	struct identity found = { 0 };
	int code = apply_settings(db, err);

	if (!code)
		code = read_identity(db, &found, err);
	if (!code && !is_new(&found))
		code = check_identity(db, &found, err);
	if (!code && !is_new(&found))
		code = check_health(db, found.version, err);
	if (!code && !is_new(&found))
		code = read_commits(db, err);
	if (!code)
		code = check_witness(db, err);
	if (code == -EUCLEAN &&
	    db->doubtful) /* SQLite's own finding, before anything was written */
		err_set(err, code, "%s: is damaged (%s); " SET_ASIDE, db->path,
			sqlite3_errmsg(db->handle));
	if (!code)
		code = schema_upgrade(db, (unsigned)found.version, err);
	return code ? code : enter_wal(db, err);
}

int db_open(const char *path, struct db **db, struct err *err)
{
	struct db *made;
	int code = refuse_lone_wal(path, err);

	if (!code)
		code = refuse_lost(path, err);
	if (!code)
		code = connect_to(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &made, err);
	if (code)
		return code;
	made->witness = witness_new(path);
	code = take_over(made, err);
	if (code) {
		drop(made);
		return code;
	}
	sqlite3_db_config(made->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
	*db = made;
	return 0;
}

int db_open_readonly(const char *path, struct db **db, struct err *err)
{
	struct identity found = { 0 };
	struct db *made;
	int code = connect_to(path, SQLITE_OPEN_READONLY, &made, err);

	if (code)
		return code;
	code = apply_settings(made, err);
	if (!code)
		code = read_identity(made, &found, err);
	if (!code)
		code = check_identity(made, &found, err);
	if (code)
		drop(made);
	else
		*db = made;
	return code;
}

static void close_cleanly(struct db *db)
{
	if (db->transaction)
		db_rollback(db);
	if (db->doubtful || db_begin(db, NULL) != 0)
		return;
	struct stmt st = stmt_open(db, &mark_clean);
	stmt_run(&st);
	if (db_commit(db, NULL) == 0)
		sqlite3_wal_checkpoint_v2(db->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

const char *db_path(const struct db *db)
{
	return db->path;
}

char *db_dir(const struct db *db)
{
	const char *slash = strrchr(db->path, '/');

	return slash ? xstrndup(db->path, (size_t)(slash - db->path)) : xstrdup(".");
}

void db_close(struct db *db)
{
	if (!db)
		return;
	if (db->writing)
		close_cleanly(db);
	drop(db);
}

static int control(struct db *db, const struct sql *sql, struct err *err)
{
	struct stmt st = stmt_open(db, sql);
	int code = stmt_next(&st, err);

	stmt_close(&st);
	return code;
}

int db_begin(struct db *db, struct err *err)
{
	int code;

	assert(db->writing && !db->transaction);
	db->failure = 0;
	code = control(db, &begin, err);
	db->transaction = code == 0;
	return code;
}

static void count_commit(struct db *db)
{
	struct stmt st = stmt_open(db, &count);

	stmt_int(&st, (int64_t)db->commits + 1);
	stmt_run(&st);
}

int db_commit(struct db *db, struct err *err)
{
	int code;

	assert(db->transaction);
	count_commit(db);
	code = db->failure;
	if (code && err)
		*err = db->why;
	if (!code) {
		code = control(db, &commit, err);
		db->unsettled |= code < 0;
	}
	if (code)
		db_rollback(db);
	else
		witness_write(db->witness, ++db->commits);
	db->transaction = false;
	return code;
}

/* SQLite may have rolled back by itself already (full disk, input/output error). */
void db_rollback(struct db *db)
{
	assert(db->transaction);
	db->transaction = false;
	if (!sqlite3_get_autocommit(db->handle))
		control(db, &rollback, NULL);
}

int db_settle(struct db *db, struct err *err)
{
	struct stmt st;
	int code;

	if (!db->unsettled)
		return 0;
	code = db_begin(db, err);
	if (code)
		return code;
	st = stmt_open(db, &settle);
	stmt_run(&st);
	code = db_commit(db, err);
	db->unsettled = code != 0;
	return code;
}
