/* Marks and validators of a job: shown, set, reset. See handlers_state.h. */
#include "fetchd/handlers_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/reply.h"
#include "run/marks_order.h"

struct looking {
	struct call *call;
	struct job *job;
	unsigned limit;
	char *after;
	struct json *reply;
	struct err err;
};

static void look(struct db *db, void *arg)
{
	struct looking *looking = arg;

	if (db)
		looking->reply = marks_shown(db, looking->job, looking->limit, looking->after,
					     &looking->err);
	else
		query_refuse(&looking->err);
}

static void looked(void *arg)
{
	struct looking *looking = arg;

	if (looking->reply)
		call_reply(looking->call, 200, looking->reply);
	else
		reply_error(looking->call, -EIO, &looking->err);
	job_unref(looking->job);
	free(looking->after);
	free(looking);
}

static void show(struct call *call, struct daemon *daemon, const struct job *job, unsigned limit)
{
	const char *after = call_query(call, "after");
	struct looking *looking = xcalloc(1, sizeof(*looking));

	looking->call = call;
	looking->job = job_ref(job);
	looking->limit = limit;
	looking->after = after ? xstrdup(after) : NULL;
	query_ask(dispatcher_query(daemon->dispatcher), look, looked, looking);
}

void handle_job_state(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);
	unsigned limit;

	if (job && reply_limit(call, &limit))
		show(call, daemon, job, limit);
}

struct changing {
	struct call *call;
	struct daemon *daemon;
	struct job *job;
	bool reset;
};

static void changed(int code, const struct err *err, void *arg)
{
	struct changing *changing = arg;

	if (code < 0)
		reply_error(changing->call, code, err);
	else if (changing->reset)
		call_reply_empty(changing->call, 204);
	else
		show(changing->call, changing->daemon, changing->job, REPLY_LIMIT_DEFAULT);
	job_unref(changing->job);
	free(changing);
}

static void change(struct call *call, struct daemon *daemon, const struct state_order *order)
{
	struct changing *changing = xcalloc(1, sizeof(*changing));

	*changing = (struct changing) { call, daemon, job_ref(order->job), !order->mark };
	dispatcher_set_state(daemon->dispatcher, order, changed, changing);
}

/* False: a 422 was sent, which says where in the body. */
static bool check_member(struct call *call, const char *pointer, const struct json *value)
{
	struct json *extra;

	if (json_str(value))
		return true;
	extra = json_new_object();
	json_put_str(extra, "pointer", pointer);
	call_problem(call, 422, extra, "%s: expected a string, \"7\" for example", pointer + 1);
	return false;
}

/* False: answered. */
static bool check_body(struct call *call, const struct json *body)
{
	const struct json *params = json_get(body, "params");

	for (struct json_member m = json_first(body); m.key; m = json_next(m)) {
		if (strcmp(m.key, "mark") == 0 || (strcmp(m.key, "params") == 0 &&
						   (!m.value || json_type(m.value) == JSON_OBJECT)))
			continue;
		call_problem(call, 422, NULL,
			     "%s: expected {\"mark\": VALUE, \"params\": {NAME: VALUE}}", m.key);
		return false;
	}
	for (struct json_member m = json_first(params); m.key; m = json_next(m)) {
		char *pointer = xasprintf("/params/%s", m.key);
		bool right = check_member(call, pointer, m.value);

		free(pointer);
		if (!right)
			return false;
	}
	return check_member(call, "/mark", json_get(body, "mark"));
}

void handle_job_state_put(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);
	struct json *body;

	if (!job || !call_json_body(call, &body))
		return;
	if (check_body(call, body))
		change(call, daemon,
		       &(struct state_order) { job, json_str(json_get(body, "mark")),
					       json_get(body, "params") });
	json_unref(body);
}

void handle_job_state_delete(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);

	if (job)
		change(call, daemon, &(struct state_order) { .job = job });
}
