/* The closed files, and the files of a run: the second half of outputs.h. */
#include <stdlib.h>

#include "store/outputs.h"
#include "store/sql.h"

static const struct sql insert = {
	"saving a closed file",
	"INSERT INTO files"
	" (name, path, job, rows, bytes, sequence, opened_ms, closed_ms, columns, note)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
static const struct sql insert_run = {
	"saving the runs of a closed file",
	"INSERT INTO file_runs (run, file, rows) VALUES (?, ?, ?)",
};
/* Newest first within the limit, then turned round: a run of very many files shows its last ones.
 */
static const struct sql closed_of_run = {
	"reading the files of a run",
	"SELECT name, rows, bytes FROM (SELECT file, files.name, file_runs.rows, files.bytes"
	" FROM file_runs JOIN files ON files.id = file WHERE run = ? ORDER BY file DESC LIMIT ?)"
	" ORDER BY file",
};
static const struct sql live_of_run = {
	"reading the files of a run",
	"SELECT path || extension, output_runs.rows, offset"
	" FROM output_runs JOIN outputs USING (path) WHERE run = ? ORDER BY path LIMIT ?",
};
static const struct sql of_output = {
	"reading the closed files of an output",
	"SELECT name, rows, bytes, closed_ms FROM files WHERE path = ? ORDER BY id DESC LIMIT ?",
};
static const struct sql rows_of_output = {
	"counting the rows of an output",
	"SELECT coalesce(sum(rows), 0) FROM files WHERE path = ?",
};

void files_insert(struct db *db, const struct file_record *record)
{
	struct stmt st = stmt_open(db, &insert);
	int64_t id;

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
	if (stmt_run(&st) <= 0)
		return;
	id = sqlite3_last_insert_rowid(db->handle);
	for (struct json_member m = json_first(record->runs); m.key; m = json_next(m)) {
		st = stmt_open(db, &insert_run);
		stmt_int(&st, (int64_t)strtoull(m.key, NULL, 10));
		stmt_int(&st, id);
		stmt_int(&st, json_int(m.value, 0));
		stmt_run(&st);
	}
}

/* Adds {"name", "rows", "bytes"} of each row to `files` and closes the statement. */
static int gather(struct stmt *st, struct json *files, bool live, struct err *err)
{
	int code;

	while ((code = stmt_next(st, err)) > 0) {
		struct json *file = json_push(files, json_new_object());

		json_put_str(file, "name", stmt_take_text(st));
		json_put_int(file, "rows", stmt_take_int(st));
		json_put_int(file, "bytes", stmt_take_int(st));
		json_put_bool(file, "live", live);
	}
	stmt_close(st);
	return code;
}

struct json *files_of_run(struct db *db, uint64_t run, struct err *err)
{
	struct json *files = json_new_array();
	struct stmt st = stmt_open(db, &closed_of_run);
	int code;

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, FILES_OF_RUN_MAX);
	code = gather(&st, files, false, err);
	if (!code) {
		st = stmt_open(db, &live_of_run);
		stmt_int(&st, (int64_t)run);
		stmt_int(&st, FILES_OF_RUN_MAX);
		code = gather(&st, files, true, err);
	}
	if (!code)
		return files;
	json_unref(files);
	return NULL;
}

struct json *files_of_output(struct db *db, const char *path, unsigned limit, struct err *err)
{
	struct json *files = json_new_array();
	struct stmt st = stmt_open(db, &of_output);
	int code;

	stmt_text(&st, path);
	stmt_int(&st, limit);
	while ((code = stmt_next(&st, err)) > 0) {
		struct json *file = json_push(files, json_new_object());

		json_put_str(file, "name", stmt_take_text(&st));
		json_put_int(file, "rows", stmt_take_int(&st));
		json_put_int(file, "bytes", stmt_take_int(&st));
		json_put_time(file, "closed", stmt_take_int(&st));
	}
	stmt_close(&st);
	if (code == 0)
		return files;
	json_unref(files);
	return NULL;
}

uint64_t files_rows(struct db *db, const char *path)
{
	struct stmt st = stmt_open(db, &rows_of_output);
	uint64_t rows = 0;

	stmt_text(&st, path);
	if (stmt_next(&st, NULL) > 0)
		rows = (uint64_t)stmt_take_int(&st);
	stmt_close(&st);
	return rows;
}
