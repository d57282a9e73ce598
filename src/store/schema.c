/* The tables: see schema.h.
 *
 * A step, once released, is never edited: a change of the schema is a new step at the end. All
 * numbers are SQLite's signed 64 bits; where the program has unsigned ones (dev, ino) their bits
 * are stored. Times are UNIX milliseconds, documents are compact JSON text.
 */
#include "store/schema.h"

#include "store/sql.h"

static const char *const steps[] = {
	/* meta.clean: 0 while a writing connection is open, 1 after a proper close. */
	"CREATE TABLE meta (name TEXT NOT NULL PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;"
	"INSERT INTO meta (name, value) VALUES ('clean', 0);"

	/* Most runs of a job share one definition, so it is stored once. Found by the hash of its
	 * text; the text decides. */
	"CREATE TABLE definitions ("
	" id INTEGER PRIMARY KEY,"
	" hash INTEGER NOT NULL,"
	" text TEXT NOT NULL) STRICT;"
	"CREATE INDEX definitions_hash ON definitions (hash);"

	/* AUTOINCREMENT: the id of a run that was forgotten is never given again, as files name it.
	 */
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

	/* Ranges of finished points, inclusive, never overlapping nor touching one another. */
	"CREATE TABLE progress ("
	" run INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,"
	" PRIMARY KEY (run, first), CHECK (first >= 0 AND last >= first)) STRICT, WITHOUT ROWID;"

	/* With a rowid: `visited` may be 32 KiB, too much for the inner pages of an index. */
	"CREATE TABLE chains ("
	" run INTEGER NOT NULL, point INTEGER NOT NULL, next_page INTEGER NOT NULL, token TEXT,"
	" rows INTEGER NOT NULL, visited BLOB,"
	" UNIQUE (run, point)) STRICT;"

	"CREATE TABLE failures ("
	" run INTEGER NOT NULL, point INTEGER NOT NULL, page INTEGER NOT NULL, token TEXT,"
	" params TEXT, url TEXT, status INTEGER NOT NULL, outcome TEXT, error TEXT,"
	" tries INTEGER NOT NULL, PRIMARY KEY (run, point)) STRICT, WITHOUT ROWID;"

	/* Live files, and the rows each run has in them. */
	"CREATE TABLE outputs ("
	" path TEXT NOT NULL PRIMARY KEY, extension TEXT NOT NULL, job TEXT NOT NULL,"
	" phase INTEGER NOT NULL, dev INTEGER NOT NULL, ino INTEGER NOT NULL,"
	" offset INTEGER NOT NULL, rows INTEGER NOT NULL, sequence INTEGER NOT NULL,"
	" opened_ms INTEGER NOT NULL, closing TEXT, columns TEXT) STRICT, WITHOUT ROWID;"
	"CREATE TABLE output_runs ("
	" path TEXT NOT NULL, run INTEGER NOT NULL, rows INTEGER NOT NULL,"
	" PRIMARY KEY (path, run)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX output_runs_run ON output_runs (run);"

	/* Closed files, and the rows of each run in them. */
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
	" STRICT, WITHOUT ROWID;",

	/* snapshot: the run whose snapshot the output is part of, 0 in append mode. */
	"ALTER TABLE outputs ADD COLUMN period_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outputs ADD COLUMN closes_ms INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outputs ADD COLUMN snapshot INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outputs ADD COLUMN manifest_bytes INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE outputs ADD COLUMN policy TEXT;"
	"CREATE INDEX outputs_due ON outputs (closes_ms) WHERE closes_ms > 0;"
	"CREATE INDEX outputs_job ON outputs (job);",

	/* Made anew for AUTOINCREMENT: orders name a file by its id, and retention removes files,
	 * so the id of one that is gone must never mean another. State 0 is FILE_CLOSED: what was
	 * closed before there were sums gets its own now. 3 is FILE_LISTED. */
	"CREATE TABLE closed_files ("
	" id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" name TEXT NOT NULL UNIQUE, path TEXT NOT NULL, job TEXT NOT NULL,"
	" rows INTEGER NOT NULL, bytes INTEGER NOT NULL, sequence INTEGER NOT NULL,"
	" opened_ms INTEGER NOT NULL, closed_ms INTEGER NOT NULL,"
	" columns TEXT, note TEXT,"
	" state INTEGER NOT NULL DEFAULT 0, source TEXT, raw_bytes INTEGER NOT NULL,"
	" sha256 TEXT, policy TEXT) STRICT;"
	"INSERT INTO closed_files (id, name, path, job, rows, bytes, sequence, opened_ms,"
	" closed_ms, columns, note, raw_bytes)"
	" SELECT id, name, path, job, rows, bytes, sequence, opened_ms, closed_ms, columns, note,"
	" bytes FROM files;"
	"DROP TABLE files;"
	"ALTER TABLE closed_files RENAME TO files;"
	"CREATE INDEX files_path ON files (path);"
	"CREATE INDEX files_on_their_way ON files (state) WHERE state <> 3;"
	"CREATE INDEX file_runs_file ON file_runs (file);",

	"CREATE TABLE snapshots ("
	" path TEXT NOT NULL, run INTEGER NOT NULL, job TEXT NOT NULL, slot_ms INTEGER NOT NULL,"
	" state INTEGER NOT NULL, result TEXT, rows INTEGER NOT NULL, bytes INTEGER NOT NULL,"
	" published_ms INTEGER NOT NULL, PRIMARY KEY (path, run)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX snapshots_run ON snapshots (run);",

	/* What a later run may leave out: marks (store/marks.h) and validators
	 * (store/validators.h). Both are candidates of their run until they stand. `part` and
	 * `request` are the parameters of a point as JSON. Marks have a rowid: `keys` may be long.
	 */
	"CREATE TABLE marks ("
	" job TEXT NOT NULL, part TEXT NOT NULL, run INTEGER NOT NULL, stands INTEGER NOT NULL,"
	" value TEXT NOT NULL, rank BLOB NOT NULL, keys BLOB,"
	" UNIQUE (job, part, run)) STRICT;"
	"CREATE TABLE mark_kinds ("
	" job TEXT NOT NULL PRIMARY KEY, cursor TEXT NOT NULL, type TEXT NOT NULL,"
	" since INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE validators ("
	" job TEXT NOT NULL, request TEXT NOT NULL, page INTEGER NOT NULL, run INTEGER NOT NULL,"
	" stands INTEGER NOT NULL, definition INTEGER NOT NULL, identity INTEGER NOT NULL,"
	" etag TEXT, modified TEXT, token TEXT,"
	" rows INTEGER NOT NULL, output TEXT, sequence INTEGER NOT NULL,"
	" offset INTEGER NOT NULL, length INTEGER NOT NULL, sum INTEGER NOT NULL,"
	" PRIMARY KEY (job, request, page, run)) STRICT, WITHOUT ROWID;"
	/* Some page of the chain has changed since the run before. */
	"ALTER TABLE chains ADD COLUMN changed INTEGER NOT NULL DEFAULT 1;",

	/* What expectations are held against, and the keys of a run's rows as hashes. */
	"ALTER TABLE runs ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE runs ADD COLUMN records INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE runs ADD COLUMN expected INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE runs ADD COLUMN untold INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE runs ADD COLUMN lacking INTEGER NOT NULL DEFAULT 0;"
	"ALTER TABLE runs ADD COLUMN doubled INTEGER NOT NULL DEFAULT 0;"
	"CREATE TABLE row_keys ("
	" run INTEGER NOT NULL, key INTEGER NOT NULL, PRIMARY KEY (run, key))"
	" STRICT, WITHOUT ROWID;",

	"ALTER TABLE chains ADD COLUMN watch BLOB;"
	"ALTER TABLE chains ADD COLUMN drift TEXT;"
	"ALTER TABLE chains ADD COLUMN paging TEXT;",

	/* What an unchanged page means to its chain: struct page_view, and by: auto. */
	("ALTER TABLE validators ADD COLUMN view BLOB;"
	 "ALTER TABLE validators ADD COLUMN paging TEXT;"),

	"ALTER TABLE runs ADD COLUMN after INTEGER NOT NULL DEFAULT 0;",
};

const unsigned schema_version = sizeof(steps) / sizeof(steps[0]);

static int apply(struct db *db, unsigned from_version)
{
	int result = SQLITE_OK;
	char *stamp = sqlite3_mprintf("PRAGMA application_id = %d; PRAGMA user_version = %u;"
				      "UPDATE meta SET value = 0 WHERE name = 'clean';",
				      SCHEMA_APPLICATION_ID, schema_version);

	for (unsigned i = from_version; i < schema_version && result == SQLITE_OK; i++)
		result = sqlite3_exec(db->handle, steps[i], NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = stamp ? sqlite3_exec(db->handle, stamp, NULL, NULL, NULL) : SQLITE_NOMEM;
	sqlite3_free(stamp);
	return result;
}

int schema_upgrade(struct db *db, unsigned from_version, struct err *err)
{
	int result, code;

	result = sqlite3_exec(db->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		result = apply(db, from_version);
	if (result == SQLITE_OK)
		result = sqlite3_exec(db->handle, "COMMIT", NULL, NULL, NULL);
	if (result == SQLITE_OK)
		return 0;
	code = db_trouble(db, result, "preparing the tables", err);
	if (!sqlite3_get_autocommit(db->handle))
		sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return code;
}
