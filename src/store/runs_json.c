/* Runs as the documents of the control protocol: the readers of runs.h that answer JSON.
 *
 * Lists come in pages of a bounded size: a run may have a thousand workers and as many files, so a
 * page of full rows ends early, with a cursor, once it has grown to about a megabyte.
 */
#include "store/runs.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>

#include "store/files.h"
#include "store/run_row.h"
#include "store/sql.h"

#define PAGE_RUNS_MAX  1000
#define PAGE_PARTS_MAX 10000 /* workers and files together, about 100 bytes each */

static const struct sql get = {
	"reading a run",
	"SELECT " RUN_ROW_COLUMNS " FROM runs WHERE id = ?",
};
static const struct sql list_all = {
	"listing the runs",
	"SELECT " RUN_ROW_COLUMNS " FROM runs WHERE id < ? ORDER BY id DESC LIMIT ?",
};
static const struct sql list_job = {
	"listing the runs of a job",
	"SELECT " RUN_ROW_COLUMNS " FROM runs WHERE job = ? AND id < ? ORDER BY id DESC LIMIT ?",
};
/* Hops from job to job in the index: the cost is that of the jobs, not of their whole history. */
static const struct sql last = {
	"reading the last run of each job",
	"WITH RECURSIVE names (name) AS ("
	" SELECT min(job) FROM runs"
	" UNION ALL SELECT (SELECT min(job) FROM runs WHERE job > name) FROM names"
	" WHERE name IS NOT NULL)"
	"SELECT " RUN_ROW_COLUMNS " FROM names JOIN runs"
	" ON runs.id = (SELECT max(id) FROM runs WHERE job = name)",
};
static const struct sql snapshot = { "reading the runs", "SAVEPOINT look" };
static const struct sql snapshot_end = { "reading the runs", "RELEASE look" };

static void control(struct db *db, const struct sql *sql)
{
	struct stmt st = stmt_open(db, sql);

	stmt_next(&st, NULL);
	stmt_close(&st);
}

/* With one decimal, whatever the locale; null when nothing was timed. */
static void put_ms(struct json *doc, const char *key, double ms)
{
	char text[40];
	int64_t tenths;

	if (!isfinite(ms) || ms <= 0 || ms > 1e15) {
		json_put(doc, key, NULL);
		return;
	}
	tenths = (int64_t)(ms * 10 + 0.5);
	snprintf(text, sizeof(text), "%lld.%d", (long long)(tenths / 10), (int)(tenths % 10));
	json_put(doc, key, json_new_number(text));
}

struct json *run_counts_json(const struct run_counts *counts)
{
	struct json *requests = json_new_object();

	json_put_int(requests, "total", (int64_t)counts->total);
	json_put_int(requests, "landed", (int64_t)counts->landed);
	json_put_int(requests, "failed", (int64_t)counts->failed);
	json_put_int(requests, "unchanged", (int64_t)counts->unchanged);
	json_put_int(requests, "empty", (int64_t)counts->empty);
	json_put_int(requests, "retried", (int64_t)counts->retried);
	return requests;
}

struct json *run_record_json(const struct run_record *record)
{
	struct json *doc = json_new_object(), *timing;

	json_put_int(doc, "id", (int64_t)record->id);
	json_put_str(doc, "job", record->job);
	json_put_str(doc, "trigger", record->trigger);
	json_put(doc, "after", record->after ? json_new_int((int64_t)record->after) : NULL);
	json_put_time(doc, "slot", record->slot_ms);
	json_put_str(doc, "engine", record->engine);
	json_put_int(doc, "workers", record->workers);
	json_put_str(doc, "state", record->state);
	json_put_str(doc, "result", record->result);
	json_put_str(doc, "reason", record->reason);
	json_put_time(doc, "started", record->started_ms);
	json_put_time(doc, "ended", record->ended_ms);
	json_put(doc, "overrides",
		 json_len(record->overrides) ? json_ref(record->overrides) : NULL);
	json_put(doc, "requests", run_counts_json(&record->counts));
	json_put_int(doc, "rows", (int64_t)record->counts.rows);
	json_put_int(doc, "rejected", (int64_t)record->counts.rejected);
	json_put_int(doc, "bytes", (int64_t)record->counts.bytes);
	timing = json_put(doc, "timing_ms", json_new_object());
	put_ms(timing, "p50", record->p50_ms);
	put_ms(timing, "p95", record->p95_ms);
	put_ms(timing, "p99", record->p99_ms);
	return doc;
}

/* Makes the document of the row the statement stands on; NULL with a sentence. */
static struct json *row_document(struct stmt *st, bool whole, struct err *err)
{
	struct run_record record;
	struct json *doc = NULL, *files = NULL;

	if (run_row_take(st, &record, err) == 0 &&
	    (!whole || (files = files_of_run(st->db, record.id, err))))
		doc = run_record_json(&record);
	if (doc && whole) {
		json_put(doc, "crew", record.crew ? json_ref(record.crew) : json_new_array());
		json_put(doc, "files", json_ref(files));
	}
	json_unref(files);
	run_record_done(&record);
	return doc;
}

struct json *runs_json(struct db *db, uint64_t id, struct err *err)
{
	struct json *doc = NULL;
	struct stmt st;
	int code;

	control(db, &snapshot);
	st = stmt_open(db, &get);
	stmt_int(&st, (int64_t)id);
	code = stmt_next(&st, err);
	if (code > 0)
		doc = row_document(&st, true, err);
	else if (code == 0)
		err_set(err, -ENOENT, "there is no run %llu", (unsigned long long)id);
	stmt_close(&st);
	control(db, &snapshot_end);
	return doc;
}

static size_t parts(const struct json *doc)
{
	return json_len(json_get(doc, "crew")) + json_len(json_get(doc, "files"));
}

/* Adds rows to `items` until the page is full; `next` is the cursor of the rows that are left, 0
 * when there are none. */
static int fill_page(struct stmt *st, unsigned limit, struct json *items, int64_t *next,
		     struct err *err)
{
	size_t weight = 0;
	int64_t id = 0;
	int code;

	while ((code = stmt_next(st, err)) > 0) {
		struct json *doc;

		if (json_len(items) == limit || weight > PAGE_PARTS_MAX) {
			*next = id;
			return 0;
		}
		doc = row_document(st, true, err);
		if (!doc)
			return -EIO;
		id = json_int(json_get(doc, "id"), 0);
		weight += parts(doc);
		json_push(items, doc);
	}
	return code;
}

struct json *runs_list(struct db *db, const char *job, unsigned limit, uint64_t before,
		       struct err *err)
{
	unsigned most = limit < 1 ? 1 : limit > PAGE_RUNS_MAX ? PAGE_RUNS_MAX : limit;
	struct json *doc = json_new_object();
	struct json *items = json_put(doc, "items", json_new_array());
	int64_t next = 0;
	struct stmt st;
	int code;

	control(db, &snapshot);
	st = stmt_open(db, job ? &list_job : &list_all);
	if (job)
		stmt_text(&st, job);
	stmt_int(&st, before > 0 && before < INT64_MAX ? (int64_t)before : INT64_MAX);
	stmt_int(&st, (int64_t)most + 1);
	code = fill_page(&st, most, items, &next, err);
	stmt_close(&st);
	control(db, &snapshot_end);
	json_put(doc, "next", next ? json_new_int(next) : NULL);
	if (code == 0)
		return doc;
	json_unref(doc);
	return NULL;
}

struct json *runs_last(struct db *db, struct err *err)
{
	struct json *doc = json_new_object(), *run = NULL;
	struct stmt st = stmt_open(db, &last);
	int code;

	while ((code = stmt_next(&st, err)) > 0 && (run = row_document(&st, false, err)))
		json_put(doc, json_str(json_get(run, "job")), run);
	stmt_close(&st);
	if (code == 0)
		return doc;
	json_unref(doc);
	return NULL;
}
