/* Statements and errors of SQLite: see sql.h. */
#include "store/sql.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* What SQLite's primary results mean to us, and to the person who reads the sentence. */
static const struct cause {
	int result;
	int code;
	bool doubtful;
	const char *remedy;
} causes[] = {
	{ SQLITE_FULL, -ENOSPC, false, "free some space on its disk" },
	{ SQLITE_IOERR, -EIO, true, "look at the disk and the kernel's log" },
	{ SQLITE_CORRUPT, -EUCLEAN, true,
	  "stop fetchd, then restore the file from a backup or run fetchd --recover" },
	{ SQLITE_NOTADB, -EUCLEAN, true,
	  "stop fetchd, then restore the file from a backup or run fetchd --recover" },
	{ SQLITE_BUSY, -EBUSY, false, "close the other program that has it open" },
	{ SQLITE_LOCKED, -EBUSY, false, "close the other program that has it open" },
	{ SQLITE_READONLY, -EROFS, false, "let fetchd's user write the file and its directory" },
	{ SQLITE_PERM, -EACCES, false, "let fetchd's user read and write it" },
	{ SQLITE_AUTH, -EACCES, false, "let fetchd's user read and write it" },
	{ SQLITE_NOMEM, -ENOMEM, false, "give the daemon more memory" },
	{ SQLITE_TOOBIG, -E2BIG, false, "the value is larger than SQLite stores" },
	{ SQLITE_CONSTRAINT, -EINVAL, false, "this should not happen; please report it" },
};

static const struct cause *find_cause(int result)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].result == (result & 0xff))
			return &causes[i];
	return NULL;
}

/* A quota and some full file systems reach us as input/output errors. */
static bool out_of_space(const struct db *db, int result)
{
	int system = sqlite3_system_errno(db->handle);

	return (result & 0xff) == SQLITE_IOERR && (system == ENOSPC || system == EDQUOT);
}

static int cannot_open(struct db *db, const char *doing, struct err *err)
{
	int system = sqlite3_system_errno(db->handle);
	int code = system > 0 ? -system : -EIO;

	return err_sys(err, code, "%s: %s", db->path, doing);
}

int db_trouble(struct db *db, int result, const char *doing, struct err *err)
{
	const struct cause *cause;

	if ((result & 0xff) == SQLITE_CANTOPEN)
		return cannot_open(db, doing, err);
	cause = find_cause(out_of_space(db, result) ? SQLITE_FULL : result);
	if (!cause)
		return err_set(err, -EIO, "%s: %s: %s", db->path, doing,
			       sqlite3_errmsg(db->handle));
	db->doubtful |= cause->doubtful;
	return err_set(err, cause->code, "%s: %s: %s; %s", db->path, doing,
		       sqlite3_errmsg(db->handle), cause->remedy);
}

void db_fail(struct db *db, int code, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (db->failure)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	db->failure = err_set(&db->why, code, "%s: %s", db->path, text);
}

static sqlite3_stmt *prepared(struct db *db, const struct sql *sql, int *result)
{
	for (size_t i = 0; i < db->cached; i++)
		if (db->cache[i].sql == sql)
			return db->cache[i].handle;
	assert(db->cached < DB_STATEMENTS_MAX);
	*result = sqlite3_prepare_v3(db->handle, sql->text, -1, SQLITE_PREPARE_PERSISTENT,
				     &db->cache[db->cached].handle, NULL);
	if (*result != SQLITE_OK)
		return NULL;
	db->cache[db->cached].sql = sql;
	return db->cache[db->cached++].handle;
}

struct stmt stmt_open(struct db *db, const struct sql *sql)
{
	struct stmt st = { .db = db, .sql = sql };

	st.handle = prepared(db, sql, &st.result);
	assert(!st.handle || !sqlite3_stmt_busy(st.handle));
	return st;
}

static void note(struct stmt *st, int result)
{
	if (st->result == SQLITE_OK)
		st->result = result;
}

void stmt_int(struct stmt *st, int64_t value)
{
	if (st->handle)
		note(st, sqlite3_bind_int64(st->handle, ++st->bound, value));
}

void stmt_real(struct stmt *st, double value)
{
	if (st->handle)
		note(st, sqlite3_bind_double(st->handle, ++st->bound, value));
}

void stmt_text(struct stmt *st, const char *text)
{
	if (st->handle)
		note(st, sqlite3_bind_text(st->handle, ++st->bound, text, -1, SQLITE_STATIC));
}

void stmt_blob(struct stmt *st, const void *bytes, size_t len)
{
	if (st->handle)
		note(st, sqlite3_bind_blob64(st->handle, ++st->bound, bytes, len, SQLITE_STATIC));
}

void stmt_json(struct stmt *st, const struct json *doc)
{
	char *text = st->handle && doc ? json_text(doc, false) : NULL;

	if (!st->handle)
		return;
	if (!text)
		note(st, sqlite3_bind_null(st->handle, ++st->bound));
	else
		note(st, sqlite3_bind_text(st->handle, ++st->bound, text, -1, free));
}

int stmt_run(struct stmt *st)
{
	struct db *db = st->db;
	int changed = -1;

	assert(db->transaction);
	if (!db->failure) {
		if (st->result == SQLITE_OK)
			st->result = sqlite3_step(st->handle);
		if (st->result == SQLITE_DONE || st->result == SQLITE_ROW)
			changed = sqlite3_changes(db->handle);
		else
			db->failure = db_trouble(db, st->result, st->sql->doing, &db->why);
	}
	stmt_close(st);
	return changed;
}

int stmt_next(struct stmt *st, struct err *err)
{
	st->taken = 0;
	if (st->result == SQLITE_OK || st->result == SQLITE_ROW)
		st->result = sqlite3_step(st->handle);
	if (st->result == SQLITE_ROW)
		return 1;
	if (st->result == SQLITE_DONE)
		return 0;
	return db_trouble(st->db, st->result, st->sql->doing, err);
}

/* Bindings are let go too: they point into the caller's memory. */
void stmt_close(struct stmt *st)
{
	if (!st->handle)
		return;
	sqlite3_reset(st->handle);
	sqlite3_clear_bindings(st->handle);
	st->handle = NULL;
}

char *stmt_take_copy(struct stmt *st)
{
	const char *text = stmt_take_text(st);

	return text ? xstrdup(text) : NULL;
}

int stmt_take_json(struct stmt *st, struct json **doc, struct err *err)
{
	const char *text = stmt_take_text(st);
	int code;

	*doc = NULL;
	if (!text)
		return 0;
	code = json_parse(text, strlen(text), doc, err);
	if (!code)
		return 0;
	st->db->doubtful = true;
	err_within(err, "%s: %s", st->db->path, st->sql->doing);
	return -EUCLEAN;
}
