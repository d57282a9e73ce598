/* The records of closed files: the first half of files.h.
 *
 * Visiting them gathers the ids first, so that what is done with a file on the way (its state moves
 * on, it is forgotten) never changes what is still to be visited.
 */
#include "store/files.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/run_rows.h"
#include "store/sql.h"

static const struct sql insert = {
	"saving a closed file",
	"INSERT INTO files (name, path, job, rows, bytes, sequence, opened_ms, closed_ms, columns,"
	" note, state, source, raw_bytes, sha256, policy)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
static const struct sql insert_run = {
	"saving the runs of a closed file",
	"INSERT INTO file_runs (run, file, rows) VALUES (?, ?, ?)",
};
static const struct sql update = {
	"saving the state of a closed file",
	"UPDATE files SET state = ?, name = ?, source = ?, bytes = ?, sha256 = ?, note = ?"
	" WHERE id = ?",
};
static const struct sql forget_runs = {
	"forgetting a closed file",
	"DELETE FROM file_runs WHERE file = ?",
};
static const struct sql forget = {
	"forgetting a closed file",
	"DELETE FROM files WHERE id = ?",
};
static const struct sql get = {
	"reading a closed file",
	"SELECT id, name, path, job, rows, bytes, sequence, opened_ms, closed_ms, note, state,"
	" source, raw_bytes, sha256, columns, policy FROM files WHERE id = ?",
};
static const struct sql next = {
	"reading the next closed file",
	"SELECT id, name, path, job, rows, bytes, sequence, opened_ms, closed_ms, note, state,"
	" source, raw_bytes, sha256, columns, policy FROM files"
	" WHERE state = ? AND state <> 3 AND id > ? ORDER BY id LIMIT 1",
};
static const struct sql get_runs = {
	"reading the runs of a closed file",
	"SELECT run, rows FROM file_runs WHERE file = ? ORDER BY run",
};
static const struct sql ids_of_output = {
	"reading the closed files of an output",
	"SELECT id FROM files WHERE (1 << state) & ? AND path = ? ORDER BY id",
};
static const struct sql all_ids = {
	"reading the closed files",
	"SELECT id FROM files WHERE (1 << state) & ? ORDER BY id",
};
/* 3 is FILE_LISTED, where all but a few files are: these few have an index. */
static const struct sql ids_on_their_way = {
	"reading the closed files",
	"SELECT id FROM files WHERE (1 << state) & ? AND state <> 3 ORDER BY id",
};
/* 2 is FILE_SWEEPING. What has no sum is damaged, and not in the manifest. */
static const struct sql younger_listed = {
	"looking whether a younger file is listed",
	"SELECT 1 FROM files WHERE path = ? AND id > ? AND state IN (2, 3)"
	" AND sha256 IS NOT NULL LIMIT 1",
};
static const struct sql in_use = {
	"looking whether a closed file is in use",
	"SELECT 1 FROM file_runs JOIN runs ON runs.id = file_runs.run"
	" WHERE file = ? AND runs.state <> 'ended' LIMIT 1",
};
_Static_assert(FILE_SWEEPING == 2, "as in younger_listed");
_Static_assert(FILE_LISTED == 3, "as in ids_on_their_way and in the schema");

void file_record_done(struct file_record *record)
{
	free(record->name);
	free(record->source);
	free(record->sha256);
	free(record->path);
	free(record->job);
	free(record->note);
	json_unref(record->policy);
	json_unref(record->columns);
	json_unref(record->runs);
	*record = (struct file_record) { 0 };
}

static void put_runs(struct db *db, uint64_t id, const struct json *runs)
{
	for (struct json_member m = json_first(runs); m.key; m = json_next(m)) {
		struct stmt st = stmt_open(db, &insert_run);

		stmt_int(&st, (int64_t)strtoull(m.key, NULL, 10));
		stmt_int(&st, (int64_t)id);
		stmt_int(&st, json_int(m.value, 0));
		stmt_run(&st);
	}
}

uint64_t files_insert(struct db *db, const struct file_record *record)
{
	struct stmt st = stmt_open(db, &insert);
	uint64_t id;

	stmt_text(&st, record->name);
	stmt_text(&st, record->path);
	stmt_text(&st, record->job);
	stmt_int(&st, (int64_t)record->rows);
	stmt_int(&st, (int64_t)record->bytes);
	stmt_int(&st, (int64_t)record->sequence);
	stmt_int(&st, record->opened_ms);
	stmt_int(&st, record->closed_ms);
	stmt_json(&st, record->columns);
	stmt_text(&st, record->note);
	stmt_int(&st, record->state);
	stmt_text(&st, record->source);
	stmt_int(&st, (int64_t)(record->raw_bytes ? record->raw_bytes : record->bytes));
	stmt_text(&st, record->sha256);
	stmt_json(&st, record->policy);
	if (stmt_run(&st) <= 0)
		return 0;
	id = (uint64_t)sqlite3_last_insert_rowid(db->handle);
	put_runs(db, id, record->runs);
	return id;
}

void files_update(struct db *db, const struct file_record *record)
{
	struct stmt st = stmt_open(db, &update);

	stmt_int(&st, record->state);
	stmt_text(&st, record->name);
	stmt_text(&st, record->source);
	stmt_int(&st, (int64_t)record->bytes);
	stmt_text(&st, record->sha256);
	stmt_text(&st, record->note);
	stmt_int(&st, (int64_t)record->id);
	if (stmt_run(&st) == 0)
		db_fail(db, -ENOENT, "%s: there is no file %llu", update.doing,
			(unsigned long long)record->id);
}

void files_forget(struct db *db, uint64_t id)
{
	static const struct sql *const parts[] = { &forget_runs, &forget };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct stmt st = stmt_open(db, parts[i]);

		stmt_int(&st, (int64_t)id);
		stmt_run(&st);
	}
}

static int take_runs(struct db *db, struct file_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get_runs);
	int code;

	stmt_int(&st, (int64_t)record->id);
	code = run_rows_take(&st, &record->runs, err);
	stmt_close(&st);
	return code;
}

/* The record is the caller's to be done with, also after a failure. */
static int take_record(struct stmt *st, struct file_record *record, struct err *err)
{
	int code;

	*record = (struct file_record) { .id = (uint64_t)stmt_take_int(st) };
	record->name = stmt_take_copy(st);
	record->path = stmt_take_copy(st);
	record->job = stmt_take_copy(st);
	record->rows = (uint64_t)stmt_take_int(st);
	record->bytes = (uint64_t)stmt_take_int(st);
	record->sequence = (uint64_t)stmt_take_int(st);
	record->opened_ms = stmt_take_int(st);
	record->closed_ms = stmt_take_int(st);
	record->note = stmt_take_copy(st);
	record->state = (enum file_state)stmt_take_int(st);
	record->source = stmt_take_copy(st);
	record->raw_bytes = (uint64_t)stmt_take_int(st);
	record->sha256 = stmt_take_copy(st);
	code = stmt_take_json(st, &record->columns, err);
	if (!code)
		code = stmt_take_json(st, &record->policy, err);
	return code ? code : take_runs(st->db, record, err);
}

/* The one row of a question that was opened. */
static int take_one(struct stmt *st, struct file_record *record, struct err *err)
{
	struct file_record found = { 0 };
	int code = stmt_next(st, err);

	if (code == 0)
		code = -ENOENT;
	else if (code > 0)
		code = take_record(st, &found, err);
	stmt_close(st);
	if (code)
		file_record_done(&found);
	else
		*record = found;
	return code;
}

int files_get(struct db *db, uint64_t id, struct file_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get);
	int code;

	stmt_int(&st, (int64_t)id);
	code = take_one(&st, record, err);
	if (code == -ENOENT)
		err_set(err, code, "there is no file %llu", (unsigned long long)id);
	return code;
}

int files_next(struct db *db, enum file_state state, uint64_t id, struct file_record *record,
	       struct err *err)
{
	struct stmt st = stmt_open(db, &next);
	int code;

	stmt_int(&st, state);
	stmt_int(&st, (int64_t)id);
	code = take_one(&st, record, err);
	if (code == -ENOENT)
		err_set(err, code, "no closed file is on its way");
	return code;
}

struct ids {
	uint64_t *ids;
	size_t len, room;
};

static int take_ids(struct db *db, const char *path, unsigned states, struct ids *ids,
		    struct err *err)
{
	const struct sql *few = states & (1u << FILE_LISTED) ? &all_ids : &ids_on_their_way;
	struct stmt st = stmt_open(db, path ? &ids_of_output : few);
	int code;

	stmt_int(&st, states);
	if (path)
		stmt_text(&st, path);
	while ((code = stmt_next(&st, err)) > 0) {
		if (ids->len == ids->room) {
			ids->room = ids->room ? ids->room * 2 : 64;
			ids->ids = xreallocarray(ids->ids, ids->room, sizeof(*ids->ids));
		}
		ids->ids[ids->len++] = (uint64_t)stmt_take_int(&st);
	}
	stmt_close(&st);
	return code;
}

int files_each(struct db *db, const char *path, unsigned states,
	       void (*fn)(const struct file_record *record, void *arg), void *arg, struct err *err)
{
	struct ids ids = { 0 };
	struct file_record record;
	int code = take_ids(db, path, states, &ids, err);

	for (size_t i = 0; code == 0 && i < ids.len; i++) {
		code = files_get(db, ids.ids[i], &record, err);
		if (code == 0) {
			fn(&record, arg);
			file_record_done(&record);
		} else if (code == -ENOENT) {
			code = 0; /* forgotten by `fn` on its way */
		}
	}
	free(ids.ids);
	return code;
}

bool files_younger_listed(struct db *db, const char *path, uint64_t id)
{
	struct stmt st = stmt_open(db, &younger_listed);
	int code;

	stmt_text(&st, path);
	stmt_int(&st, (int64_t)id);
	code = stmt_next(&st, NULL);
	stmt_close(&st);
	return code != 0;
}

bool files_in_use(struct db *db, uint64_t id)
{
	struct stmt st = stmt_open(db, &in_use);
	int code;

	stmt_int(&st, (int64_t)id);
	code = stmt_next(&st, NULL);
	stmt_close(&st);
	return code != 0;
}
