/* Runs for replies, see lookup.h. */
#include "fetchd/lookup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/dispatcher.h"
#include "store/runs.h"

struct lookup {
	struct dispatcher *dispatcher;
	uint64_t id; /* 0: a list */
	char *job;
	unsigned limit;
	uint64_t before;
	bool again;
	lookup_fn *done;
	void *arg;

	struct json *found;
	int code;
	struct err err;
};

/* Why there is no answer. */
static int reason(struct db *db, const struct lookup *lookup)
{
	struct run_record record = { 0 };
	int code = lookup->id ? runs_get(db, lookup->id, &record, NULL) : -EIO;

	if (code == 0)
		run_record_done(&record);
	return code < 0 ? code : -EIO;
}

static void read_history(struct db *db, void *arg)
{
	struct lookup *lookup = arg;

	if (!db) {
		lookup->code = query_refuse(&lookup->err);
		return;
	}
	if (lookup->id)
		lookup->found = runs_json(db, lookup->id, &lookup->err);
	else
		lookup->found =
			runs_list(db, lookup->job, lookup->limit, lookup->before, &lookup->err);
	lookup->code = lookup->found ? 0 : reason(db, lookup);
}

/* Brings a run of the history up to date. False: it says running, yet no such run is live. */
static bool refresh(struct lookup *lookup, struct json *old, struct json **fresh)
{
	uint64_t id = (uint64_t)json_int(json_get(old, "id"), 0);
	const char *state = json_str(json_get(old, "state"));
	struct run *run = dispatcher_find(lookup->dispatcher, id);

	if (!run) {
		*fresh = json_ref(old);
		return !state || strcmp(state, "ended") == 0;
	}
	*fresh = run_json(run);
	if (lookup->id)
		json_put(*fresh, "files", json_ref(json_get(old, "files")));
	return true;
}

/* The same for a whole answer; `again` is true when it was overtaken. */
static struct json *refresh_all(struct lookup *lookup, bool *again)
{
	struct json *items = json_get(lookup->found, "items"), *fresh, *result, *list;

	*again = false;
	if (lookup->id) {
		*again = !refresh(lookup, lookup->found, &result);
		return result;
	}
	list = json_new_array();
	for (size_t i = 0; i < json_len(items); i++) {
		if (!refresh(lookup, json_at(items, i), &fresh))
			*again = true;
		json_push(list, fresh);
	}
	result = json_new_object();
	json_put(result, "items", list);
	json_put(result, "next", json_ref(json_get(lookup->found, "next")));
	return result;
}

static void answered(void *arg)
{
	struct lookup *lookup = arg;
	struct json *result = NULL;
	bool overtaken = false;

	if (lookup->found)
		result = refresh_all(lookup, &overtaken);
	json_unref(lookup->found);
	lookup->found = NULL;
	if (overtaken && !lookup->again) {
		lookup->again = true;
		json_unref(result);
		query_ask(dispatcher_query(lookup->dispatcher), read_history, answered, lookup);
		return;
	}
	lookup->done(result, lookup->code, &lookup->err, lookup->arg);
	free(lookup->job);
	free(lookup);
}

static void ask(const struct lookup *model)
{
	struct lookup *lookup = xcalloc(1, sizeof(*lookup));

	*lookup = *model;
	query_ask(dispatcher_query(lookup->dispatcher), read_history, answered, lookup);
}

void lookup_run(struct dispatcher *dispatcher, uint64_t id, lookup_fn *done, void *arg)
{
	ask(&(struct lookup) { .dispatcher = dispatcher, .id = id, .done = done, .arg = arg });
}

void lookup_runs(struct dispatcher *dispatcher, struct lookup_page page, lookup_fn *done, void *arg)
{
	ask(&(struct lookup) {
		.dispatcher = dispatcher,
		.job = page.job ? xstrdup(page.job) : NULL,
		.limit = page.limit,
		.before = page.before,
		.done = done,
		.arg = arg,
	});
}
