/* Jobs switched by hand: see switches.h. */
#include "store/switches.h"

#include "store/sql.h"

static const struct sql put = {
	"saving the switch of a job",
	"INSERT OR REPLACE INTO switches (job, enabled) VALUES (?, ?)",
};
static const struct sql drop = {
	"removing the switch of a job",
	"DELETE FROM switches WHERE job = ?",
};
static const struct sql all = {
	"reading the switches of the jobs",
	"SELECT job, enabled FROM switches ORDER BY job",
};

void switches_put(struct db *db, const char *job, bool enabled)
{
	struct stmt st = stmt_open(db, &put);

	stmt_text(&st, job);
	stmt_int(&st, enabled);
	stmt_run(&st);
}

void switches_drop(struct db *db, const char *job)
{
	struct stmt st = stmt_open(db, &drop);

	stmt_text(&st, job);
	stmt_run(&st);
}

struct json *switches_all(struct db *db, struct err *err)
{
	struct json *doc = json_new_object();
	struct stmt st = stmt_open(db, &all);
	int code;

	while ((code = stmt_next(&st, err)) > 0) {
		const char *job = stmt_take_text(&st);

		json_put_bool(doc, job, stmt_take_int(&st) != 0);
	}
	stmt_close(&st);
	if (code == 0)
		return doc;
	json_unref(doc);
	return NULL;
}
