/* Marks: see marks.h. */
#include "store/marks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/sql.h"

#define STANDS                                                                                     \
	"(stands = 1 OR EXISTS (SELECT 1 FROM runs WHERE runs.id = marks.run AND"                  \
	" runs.state = 'ended' AND runs.result = 'complete'))"
#define ITEMS_MAX 1000

static const struct sql put = {
	"saving a mark",
	"INSERT OR REPLACE INTO marks (job, part, run, stands, value, rank, keys)"
	" VALUES (?, ?, ?, ?, ?, ?, ?)",
};
static const struct sql put_kind = {
	"saving what the marks of a job are",
	"INSERT OR REPLACE INTO mark_kinds (job, cursor, type, since) VALUES (?, ?, ?, ?)",
};
static const struct sql drop_before = {
	"removing old marks",
	"DELETE FROM marks WHERE job = ? AND part = ? AND run < ?",
};
static const struct sql drop_all = {
	"removing the marks of a job",
	"DELETE FROM marks WHERE job = ?",
};
static const struct sql drop_kind = {
	"removing the marks of a job",
	"DELETE FROM mark_kinds WHERE job = ?",
};
static const struct sql standing = {
	"reading a mark",
	"SELECT run, stands, value, rank, keys FROM marks WHERE job = ? AND part = ? AND " STANDS,
};
static const struct sql candidate = {
	"reading a mark",
	"SELECT run, stands, value, rank, keys FROM marks WHERE job = ? AND part = ? AND run = ?",
};
static const struct sql get_kind = {
	"reading what the marks of a job are",
	"SELECT cursor, type, since FROM mark_kinds WHERE job = ?",
};
static const struct sql any = {
	"reading the marks of a job",
	"SELECT 1 FROM marks WHERE job = ? LIMIT 1",
};
/* Of several that stand the highest counts: SQLite gives the bare columns of the row with the
 * maximum. */
#define LIST(from)                                                                                 \
	"SELECT part, value, run, max(rank) FROM marks WHERE job = ? AND part " from               \
	" ? AND " STANDS " GROUP BY part ORDER BY part LIMIT ?"
static const struct sql list_first = { "listing the marks of a job", LIST(">=") };
static const struct sql list_after = { "listing the marks of a job", LIST(">") };

void mark_record_done(struct mark_record *record)
{
	free(record->value);
	free(record->rank);
	free(record->keys);
	*record = (struct mark_record) { 0 };
}

void mark_kind_done(struct mark_kind *kind)
{
	free(kind->cursor);
	free(kind->type);
	*kind = (struct mark_kind) { 0 };
}

void marks_put(struct db *db, const char *job, const char *part, const struct mark_record *record)
{
	struct stmt st = stmt_open(db, &put);

	stmt_text(&st, job);
	stmt_text(&st, part);
	stmt_int(&st, (int64_t)record->run);
	stmt_int(&st, record->stands);
	stmt_text(&st, record->value);
	stmt_blob(&st, record->rank ? record->rank : "", record->rank_len);
	stmt_blob(&st, record->keys, record->keys_len);
	stmt_run(&st);
}

void marks_put_kind(struct db *db, const char *job, const struct mark_kind *kind)
{
	struct stmt st = stmt_open(db, &put_kind);

	stmt_text(&st, job);
	stmt_text(&st, kind->cursor);
	stmt_text(&st, kind->type);
	stmt_int(&st, (int64_t)kind->since);
	stmt_run(&st);
}

void marks_drop_before(struct db *db, const char *job, const char *part, uint64_t run)
{
	struct stmt st = stmt_open(db, &drop_before);

	stmt_text(&st, job);
	stmt_text(&st, part);
	stmt_int(&st, (int64_t)run);
	stmt_run(&st);
}

static void run_for_job(struct db *db, const struct sql *sql, const char *job)
{
	struct stmt st = stmt_open(db, sql);

	stmt_text(&st, job);
	stmt_run(&st);
}

void marks_drop_all(struct db *db, const char *job)
{
	run_for_job(db, &drop_all, job);
	run_for_job(db, &drop_kind, job);
}

static struct mark_record take(struct stmt *st)
{
	struct mark_record record = { 0 };

	record.run = (uint64_t)stmt_take_int(st);
	record.stands = stmt_take_int(st) != 0;
	record.value = stmt_take_text(st);
	record.rank = stmt_take_blob(st, &record.rank_len);
	record.keys = stmt_take_blob(st, &record.keys_len);
	return record;
}

int marks_standing(struct db *db, const char *job, const char *part, marks_fn *fn, void *arg,
		   struct err *err)
{
	struct stmt st = stmt_open(db, &standing);
	struct mark_record record;
	int code;

	stmt_text(&st, job);
	stmt_text(&st, part);
	while ((code = stmt_next(&st, err)) > 0) {
		record = take(&st);
		fn(part, &record, arg);
	}
	stmt_close(&st);
	return code;
}

static void *copy(const void *bytes, size_t len)
{
	void *copied = len ? xmalloc(len) : NULL;

	if (len)
		memcpy(copied, bytes, len);
	return copied;
}

int marks_candidate(struct db *db, const char *job, const char *part, uint64_t run,
		    struct mark_record *record, struct err *err)
{
	struct stmt st = stmt_open(db, &candidate);
	int code;

	stmt_text(&st, job);
	stmt_text(&st, part);
	stmt_int(&st, (int64_t)run);
	code = stmt_next(&st, err);
	if (code > 0) {
		*record = take(&st);
		record->value = xstrdup(record->value ? record->value : "");
		record->rank = copy(record->rank, record->rank_len);
		record->keys = copy(record->keys, record->keys_len);
	}
	stmt_close(&st);
	return code > 0 ? 0 : code < 0 ? code : -ENOENT;
}

int marks_kind(struct db *db, const char *job, struct mark_kind *kind, struct err *err)
{
	struct stmt st = stmt_open(db, &get_kind);
	int code;

	stmt_text(&st, job);
	code = stmt_next(&st, err);
	if (code > 0) {
		kind->cursor = stmt_take_copy(&st);
		kind->type = stmt_take_copy(&st);
		kind->since = (uint64_t)stmt_take_int(&st);
	}
	stmt_close(&st);
	return code > 0 ? 0 : code < 0 ? code : -ENOENT;
}

int marks_any(struct db *db, const char *job, struct err *err)
{
	struct stmt st = stmt_open(db, &any);
	int code;

	stmt_text(&st, job);
	code = stmt_next(&st, err);
	stmt_close(&st);
	return code;
}

/* The parameters as a document; null for the mark of a whole job. */
static struct json *params_of(const char *part)
{
	struct json *params = NULL;

	if (*part && json_parse(part, strlen(part), &params, NULL) < 0)
		params = json_new_string(part);
	return params;
}

struct json *marks_json(struct db *db, const char *job, unsigned limit, const char *after,
			struct err *err)
{
	struct json *page = json_new_object(), *items = json_put(page, "items", json_new_array());
	struct stmt st = stmt_open(db, after ? &list_after : &list_first);
	char *part = NULL;
	int64_t run;
	int code;

	if (limit > ITEMS_MAX)
		limit = ITEMS_MAX;
	stmt_text(&st, job);
	stmt_text(&st, after ? after : "");
	stmt_int(&st, limit);
	while ((code = stmt_next(&st, err)) > 0) {
		struct json *item = json_push(items, json_new_object());

		free(part);
		part = stmt_take_copy(&st);
		json_put(item, "params", params_of(part));
		json_put_str(item, "value", stmt_take_text(&st));
		run = stmt_take_int(&st);
		json_put(item, "run", run ? json_new_int(run) : NULL);
	}
	stmt_close(&st);
	json_put_str(page, "next", json_len(items) == limit ? part : NULL);
	free(part);
	if (code == 0)
		return page;
	json_unref(page);
	return NULL;
}
