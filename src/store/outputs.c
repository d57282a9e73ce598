/* The live files: see outputs.h.
 *
 * A live file may hold rows of thousands of runs, and its record is written at every commit; so the
 * rows of each run are a table of their own, of which only the lines that changed are touched.
 */
#include "store/outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "spec/job.h"
#include "store/run_rows.h"
#include "store/sql.h"

#define COLUMNS                                                                                    \
	"path, extension, job, phase, dev, ino, offset, rows, sequence, opened_ms, closing, "      \
	"columns, period_ms, closes_ms, snapshot, manifest_bytes, policy"

static const struct sql put = {
	"saving the state of an output file",
	"INSERT INTO outputs (" COLUMNS ")"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	" ON CONFLICT (path) DO UPDATE SET extension = excluded.extension, job = excluded.job,"
	" phase = excluded.phase, dev = excluded.dev, ino = excluded.ino,"
	" offset = excluded.offset, rows = excluded.rows, sequence = excluded.sequence,"
	" opened_ms = excluded.opened_ms, closing = excluded.closing,"
	" columns = excluded.columns, period_ms = excluded.period_ms,"
	" closes_ms = excluded.closes_ms, snapshot = excluded.snapshot,"
	" policy = excluded.policy",
};
static const struct sql put_manifest = {
	"saving the length of a manifest",
	"UPDATE outputs SET manifest_bytes = ? WHERE path = ?",
};
static const struct sql put_run = {
	"saving the runs of an output file",
	"INSERT INTO output_runs (path, run, rows) VALUES (?, ?, ?)"
	" ON CONFLICT (path, run) DO UPDATE SET rows = excluded.rows WHERE rows <> excluded.rows",
};
static const struct sql get_runs = {
	"reading the runs of an output file",
	"SELECT run, rows FROM output_runs WHERE path = ? ORDER BY run",
};
static const struct sql count_runs = {
	"reading the runs of an output file",
	"SELECT count(*) FROM output_runs WHERE path = ?",
};
static const struct sql drop_runs = {
	"saving the runs of an output file",
	"DELETE FROM output_runs WHERE path = ?",
};
static const struct sql get = {
	"reading the state of an output file",
	"SELECT " COLUMNS " FROM outputs WHERE path = ?",
};
static const struct sql each = {
	"reading the state of the output files",
	"SELECT " COLUMNS " FROM outputs ORDER BY path",
};

/* Of closed files the last one is enough: those before it hold no younger runs. */
static const struct sql newest = {
	"looking for the newest output of a job",
	"SELECT " COLUMNS " FROM outputs WHERE job = ?"
	" AND substr(path, -length(?)) <> ?" /* rejects are no rows */
	" ORDER BY max("
	" coalesce((SELECT max(run) FROM output_runs WHERE output_runs.path = outputs.path), 0),"
	" coalesce((SELECT max(run) FROM file_runs WHERE file ="
	"  (SELECT max(id) FROM files WHERE files.path = outputs.path)), 0)) DESC,"
	" opened_ms DESC, path LIMIT 1",
};
static const struct sql due = {
	"looking for files that the clock closes",
	"SELECT path FROM outputs WHERE closes_ms > 0 AND closes_ms <= ? ORDER BY closes_ms, path",
};
static const struct sql next_due = {
	"looking for files that the clock closes",
	"SELECT min(closes_ms) FROM outputs WHERE closes_ms > 0",
};
static const struct sql drop_output = {
	"forgetting an output",
	"DELETE FROM outputs WHERE path = ?",
};
static const struct sql drop_file_runs = {
	"forgetting an output",
	"DELETE FROM file_runs WHERE file IN (SELECT id FROM files WHERE path = ?)",
};
static const struct sql drop_files = {
	"forgetting an output",
	"DELETE FROM files WHERE path = ?",
};

void output_record_done(struct output_record *record)
{
	free(record->path);
	free(record->extension);
	free(record->job);
	free(record->closing);
	json_unref(record->policy);
	json_unref(record->columns);
	json_unref(record->recent);
	*record = (struct output_record) { 0 };
}

static size_t runs_stored(struct db *db, const char *path)
{
	struct stmt st = stmt_open(db, &count_runs);
	size_t n = 0;

	stmt_text(&st, path);
	if (stmt_next(&st, NULL) > 0)
		n = (size_t)stmt_take_int(&st);
	stmt_close(&st);
	return n;
}

static void drop_all_runs(struct db *db, const char *path)
{
	struct stmt st = stmt_open(db, &drop_runs);

	stmt_text(&st, path);
	stmt_run(&st);
}

void outputs_put_rows(struct db *db, const char *path, uint64_t run, uint64_t rows)
{
	struct stmt st = stmt_open(db, &put_run);

	stmt_text(&st, path);
	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)rows);
	stmt_run(&st);
}

static void put_all_runs(struct db *db, const struct output_record *record)
{
	for (struct json_member m = json_first(record->recent); m.key; m = json_next(m))
		outputs_put_rows(db, record->path, strtoull(m.key, NULL, 10),
				 (uint64_t)json_int(m.value, 0));
}

/* Runs are only added, but for a new live file, which begins without any. */
static void put_runs(struct db *db, const struct output_record *record)
{
	put_all_runs(db, record);
	if (runs_stored(db, record->path) == json_len(record->recent))
		return;
	drop_all_runs(db, record->path);
	put_all_runs(db, record);
}

void outputs_put_state(struct db *db, const struct output_record *record)
{
	struct stmt st = stmt_open(db, &put);

	stmt_text(&st, record->path);
	stmt_text(&st, record->extension);
	stmt_text(&st, record->job);
	stmt_int(&st, record->phase);
	stmt_int(&st, (int64_t)record->dev);
	stmt_int(&st, (int64_t)record->ino);
	stmt_int(&st, (int64_t)record->offset);
	stmt_int(&st, (int64_t)record->rows);
	stmt_int(&st, (int64_t)record->sequence);
	stmt_int(&st, record->opened_ms);
	stmt_text(&st, record->closing);
	stmt_json(&st, record->columns);
	stmt_int(&st, record->period_ms);
	stmt_int(&st, record->closes_ms);
	stmt_int(&st, (int64_t)record->snapshot);
	stmt_int(&st, (int64_t)record->manifest_bytes);
	stmt_json(&st, record->policy);
	stmt_run(&st);
}

void outputs_put_manifest(struct db *db, const char *path, uint64_t bytes)
{
	struct stmt st = stmt_open(db, &put_manifest);

	stmt_int(&st, (int64_t)bytes);
	stmt_text(&st, path);
	stmt_run(&st);
}

void outputs_put(struct db *db, const struct output_record *record)
{
	outputs_put_state(db, record);
	put_runs(db, record);
}

static int take_runs(struct db *db, struct output_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get_runs);
	int code;

	stmt_text(&st, record->path);
	code = run_rows_take(&st, &record->recent, err);
	stmt_close(&st);
	return code;
}

/* The record is the caller's to be done with, also after a failure. */
static int take_record(struct stmt *st, struct output_record *record, struct err *err)
{
	int code;

	*record = (struct output_record) { .path = stmt_take_copy(st) };
	record->extension = stmt_take_copy(st);
	record->job = stmt_take_copy(st);
	record->phase = (uint32_t)stmt_take_int(st);
	record->dev = (uint64_t)stmt_take_int(st);
	record->ino = (uint64_t)stmt_take_int(st);
	record->offset = (uint64_t)stmt_take_int(st);
	record->rows = (uint64_t)stmt_take_int(st);
	record->sequence = (uint64_t)stmt_take_int(st);
	record->opened_ms = stmt_take_int(st);
	record->closing = stmt_take_copy(st);
	code = stmt_take_json(st, &record->columns, err);
	record->period_ms = stmt_take_int(st);
	record->closes_ms = stmt_take_int(st);
	record->snapshot = (uint64_t)stmt_take_int(st);
	record->manifest_bytes = (uint64_t)stmt_take_int(st);
	if (!code)
		code = stmt_take_json(st, &record->policy, err);
	return code ? code : take_runs(st->db, record, err);
}

/* The one record a statement answers, which is closed. */
static int take_one(struct stmt *st, struct output_record *record, struct err *err)
{
	struct output_record found = { 0 };
	int code = stmt_next(st, err);

	if (code == 0)
		code = -ENOENT;
	else if (code > 0)
		code = take_record(st, &found, err);
	stmt_close(st);
	if (code)
		output_record_done(&found);
	else
		*record = found;
	return code;
}

int outputs_get(struct db *db, const char *path, struct output_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get);
	int code;

	stmt_text(&st, path);
	code = take_one(&st, record, err);
	return code == -ENOENT ? err_set(err, code, "there is no output %s", path) : code;
}

int outputs_newest(struct db *db, const char *job, struct output_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &newest);
	int code;

	stmt_text(&st, job);
	stmt_text(&st, JOB_REJECTS_SUFFIX);
	stmt_text(&st, JOB_REJECTS_SUFFIX);
	code = take_one(&st, record, err);
	return code == -ENOENT ? err_set(err, code, "job %s has no output yet", job) : code;
}

int outputs_each(struct db *db, void (*fn)(const struct output_record *record, void *arg),
		 void *arg, struct err *err)
{
	struct stmt st = stmt_open(db, &each);
	struct output_record record;
	int code;

	while ((code = stmt_next(&st, err)) > 0) {
		code = take_record(&st, &record, err);
		if (!code)
			fn(&record, arg);
		output_record_done(&record);
		if (code)
			break;
	}
	stmt_close(&st);
	return code;
}

int outputs_due(struct db *db, int64_t now_ms, void (*fn)(const char *path, void *arg), void *arg,
		struct err *err)
{
	struct json *paths = json_new_array();
	struct stmt st = stmt_open(db, &due);
	int code;

	stmt_int(&st, now_ms);
	while ((code = stmt_next(&st, err)) > 0)
		json_push(paths, json_new_string(stmt_take_text(&st)));
	stmt_close(&st);
	for (size_t i = 0; code == 0 && i < json_len(paths); i++)
		fn(json_str(json_at(paths, i)), arg);
	json_unref(paths);
	return code;
}

int64_t outputs_next_due(struct db *db)
{
	struct stmt st = stmt_open(db, &next_due);
	int64_t when = 0;

	if (stmt_next(&st, NULL) > 0)
		when = stmt_take_int(&st);
	stmt_close(&st);
	return when > 0 ? when : INT64_MAX;
}

void outputs_drop(struct db *db, const char *path)
{
	static const struct sql *const parts[] = { &drop_file_runs, &drop_files, &drop_runs,
						   &drop_output };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		struct stmt st = stmt_open(db, parts[i]);

		stmt_text(&st, path);
		stmt_run(&st);
	}
}
