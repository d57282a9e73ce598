/* Runs: the history with the live ones in it, one of them, its failures, cancel and retry. */
#include "fetchd/handlers_runs.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/lookup.h"
#include "fetchd/reply.h"
#include "store/ledger.h"
#include "store/runs.h"

static void found(struct json *reply, int code, const struct err *err, void *arg)
{
	struct call *call = arg;

	if (reply)
		call_reply(call, 200, reply);
	else
		reply_error(call, code, err);
}

void handle_runs(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct lookup_page page = { .job = call_query(call, "job") };

	if (reply_limit(call, &page.limit) &&
	    call_query_number(call, "before", (struct call_bounds) { 0, 1, INT64_MAX },
			      &page.before))
		lookup_runs(daemon->dispatcher, page, found, call);
}

void handle_run(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	uint64_t id = reply_run_of(call);

	if (id)
		lookup_run(daemon->dispatcher, id, found, call);
}

/* Only a live run can be cancelled; of the others the history says why not. */
static void not_live(struct json *run, int code, const struct err *err, void *arg)
{
	struct call *call = arg;
	const char *result = json_str(json_get(run, "result"));
	long long id = (long long)json_int(json_get(run, "id"), 0);

	if (result)
		call_problem(call, 409, NULL, "run %lld has ended already (%s)", id, result);
	else if (run)
		call_problem(call, 409, NULL,
			     "nothing works on run %lld: it could not be taken up when fetchd "
			     "started; retry goes on with it",
			     id);
	else
		reply_error(call, code, err);
	json_unref(run);
}

void handle_run_cancel(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	uint64_t id = reply_run_of(call);
	struct run *run = id ? dispatcher_find(daemon->dispatcher, id) : NULL;

	if (!id)
		return;
	if (!run) {
		lookup_run(daemon->dispatcher, id, not_live, call);
		return;
	}
	run_cancel(run);
	call_reply(call, 202, run_json(run));
}

static void reopened(struct run *run, int code, const struct err *err, void *arg)
{
	struct call *call = arg;

	if (run)
		call_reply(call, 200, run_json(run));
	else
		reply_error(call, code, err);
}

void handle_run_retry(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	uint64_t id = reply_run_of(call);

	if (id)
		dispatcher_retry(daemon->dispatcher, id, reopened, call);
}

struct failures {
	struct call *call;
	uint64_t run, after;
	unsigned limit;
	struct json *reply;
	int code;
	struct err err;
};

static void read_failures(struct db *db, void *arg)
{
	struct failures *failures = arg;
	struct run_record record = { 0 };

	if (!db) {
		failures->code = query_refuse(&failures->err);
		return;
	}
	failures->code = runs_get(db, failures->run, &record, &failures->err);
	if (failures->code < 0)
		return;
	run_record_done(&record);
	failures->reply = ledger_failures_json(db, failures->run, failures->limit, failures->after,
					       &failures->err);
	if (!failures->reply)
		failures->code = -EIO;
}

static void failures_read(void *arg)
{
	struct failures *failures = arg;

	found(failures->reply, failures->code, &failures->err, failures->call);
	free(failures);
}

void handle_run_requests(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	const char *state = call_query(call, "state");
	uint64_t id = reply_run_of(call), after;
	struct failures *failures;
	unsigned limit;

	if (!id || !reply_limit(call, &limit) ||
	    !call_query_number(call, "after", (struct call_bounds) { UINT64_MAX, 0, UINT64_MAX },
			       &after))
		return;
	if (state && strcmp(state, "failed") != 0) {
		call_problem(call, 400, NULL, "state: only failed requests are listed one by one");
		return;
	}
	failures = xcalloc(1, sizeof(*failures));
	*failures = (struct failures) { .call = call, .run = id, .after = after, .limit = limit };
	query_ask(dispatcher_query(daemon->dispatcher), read_failures, failures_read, failures);
}
