/* The live files: the first half of outputs.h.
 *
 * A live file may hold rows of thousands of runs, and its record is written at every commit; so the
 * rows of each run are a table of their own, of which only the lines that changed are touched.
 */
#include "store/outputs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/sql.h"

#define COLUMNS                                                                                    \
	"path, extension, job, phase, dev, ino, offset, rows, sequence, opened_ms, closing, "      \
	"columns"

static const struct sql put = {
	"saving the state of an output file",
	"INSERT OR REPLACE INTO outputs (" COLUMNS ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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

void output_record_done(struct output_record *record)
{
	free(record->path);
	free(record->extension);
	free(record->job);
	free(record->closing);
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
	stmt_run(&st);
}

void outputs_put(struct db *db, const struct output_record *record)
{
	outputs_put_state(db, record);
	put_runs(db, record);
}

static char *take_copy(struct stmt *st)
{
	const char *text = stmt_take_text(st);

	return text ? xstrdup(text) : NULL;
}

static int take_runs(struct db *db, struct output_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get_runs);
	char key[24];
	int code;

	record->recent = json_new_object();
	stmt_text(&st, record->path);
	while ((code = stmt_next(&st, err)) > 0) {
		snprintf(key, sizeof(key), "%llu", (unsigned long long)stmt_take_int(&st));
		json_put_int(record->recent, key, stmt_take_int(&st));
	}
	stmt_close(&st);
	return code;
}

/* The record is the caller's to be done with, also after a failure. */
static int take_record(struct stmt *st, struct output_record *record, struct err *err)
{
	int code;

	*record = (struct output_record) { .path = take_copy(st) };
	record->extension = take_copy(st);
	record->job = take_copy(st);
	record->phase = (uint32_t)stmt_take_int(st);
	record->dev = (uint64_t)stmt_take_int(st);
	record->ino = (uint64_t)stmt_take_int(st);
	record->offset = (uint64_t)stmt_take_int(st);
	record->rows = (uint64_t)stmt_take_int(st);
	record->sequence = (uint64_t)stmt_take_int(st);
	record->opened_ms = stmt_take_int(st);
	record->closing = take_copy(st);
	code = stmt_take_json(st, &record->columns, err);
	return code ? code : take_runs(st->db, record, err);
}

int outputs_get(struct db *db, const char *path, struct output_record *record, struct err *err)
{
	struct output_record found = { 0 };
	struct stmt st = stmt_open(db, &get);
	int code;

	stmt_text(&st, path);
	code = stmt_next(&st, err);
	if (code == 0)
		code = err_set(err, -ENOENT, "there is no output %s", path);
	else if (code > 0)
		code = take_record(&st, &found, err);
	stmt_close(&st);
	if (code)
		output_record_done(&found);
	else
		*record = found;
	return code;
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
