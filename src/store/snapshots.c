/* Rows of snapshots: see snapshots.h. */
#include "store/snapshots.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/outputs.h"
#include "store/sql.h"

#define COLUMNS "path, run, job, slot_ms, state, result, rows, bytes, published_ms"
#define NEWEST  " ORDER BY slot_ms DESC, run DESC"

static const struct sql put = {
	"saving the state of a snapshot",
	"INSERT OR REPLACE INTO snapshots (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
static const struct sql drop = {
	"forgetting a snapshot",
	"DELETE FROM snapshots WHERE path = ? AND run = ?",
};
static const struct sql get = {
	"reading a snapshot",
	"SELECT " COLUMNS " FROM snapshots WHERE path = ? AND run = ?",
};
static const struct sql of_run = {
	"reading the snapshots of a run",
	"SELECT " COLUMNS " FROM snapshots WHERE run = ? ORDER BY path",
};
static const struct sql all = {
	"reading the snapshots",
	"SELECT " COLUMNS " FROM snapshots ORDER BY path, run",
};
/* 2 is SNAPSHOT_PUBLISHED, 4 is SNAPSHOT_KEPT. */
static const struct sql latest = {
	"looking for the latest snapshot",
	"SELECT " COLUMNS " FROM snapshots WHERE path = ? AND state = 2" NEWEST " LIMIT 1",
};
static const struct sql of_path = {
	"reading the snapshots of a path",
	"SELECT " COLUMNS " FROM snapshots WHERE path = ? AND state IN (2, 4) AND NOT EXISTS"
	" (SELECT 1 FROM runs WHERE runs.id = run AND runs.state <> 'ended')" NEWEST,
};
_Static_assert(SNAPSHOT_PUBLISHED == 2 && SNAPSHOT_KEPT == 4, "as in the statements above");

void snapshot_record_done(struct snapshot_record *record)
{
	free(record->path);
	free(record->job);
	free(record->result);
	*record = (struct snapshot_record) { 0 };
}

struct snapshot_record snapshot_record_copy(const struct snapshot_record *record)
{
	struct snapshot_record copy = *record;

	copy.path = xstrdup(record->path);
	copy.job = xstrdup(record->job);
	copy.result = record->result ? xstrdup(record->result) : NULL;
	return copy;
}

char *snapshot_key(const char *path, uint64_t run)
{
	return xasprintf("%s//%llu", path, (unsigned long long)run);
}

void snapshots_put(struct db *db, const struct snapshot_record *record)
{
	struct stmt st = stmt_open(db, &put);

	stmt_text(&st, record->path);
	stmt_int(&st, (int64_t)record->run);
	stmt_text(&st, record->job);
	stmt_int(&st, record->slot_ms);
	stmt_int(&st, record->state);
	stmt_text(&st, record->result);
	stmt_int(&st, (int64_t)record->rows);
	stmt_int(&st, (int64_t)record->bytes);
	stmt_int(&st, record->published_ms);
	stmt_run(&st);
}

void snapshots_drop(struct db *db, const char *path, uint64_t run)
{
	struct stmt st = stmt_open(db, &drop);
	char *key = snapshot_key(path, run);

	stmt_text(&st, path);
	stmt_int(&st, (int64_t)run);
	stmt_run(&st);
	outputs_drop(db, key);
	free(key);
}

static void take_record(struct stmt *st, struct snapshot_record *record)
{
	*record = (struct snapshot_record) { .path = stmt_take_copy(st) };
	record->run = (uint64_t)stmt_take_int(st);
	record->job = stmt_take_copy(st);
	record->slot_ms = stmt_take_int(st);
	record->state = (enum snapshot_state)stmt_take_int(st);
	record->result = stmt_take_copy(st);
	record->rows = (uint64_t)stmt_take_int(st);
	record->bytes = (uint64_t)stmt_take_int(st);
	record->published_ms = stmt_take_int(st);
}

int snapshots_get(struct db *db, const char *path, uint64_t run, struct snapshot_record *record,
		  struct err *err)
{
	struct stmt st = stmt_open(db, &get);
	int code;

	stmt_text(&st, path);
	stmt_int(&st, (int64_t)run);
	code = stmt_next(&st, err);
	if (code > 0)
		take_record(&st, record);
	stmt_close(&st);
	if (code == 0)
		return err_set(err, -ENOENT, "there is no snapshot of run %llu at %s",
			       (unsigned long long)run, path);
	return code > 0 ? 0 : code;
}

int snapshots_latest(struct db *db, const char *path, struct snapshot_record *record,
		     struct err *err)
{
	struct stmt st = stmt_open(db, &latest);
	int code;

	stmt_text(&st, path);
	code = stmt_next(&st, err);
	if (code > 0)
		take_record(&st, record);
	stmt_close(&st);
	if (code == 0)
		return err_set(err, -ENOENT, "no snapshot of %s is published", path);
	return code > 0 ? 0 : code;
}

/* Reads the statement to its end before `fn` is called, so that it may write and ask. */
static int visit(struct stmt *st, void (*fn)(const struct snapshot_record *record, void *arg),
		 void *arg, struct err *err)
{
	struct snapshot_record *records = NULL;
	size_t len = 0, room = 0;
	int code;

	while ((code = stmt_next(st, err)) > 0) {
		if (len == room) {
			room = room ? room * 2 : 16;
			records = xreallocarray(records, room, sizeof(*records));
		}
		take_record(st, &records[len++]);
	}
	stmt_close(st);
	for (size_t i = 0; i < len; i++) {
		if (code == 0)
			fn(&records[i], arg);
		snapshot_record_done(&records[i]);
	}
	free(records);
	return code;
}

int snapshots_each(struct db *db, uint64_t run,
		   void (*fn)(const struct snapshot_record *record, void *arg), void *arg,
		   struct err *err)
{
	struct stmt st = stmt_open(db, run ? &of_run : &all);

	if (run)
		stmt_int(&st, (int64_t)run);
	return visit(&st, fn, arg, err);
}

int snapshots_of_path(struct db *db, const char *path,
		      void (*fn)(const struct snapshot_record *record, void *arg), void *arg,
		      struct err *err)
{
	struct stmt st = stmt_open(db, &of_path);

	stmt_text(&st, path);
	return visit(&st, fn, arg, err);
}
