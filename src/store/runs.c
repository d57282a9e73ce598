/* Rows of runs: see runs.h. */
#include "store/runs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"
#include "store/run_row.h"
#include "store/sql.h"

static const struct sql find_definition = {
	"saving the definition of a run",
	"SELECT id FROM definitions WHERE hash = ? AND text = ?",
};
static const struct sql insert_definition = {
	"saving the definition of a run",
	"INSERT INTO definitions (hash, text) VALUES (?, ?)",
};
static const struct sql get_definition = {
	"reading the definition of a run",
	"SELECT text FROM definitions WHERE id = (SELECT definition FROM runs WHERE id = ?)",
};
static const struct sql insert = {
	"saving the start of a run",
	"INSERT INTO runs (job, trigger, engine, state, result, reason,"
	" slot_ms, started_ms, ended_ms, workers, after, crew, overrides, definition,"
	" total, landed, failed, unchanged, empty, retried, rows, bytes,"
	" rejected, records, expected, untold, lacking, doubled)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, nullif(?, 0), ?, ?, ?, ?, ?, ?, ?, ?,"
	" ?, ?, ?, ?, ?, ?)",
};
static const struct sql update_counts = {
	"saving the counts of a run",
	"UPDATE runs SET total = ?, landed = ?, failed = ?, unchanged = ?, empty = ?, retried = ?,"
	" rows = ?, bytes = ?, rejected = ?, records = ?, expected = ?, untold = ?, lacking = ?,"
	" doubled = ? WHERE id = ?",
};
static const struct sql end = {
	"saving the end of a run",
	"UPDATE runs SET total = ?, landed = ?, failed = ?, unchanged = ?, empty = ?, retried = ?,"
	" rows = ?, bytes = ?, rejected = ?, records = ?, expected = ?, untold = ?, lacking = ?,"
	" doubled = ?, state = ?, result = ?, reason = ?, ended_ms = ?, p50_ms = ?,"
	" p95_ms = ?, p99_ms = ?, crew = ? WHERE id = ?",
};
static const struct sql prepare = {
	"saving what a run begins with",
	"UPDATE runs SET started_ms = ?, total = ?, definition = nullif(?, 0) WHERE id = ?",
};
static const struct sql reopen = {
	"reopening a run",
	"UPDATE runs SET state = 'running', result = NULL, reason = NULL, ended_ms = 0"
	" WHERE id = ?",
};
static const struct sql get = {
	"reading a run",
	"SELECT " RUN_ROW_COLUMNS " FROM runs WHERE id = ?",
};
static const struct sql unfinished = {
	"looking for unfinished runs",
	"SELECT id FROM runs WHERE state <> 'ended' ORDER BY id",
};
static const struct sql need = {
	"looking for runs that need something",
	"SELECT EXISTS (SELECT 1 FROM definitions AS d, runs AS r"
	" WHERE instr(d.text, ?) > 0 AND r.definition = d.id"
	" AND (r.state <> 'ended' OR r.result NOT IN ('complete', 'unchanged')))",
};
static const struct sql last_id = {
	"looking for the last run of a job",
	"SELECT id FROM runs WHERE job = ? AND state = 'ended'"
	" AND result IN ('complete', 'unchanged', 'partial') ORDER BY id DESC LIMIT 1",
};

void run_record_done(struct run_record *record)
{
	free(record->job);
	free(record->trigger);
	free(record->engine);
	free(record->state);
	free(record->result);
	free(record->reason);
	json_unref(record->crew);
	json_unref(record->definition);
	json_unref(record->overrides);
	*record = (struct run_record) { 0 };
}

static void bind_counts(struct stmt *st, const struct run_counts *counts)
{
	stmt_int(st, (int64_t)counts->total);
	stmt_int(st, (int64_t)counts->landed);
	stmt_int(st, (int64_t)counts->failed);
	stmt_int(st, (int64_t)counts->unchanged);
	stmt_int(st, (int64_t)counts->empty);
	stmt_int(st, (int64_t)counts->retried);
	stmt_int(st, (int64_t)counts->rows);
	stmt_int(st, (int64_t)counts->bytes);
	stmt_int(st, (int64_t)counts->rejected);
	stmt_int(st, (int64_t)counts->records);
	stmt_int(st, (int64_t)counts->expected);
	stmt_int(st, (int64_t)counts->untold);
	stmt_int(st, (int64_t)counts->lacking);
	stmt_int(st, (int64_t)counts->doubled);
}

/* The id of the stored text; 0 when it is not there. A failure shows at the insertion. */
static int64_t stored_definition(struct db *db, int64_t hash, const char *text)
{
	struct stmt st = stmt_open(db, &find_definition);
	int64_t id = 0;

	stmt_int(&st, hash);
	stmt_text(&st, text);
	if (stmt_next(&st, NULL) > 0)
		id = stmt_take_int(&st);
	stmt_close(&st);
	return id;
}

/* Returns the id of the definition's text, stored once; 0 for none. */
static int64_t keep_definition(struct db *db, const struct json *definition)
{
	char *text = definition ? json_text(definition, false) : NULL;
	int64_t hash, id;
	struct stmt st;

	if (!text)
		return 0;
	hash = (int64_t)hash_bytes(text, strlen(text));
	id = stored_definition(db, hash, text);
	if (id == 0) {
		st = stmt_open(db, &insert_definition);
		stmt_int(&st, hash);
		stmt_text(&st, text);
		if (stmt_run(&st) > 0)
			id = sqlite3_last_insert_rowid(db->handle);
	}
	free(text);
	return id;
}

uint64_t runs_insert(struct db *db, const struct run_record *record)
{
	int64_t definition = keep_definition(db, record->definition);
	struct stmt st = stmt_open(db, &insert);

	stmt_text(&st, record->job);
	stmt_text(&st, record->trigger);
	stmt_text(&st, record->engine);
	stmt_text(&st, record->state ? record->state : "running");
	stmt_text(&st, record->result);
	stmt_text(&st, record->reason);
	stmt_int(&st, record->slot_ms);
	stmt_int(&st, record->started_ms);
	stmt_int(&st, record->ended_ms);
	stmt_int(&st, record->workers);
	stmt_int(&st, (int64_t)record->after);
	stmt_json(&st, record->crew);
	stmt_json(&st, record->overrides);
	stmt_int(&st, definition);
	bind_counts(&st, &record->counts);
	if (stmt_run(&st) <= 0)
		return 0;
	return (uint64_t)sqlite3_last_insert_rowid(db->handle);
}

/* An UPDATE that finds nothing would lose a commit's counts in silence. */
static void run_update(struct stmt *st, uint64_t id)
{
	struct db *db = st->db;
	const char *doing = st->sql->doing;

	stmt_int(st, (int64_t)id);
	if (stmt_run(st) == 0)
		db_fail(db, -ENOENT, "%s: there is no run %llu", doing, (unsigned long long)id);
}

void runs_update_counts(struct db *db, uint64_t id, const struct run_counts *counts)
{
	struct stmt st = stmt_open(db, &update_counts);

	bind_counts(&st, counts);
	run_update(&st, id);
}

void runs_end(struct db *db, const struct run_record *record)
{
	struct stmt st = stmt_open(db, &end);

	bind_counts(&st, &record->counts);
	stmt_text(&st, record->state ? record->state : "ended");
	stmt_text(&st, record->result);
	stmt_text(&st, record->reason);
	stmt_int(&st, record->ended_ms);
	stmt_real(&st, record->p50_ms);
	stmt_real(&st, record->p95_ms);
	stmt_real(&st, record->p99_ms);
	stmt_json(&st, record->crew);
	run_update(&st, record->id);
}

void runs_prepare(struct db *db, const struct run_record *record)
{
	int64_t definition = keep_definition(db, record->definition);
	struct stmt st = stmt_open(db, &prepare);

	stmt_int(&st, record->started_ms);
	stmt_int(&st, (int64_t)record->counts.total);
	stmt_int(&st, definition);
	run_update(&st, record->id);
}

void runs_reopen(struct db *db, uint64_t id)
{
	struct stmt st = stmt_open(db, &reopen);

	run_update(&st, id);
}

static void take_counts(struct stmt *st, struct run_counts *counts)
{
	counts->total = (uint64_t)stmt_take_int(st);
	counts->landed = (uint64_t)stmt_take_int(st);
	counts->failed = (uint64_t)stmt_take_int(st);
	counts->unchanged = (uint64_t)stmt_take_int(st);
	counts->empty = (uint64_t)stmt_take_int(st);
	counts->retried = (uint64_t)stmt_take_int(st);
	counts->rows = (uint64_t)stmt_take_int(st);
	counts->bytes = (uint64_t)stmt_take_int(st);
	counts->rejected = (uint64_t)stmt_take_int(st);
	counts->records = (uint64_t)stmt_take_int(st);
	counts->expected = (uint64_t)stmt_take_int(st);
	counts->untold = (uint64_t)stmt_take_int(st);
	counts->lacking = (uint64_t)stmt_take_int(st);
	counts->doubled = (uint64_t)stmt_take_int(st);
}

int run_row_take(struct stmt *st, struct run_record *record, struct err *err)
{
	int code;

	*record = (struct run_record) { .id = (uint64_t)stmt_take_int(st) };
	record->job = stmt_take_copy(st);
	record->trigger = stmt_take_copy(st);
	record->engine = stmt_take_copy(st);
	record->state = stmt_take_copy(st);
	record->result = stmt_take_copy(st);
	record->reason = stmt_take_copy(st);
	record->slot_ms = stmt_take_int(st);
	record->started_ms = stmt_take_int(st);
	record->ended_ms = stmt_take_int(st);
	record->workers = (uint32_t)stmt_take_int(st);
	record->after = (uint64_t)stmt_take_int(st);
	take_counts(st, &record->counts);
	record->p50_ms = stmt_take_real(st);
	record->p95_ms = stmt_take_real(st);
	record->p99_ms = stmt_take_real(st);
	code = stmt_take_json(st, &record->crew, err);
	return code ? code : stmt_take_json(st, &record->overrides, err);
}

static int take_definition(struct db *db, struct run_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get_definition);
	int code;

	stmt_int(&st, (int64_t)record->id);
	code = stmt_next(&st, err);
	if (code > 0)
		code = stmt_take_json(&st, &record->definition, err);
	stmt_close(&st);
	return code;
}

int runs_get(struct db *db, uint64_t id, struct run_record *record, struct err *err)
{
	struct run_record found = { 0 };
	struct stmt st = stmt_open(db, &get);
	int code;

	stmt_int(&st, (int64_t)id);
	code = stmt_next(&st, err);
	if (code == 0)
		code = err_set(err, -ENOENT, "there is no run %llu", (unsigned long long)id);
	else if (code > 0)
		code = run_row_take(&st, &found, err);
	stmt_close(&st);
	if (!code)
		code = take_definition(db, &found, err);
	if (code)
		run_record_done(&found);
	else
		*record = found;
	return code;
}

int runs_unfinished(struct db *db, uint64_t **ids, size_t *n, struct err *err)
{
	struct stmt st = stmt_open(db, &unfinished);
	uint64_t *found = NULL;
	size_t len = 0, room = 0;
	int code;

	while ((code = stmt_next(&st, err)) > 0) {
		if (len == room) {
			room = room ? room * 2 : 16;
			found = xreallocarray(found, room, sizeof(*found));
		}
		found[len++] = (uint64_t)stmt_take_int(&st);
	}
	stmt_close(&st);
	if (code) {
		free(found);
		return code;
	}
	*ids = found;
	*n = len;
	return 0;
}

uint64_t runs_last_id(struct db *db, const char *job)
{
	struct stmt st = stmt_open(db, &last_id);
	uint64_t id = 0;

	stmt_text(&st, job);
	if (stmt_next(&st, NULL) > 0)
		id = (uint64_t)stmt_take_int(&st);
	stmt_close(&st);
	return id;
}

bool runs_need(struct db *db, const char *text)
{
	struct stmt st = stmt_open(db, &need);
	bool needed = true;

	stmt_text(&st, text);
	if (stmt_next(&st, NULL) > 0)
		needed = stmt_take_int(&st) != 0;
	stmt_close(&st);
	return needed;
}
