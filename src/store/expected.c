/* What expectations are held against: see expected.h. */
#include "store/expected.h"

#include "store/sql.h"

static const struct sql add = {
	"saving the key of a row",
	"INSERT OR IGNORE INTO row_keys (run, key) VALUES (?, ?)",
};
static const struct sql drop = {
	"forgetting the keys of rows",
	"DELETE FROM row_keys WHERE run IN (SELECT id FROM runs WHERE job = ? AND id <> ?"
	" AND state = 'ended')",
};

static const struct sql last_complete = {
	"looking for the last complete run of a job",
	"SELECT id, rows FROM runs WHERE job = ? AND state = 'ended' AND result = 'complete'"
	" AND rows > 0 AND id < ? ORDER BY id DESC LIMIT 1",
};

uint64_t expected_add_keys(struct db *db, uint64_t run, const uint64_t *keys, size_t n)
{
	uint64_t doubled = 0;

	for (size_t i = 0; i < n; i++) {
		struct stmt st = stmt_open(db, &add);

		stmt_int(&st, (int64_t)run);
		stmt_int(&st, (int64_t)keys[i]);
		doubled += stmt_run(&st) == 0;
	}
	return doubled;
}

void expected_drop_keys(struct db *db, const char *job, uint64_t but)
{
	struct stmt st = stmt_open(db, &drop);

	stmt_text(&st, job);
	stmt_int(&st, (int64_t)but);
	stmt_run(&st);
}

uint64_t expected_rows(struct db *db, const char *job, uint64_t before, uint64_t *rows)
{
	struct stmt st = stmt_open(db, &last_complete);
	uint64_t id = 0;

	stmt_text(&st, job);
	stmt_int(&st, before ? (int64_t)before : INT64_MAX);
	if (stmt_next(&st, NULL) > 0) {
		id = (uint64_t)stmt_take_int(&st);
		*rows = (uint64_t)stmt_take_int(&st);
	}
	stmt_close(&st);
	return id;
}
