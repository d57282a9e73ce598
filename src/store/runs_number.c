/* The numbers of runs: see runs_number.h.
 *
 * SQLite keeps the highest id ever given in sqlite_sequence, as the tables' ids are AUTOINCREMENT.
 */
#include "store/runs_number.h"

#include "base/xalloc.h"
#include "store/sql.h"

static const struct sql highest = {
	"reading the highest number of a run",
	"SELECT seq FROM sqlite_sequence WHERE name = 'runs'",
};
static const struct sql begin_number = {
	"saving the highest number of a run",
	"INSERT INTO sqlite_sequence (name, seq) SELECT 'runs', 0"
	" WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'runs')",
};
static const struct sql raise_number = {
	"saving the highest number of a run",
	"UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = 'runs'",
};

void runs_number_above(struct db *db, uint64_t id)
{
	struct stmt st = stmt_open(db, &begin_number);

	stmt_run(&st);
	st = stmt_open(db, &raise_number);
	stmt_int(&st, (int64_t)id);
	stmt_run(&st);
}

uint64_t runs_highest(struct db *db)
{
	struct stmt st = stmt_open(db, &highest);
	int64_t id = 0;

	if (stmt_next(&st, NULL) > 0)
		id = stmt_take_int(&st);
	stmt_close(&st);
	return id > 0 ? (uint64_t)id : 0;
}

uint64_t runs_salvage(const char *path)
{
	sqlite3_stmt *st = NULL;
	sqlite3 *raw = NULL;
	int64_t id = 0;

	if (sqlite3_open_v2(path, &raw, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(raw, highest.text, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		id = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	sqlite3_close(raw);
	return id > 0 ? (uint64_t)id : 0;
}
