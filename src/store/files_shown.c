/* What people are shown of the files: the second half of files.h.
 *
 * State 4 is FILE_DROPPING: such a file may be gone already.
 */
#include "store/files.h"

#include "store/sql.h"

_Static_assert(FILE_DROPPING == 4, "as in the statements below");

/* Newest first within the limit, then turned round: a run of very many files shows its last ones.
 */
static const struct sql closed_of_run = {
	"reading the files of a run",
	"SELECT name, rows, bytes FROM (SELECT file, files.name, file_runs.rows, files.bytes"
	" FROM file_runs JOIN files ON files.id = file WHERE run = ? AND files.state <> 4"
	" ORDER BY file DESC LIMIT ?)"
	" ORDER BY file",
};
/* The key of a snapshot's part is "<path>//<run>" (snapshots.h); it is written in the staging
 * directory. */
static const struct sql live_of_run = {
	"reading the files of a run",
	"SELECT CASE snapshot WHEN 0 THEN path ELSE"
	" substr(path, 1, instr(path, '//')) || '.' || snapshot || '.staging/rows' END || "
	"extension,"
	" output_runs.rows, offset"
	" FROM output_runs JOIN outputs USING (path) WHERE run = ? ORDER BY path LIMIT ?",
};
static const struct sql of_output = {
	"reading the closed files of an output",
	"SELECT id, name, rows, bytes, closed_ms FROM files WHERE path = ? AND state <> 4"
	" ORDER BY id DESC LIMIT ?",
};
static const struct sql rows_of_output = {
	"counting the rows of an output",
	"SELECT coalesce(sum(rows), 0) FROM files WHERE path = ? AND state <> 4",
};

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

		json_put_int(file, "id", stmt_take_int(&st));
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
