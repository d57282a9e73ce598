/* Open chains of pages: the part of ledger.h that remembers where each goes on. */

#include "store/ledger.h"
#include "store/sql.h"

#include <string.h>

static const struct sql put = {
	"saving the next page of a chain",
	"INSERT INTO chains (run, point, next_page, token, rows, visited, changed, watch, drift,"
	" paging) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
	" ON CONFLICT (run, point) DO UPDATE SET next_page = excluded.next_page,"
	" token = excluded.token, rows = excluded.rows, visited = excluded.visited,"
	" changed = excluded.changed, watch = excluded.watch, drift = excluded.drift,"
	" paging = excluded.paging",
};
static const struct sql drop = {
	"closing a chain of pages",
	"DELETE FROM chains WHERE run = ? AND point = ?",
};
static const struct sql each = {
	"reading the open chains of a run",
	"SELECT point, next_page, token, rows, visited, changed, watch, drift, paging FROM chains"
	" WHERE run = ? ORDER BY point",
};

void ledger_chain_put(struct db *db, uint64_t run, const struct chain_record *chain)
{
	struct stmt st = stmt_open(db, &put);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)chain->index);
	stmt_int(&st, chain->next_page);
	stmt_text(&st, chain->token);
	stmt_int(&st, (int64_t)chain->rows);
	stmt_blob(&st, chain->visited, chain->visited_len);
	stmt_int(&st, chain->changed);
	stmt_blob(&st, &chain->watch, sizeof(chain->watch));
	stmt_text(&st, chain->drift);
	stmt_text(&st, chain->paging);
	stmt_run(&st);
}

void ledger_chain_drop(struct db *db, uint64_t run, uint64_t index)
{
	struct stmt st = stmt_open(db, &drop);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)index);
	stmt_run(&st);
}

/* Of a chain that an older version left there is none: it goes on unwatched from here. */
static void take_watch(struct stmt *st, struct chain_watch *watch)
{
	size_t len = 0;
	const void *bytes = stmt_take_blob(st, &len);

	*watch = (struct chain_watch) { .total_low = UINT64_MAX };
	if (len == sizeof(*watch))
		memcpy(watch, bytes, len);
}

int ledger_each_chain(struct db *db, uint64_t run,
		      void (*fn)(const struct chain_record *chain, void *arg), void *arg,
		      struct err *err)
{
	struct stmt st = stmt_open(db, &each);
	struct chain_record chain;
	int code;

	stmt_int(&st, (int64_t)run);
	while ((code = stmt_next(&st, err)) > 0) {
		chain.index = (uint64_t)stmt_take_int(&st);
		chain.next_page = (uint32_t)stmt_take_int(&st);
		chain.token = stmt_take_text(&st);
		chain.rows = (uint64_t)stmt_take_int(&st);
		chain.visited = stmt_take_blob(&st, &chain.visited_len);
		chain.changed = stmt_take_int(&st) != 0;
		take_watch(&st, &chain.watch);
		chain.drift = stmt_take_text(&st);
		chain.paging = stmt_take_text(&st);
		fn(&chain, arg);
	}
	stmt_close(&st);
	return code;
}
