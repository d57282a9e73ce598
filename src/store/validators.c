/* Validators: see validators.h. */
#include "store/validators.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/sql.h"

#define STANDS                                                                                     \
	"(stands = 1 OR EXISTS (SELECT 1 FROM runs WHERE runs.id = validators.run AND"             \
	" runs.state = 'ended' AND runs.result = 'complete'))"

static const struct sql put = {
	"saving a validator",
	"INSERT OR REPLACE INTO validators (job, request, page, run, stands, definition, identity,"
	" etag, modified, token, rows, output, sequence, offset, length, sum, view, paging)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
static const struct sql stand = {
	"saving a validator",
	"UPDATE validators SET stands = 1 WHERE job = ? AND request = ? AND run = ?",
};
static const struct sql drop_older = {
	"removing old validators",
	"DELETE FROM validators WHERE job = ? AND request = ? AND run < ?",
};
static const struct sql prune = {
	"removing old validators",
	"DELETE FROM validators WHERE job = ?1 AND request = ?2 AND run <"
	" (SELECT max(newest.run) FROM validators AS newest, runs WHERE newest.job = ?1"
	" AND newest.request = ?2 AND runs.id = newest.run AND runs.state = 'ended'"
	" AND runs.result = 'complete')",
};
static const struct sql drop_before = {
	"removing old validators",
	"DELETE FROM validators WHERE job = ? AND run < ?",
};
static const struct sql drop_run = {
	"removing the validators of a run",
	"DELETE FROM validators WHERE job = ? AND run = ?",
};
static const struct sql drop_all = {
	"removing the validators of a job",
	"DELETE FROM validators WHERE job = ?",
};
static const struct sql get = {
	"reading a validator",
	"SELECT run, stands, definition, identity, etag, modified, token, rows, output, sequence,"
	" offset, length, sum, view, paging FROM validators WHERE job = ? AND request = ? AND page "
	"= ?"
	" AND " STANDS " ORDER BY run DESC LIMIT 1",
};
static const struct sql count = {
	"counting the validators of a job",
	"SELECT count(DISTINCT request || char(10) || page) FROM validators WHERE job = ?"
	" AND (etag IS NOT NULL OR modified IS NOT NULL) AND " STANDS,
};

void validator_record_done(struct validator_record *record)
{
	free(record->etag);
	free(record->modified);
	free(record->token);
	free(record->output);
	free(record->paging);
	free(record->view);
	*record = (struct validator_record) { 0 };
}

void validators_put(struct db *db, const char *job, const char *request, uint32_t page,
		    const struct validator_record *record)
{
	struct stmt st = stmt_open(db, &put);

	stmt_text(&st, job);
	stmt_text(&st, request);
	stmt_int(&st, page);
	stmt_int(&st, (int64_t)record->run);
	stmt_int(&st, record->stands);
	stmt_int(&st, (int64_t)record->definition);
	stmt_int(&st, (int64_t)record->identity);
	stmt_text(&st, record->etag);
	stmt_text(&st, record->modified);
	stmt_text(&st, record->token);
	stmt_int(&st, (int64_t)record->rows);
	stmt_text(&st, record->output);
	stmt_int(&st, (int64_t)record->sequence);
	stmt_int(&st, (int64_t)record->offset);
	stmt_int(&st, (int64_t)record->length);
	stmt_int(&st, (int64_t)record->sum);
	stmt_blob(&st, record->view, record->view_len);
	stmt_text(&st, record->paging);
	stmt_run(&st);
}

static void run_for_request(struct db *db, const struct sql *sql, const char *job,
			    const char *request, uint64_t run)
{
	struct stmt st = stmt_open(db, sql);

	stmt_text(&st, job);
	stmt_text(&st, request);
	stmt_int(&st, (int64_t)run);
	stmt_run(&st);
}

void validators_stand(struct db *db, const char *job, const char *request, uint64_t run)
{
	run_for_request(db, &stand, job, request, run);
	run_for_request(db, &drop_older, job, request, run);
}

void validators_prune(struct db *db, const char *job, const char *request)
{
	struct stmt st = stmt_open(db, &prune);

	stmt_text(&st, job);
	stmt_text(&st, request);
	stmt_run(&st);
}

static void drop_by_run(struct db *db, const struct sql *sql, const char *job, uint64_t run)
{
	struct stmt st = stmt_open(db, sql);

	stmt_text(&st, job);
	stmt_int(&st, (int64_t)run);
	stmt_run(&st);
}

void validators_drop_before(struct db *db, const char *job, uint64_t run)
{
	drop_by_run(db, &drop_before, job, run);
}

void validators_drop_run(struct db *db, const char *job, uint64_t run)
{
	drop_by_run(db, &drop_run, job, run);
}

void validators_drop_all(struct db *db, const char *job)
{
	struct stmt st = stmt_open(db, &drop_all);

	stmt_text(&st, job);
	stmt_run(&st);
}

static void take(struct stmt *st, struct validator_record *record)
{
	const void *view;

	record->run = (uint64_t)stmt_take_int(st);
	record->stands = stmt_take_int(st) != 0;
	record->definition = (uint64_t)stmt_take_int(st);
	record->identity = (uint64_t)stmt_take_int(st);
	record->etag = stmt_take_copy(st);
	record->modified = stmt_take_copy(st);
	record->token = stmt_take_copy(st);
	record->rows = (uint64_t)stmt_take_int(st);
	record->output = stmt_take_copy(st);
	record->sequence = (uint64_t)stmt_take_int(st);
	record->offset = (uint64_t)stmt_take_int(st);
	record->length = (uint64_t)stmt_take_int(st);
	record->sum = (uint64_t)stmt_take_int(st);
	view = stmt_take_blob(st, &record->view_len);
	record->view = record->view_len ? xmalloc(record->view_len) : NULL;
	if (record->view)
		memcpy(record->view, view, record->view_len);
	record->paging = stmt_take_copy(st);
}

int validators_get(struct db *db, const char *job, const char *request, uint32_t page,
		   struct validator_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &get);
	int code;

	stmt_text(&st, job);
	stmt_text(&st, request);
	stmt_int(&st, page);
	code = stmt_next(&st, err);
	if (code > 0)
		take(&st, record);
	stmt_close(&st);
	return code > 0 ? 0 : code < 0 ? code : -ENOENT;
}

int validators_count(struct db *db, const char *job, uint64_t *found, struct err *err)
{
	struct stmt st = stmt_open(db, &count);
	int code;

	stmt_text(&st, job);
	code = stmt_next(&st, err);
	if (code > 0)
		*found = (uint64_t)stmt_take_int(&st);
	stmt_close(&st);
	return code < 0 ? code : 0;
}
