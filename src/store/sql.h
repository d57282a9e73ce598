/* How this folder speaks to SQLite: a connection's inside, statements, and what its errors mean.
 *
 * Private to src/store. Every SQL text is a `struct sql` in the file of its concern; it is prepared
 * at its first use and kept with the connection. Parameters are bound and columns are taken in the
 * order in which they stand in the text, so there are no numbers to get wrong.
 *
 *   struct stmt st = stmt_open(db, &put_switch);     struct stmt st = stmt_open(db, &all_switches);
 *   stmt_text(&st, job);                              while ((code = stmt_next(&st, err)) > 0)
 *   stmt_int(&st, enabled);                                   name = stmt_take_text(&st);
 *   stmt_run(&st);                                    stmt_close(&st);
 */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <sqlite3.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

#define DB_STATEMENTS_MAX 128 /* different statements in the whole folder */

struct sql {
	const char *doing; /* for sentences: "saving the progress of a run" */
	const char *text;
};

struct db {
	sqlite3 *handle;
	char *path;
	bool writing;     /* the writing connection */
	bool transaction; /* between db_begin and its end */
	bool doubtful;    /* saw damage or a failing disk: the next start must check the file */
	bool unsettled;   /* a COMMIT failed: it may be found done after a crash */
	int failure;      /* what the first failed writer of this transaction met; 0: none */
	struct err why;   /* its sentence */
	struct witness *witness; /* of the writing connection */
	uint64_t commits;        /* so far; counted in the database and by the witness */
	struct {
		const struct sql *sql;
		sqlite3_stmt *handle;
	} cache[DB_STATEMENTS_MAX];
	size_t cached;
};

/* Turns an SQLite result into -errno and a sentence that names the file, the deed and the remedy.
 */
int db_trouble(struct db *db, int result, const char *doing, struct err *err);
/* Remembers a writer's failure until db_commit; only the first counts. */
void db_fail(struct db *db, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

struct stmt {
	struct db *db;
	const struct sql *sql;
	sqlite3_stmt *handle; /* NULL: could not be prepared, or an earlier writer failed */
	int result;           /* the first SQLite error met */
	int bound, taken;     /* parameters and columns so far */
};

/* Never fails by itself: what went wrong comes out of stmt_run or stmt_next. A statement can be
 * open only once at a time on a connection. */
struct stmt stmt_open(struct db *db, const struct sql *sql);
void stmt_int(struct stmt *st, int64_t value);
void stmt_real(struct stmt *st, double value);
void stmt_text(struct stmt *st, const char *text); /* borrowed until the statement is closed */
void stmt_blob(struct stmt *st, const void *bytes, size_t len); /* likewise */
void stmt_json(struct stmt *st, const struct json *doc);        /* its text; NULL stores NULL */

/* Writers: runs to its end and closes; a failure is remembered for db_commit. Returns the number of
 * rows it changed, -1 on failure. */
int stmt_run(struct stmt *st);
/* Readers: 1 a row, 0 the end, -errno with a sentence. */
int stmt_next(struct stmt *st, struct err *err);
void stmt_close(struct stmt *st);

char *stmt_take_copy(struct stmt *st); /* text, the caller's to free; NULL for NULL */
/* The stored text as a document; -EUCLEAN when it is not JSON. NULL stays NULL. */
int stmt_take_json(struct stmt *st, struct json **doc, struct err *err);

static inline int64_t stmt_take_int(struct stmt *st)
{
	return sqlite3_column_int64(st->handle, st->taken++);
}

static inline double stmt_take_real(struct stmt *st)
{
	return sqlite3_column_double(st->handle, st->taken++);
}

/* Borrowed until the next stmt_next or stmt_close; NULL for NULL. */
static inline char *stmt_take_text(struct stmt *st)
{
	return (char *)(uintptr_t)sqlite3_column_text(st->handle, st->taken++);
}

/* Likewise. */
static inline void *stmt_take_blob(struct stmt *st, size_t *len)
{
	void *bytes = (void *)(uintptr_t)sqlite3_column_blob(st->handle, st->taken);

	*len = (size_t)sqlite3_column_bytes(st->handle, st->taken++);
	return bytes;
}

#endif
