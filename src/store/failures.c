/* Points given up: the part of ledger.h that lists them. They live here and nowhere in memory, so
 * that a run of which every request fails stays small. */
#include <string.h>

#include "store/ledger.h"
#include "store/sql.h"

static const struct sql put = {
	"saving a failed request",
	"INSERT OR REPLACE INTO failures"
	" (run, point, page, token, params, url, status, outcome, error, tries)"
	" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};
static const struct sql drop = {
	"forgetting a failed request",
	"DELETE FROM failures WHERE run = ? AND point = ?",
};
static const struct sql each = {
	"reading the failed requests of a run",
	"SELECT point, page, token, params, url, status, outcome, error, tries FROM failures"
	" WHERE run = ? AND point > ? ORDER BY point LIMIT ?",
};

void ledger_failure_put(struct db *db, uint64_t run, const struct failure_record *failure)
{
	struct stmt st = stmt_open(db, &put);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)failure->index);
	stmt_int(&st, failure->page);
	stmt_text(&st, failure->token);
	stmt_text(&st, failure->params);
	stmt_text(&st, failure->url);
	stmt_int(&st, failure->status);
	stmt_text(&st, failure->outcome);
	stmt_text(&st, failure->error);
	stmt_int(&st, failure->tries);
	stmt_run(&st);
}

void ledger_failure_drop(struct db *db, uint64_t run, uint64_t index)
{
	struct stmt st = stmt_open(db, &drop);

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)index);
	stmt_run(&st);
}

static void take(struct stmt *st, struct failure_record *failure)
{
	failure->index = (uint64_t)stmt_take_int(st);
	failure->page = (uint32_t)stmt_take_int(st);
	failure->token = stmt_take_text(st);
	failure->params = stmt_take_text(st);
	failure->url = stmt_take_text(st);
	failure->status = (int)stmt_take_int(st);
	failure->outcome = stmt_take_text(st);
	failure->error = stmt_take_text(st);
	failure->tries = (uint32_t)stmt_take_int(st);
}

int ledger_each_failure(struct db *db, uint64_t run, struct failure_portion portion,
			void (*fn)(const struct failure_record *failure, void *arg), void *arg,
			struct err *err)
{
	struct stmt st = stmt_open(db, &each);
	struct failure_record failure;
	int code, n = 0;

	stmt_int(&st, (int64_t)run);
	stmt_int(&st, (int64_t)portion.after); /* UINT64_MAX is -1 here: below every point */
	stmt_int(&st, portion.limit);
	while ((code = stmt_next(&st, err)) > 0) {
		take(&st, &failure);
		fn(&failure, arg);
		n++;
	}
	stmt_close(&st);
	return code < 0 ? code : n;
}

/* Gathers a page; one more than `limit` is asked for, to know whether there is a next one. */
struct page {
	struct json *items;
	size_t limit;
	int64_t last; /* point of the last item */
	bool more;
};

static void add_item(const struct failure_record *failure, void *arg)
{
	struct page *page = arg;
	struct json *item, *params = NULL;

	if (json_len(page->items) == page->limit) {
		page->more = true;
		return;
	}
	item = json_push(page->items, json_new_object());
	if (failure->params && json_parse(failure->params, strlen(failure->params), &params, NULL))
		params = json_new_string(failure->params);
	json_put(item, "params", params);
	json_put_int(item, "page", failure->page);
	json_put_str(item, "url", failure->url);
	json_put(item, "status", failure->status ? json_new_int(failure->status) : NULL);
	json_put_str(item, "error", failure->error);
	json_put_int(item, "tries", failure->tries);
	json_put_int(item, "index", (int64_t)failure->index);
	json_put_str(item, "outcome", failure->outcome);
	page->last = (int64_t)failure->index;
}

struct json *ledger_failures_json(struct db *db, uint64_t run, unsigned limit, uint64_t after,
				  struct err *err)
{
	struct json *doc = json_new_object();
	struct failure_portion portion = { .after = after };
	struct page page = { .limit = limit < 1 ? 1 : limit > 1000 ? 1000 : limit };

	page.items = json_put(doc, "items", json_new_array());
	portion.limit = (unsigned)page.limit + 1;
	if (ledger_each_failure(db, run, portion, add_item, &page, err) < 0) {
		json_unref(doc);
		return NULL;
	}
	json_put(doc, "next", page.more ? json_new_int(page.last) : NULL);
	return doc;
}
