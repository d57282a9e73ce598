/* Doing something with a job by hand: run it, or try one request of it.
 *
 * A disabled job may be run by hand: `enabled` is about what fetchd does by itself.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "fetchd/daemon.h"
#include "fetchd/handlers_jobs.h"
#include "fetchd/reply.h"

/* The keys an order may have, and what they must be. */
static const struct {
	const char *key;
	enum json_type type;
} order_keys[] = {
	{ "params", JSON_OBJECT },
	{ "engine", JSON_STRING },
	{ "workers", JSON_INT },
};

/* False: a 422 was sent. */
static bool check_key(struct call *call, struct json_member member)
{
	for (size_t i = 0; i < sizeof(order_keys) / sizeof(order_keys[0]); i++) {
		if (strcmp(order_keys[i].key, member.key) != 0)
			continue;
		if (!member.value || json_type(member.value) == order_keys[i].type)
			return true;
		call_problem(call, 422, NULL, "%s: expected %s, not %s", member.key,
			     json_type_name(order_keys[i].type),
			     json_type_name(json_type(member.value)));
		return false;
	}
	call_problem(call, 422, NULL, "unknown key \"%s\"; params, engine and workers are known",
		     member.key);
	return false;
}

static bool check_params(struct call *call, const struct json *params)
{
	for (struct json_member m = json_first(params); m.key; m = json_next(m)) {
		if (json_str(m.value))
			continue;
		call_problem(call, 422, NULL, "params.%s: expected a string, \"7\" for example",
			     m.key);
		return false;
	}
	return true;
}

/* The order of the body; its texts live as long as *body. False: answered. */
static bool read_order(struct call *call, struct json **body, struct run_order *order)
{
	int64_t workers;

	if (!call_json_body(call, body))
		return false;
	for (struct json_member m = json_first(*body); m.key; m = json_next(m))
		if (!check_key(call, m))
			goto refused;
	order->params = json_get(*body, "params");
	if (!check_params(call, order->params))
		goto refused;
	order->engine = json_str(json_get(*body, "engine"));
	workers = json_int(json_get(*body, "workers"), 0);
	if (json_has(*body, "workers") && json_get(*body, "workers") &&
	    (workers < 1 || workers > JOB_WORKERS_MAX)) {
		call_problem(call, 422, NULL, "workers: expected 1 to %d", JOB_WORKERS_MAX);
		goto refused;
	}
	order->workers = (unsigned)workers;
	order->trigger = "manual";
	order->slot_ms = clock_unix_ms() / 1000 * 1000;
	return true;
refused:
	json_unref(*body);
	return false;
}

static void run_started(struct run *run, int code, const struct err *err, void *arg)
{
	struct call *call = arg;

	if (run)
		call_reply(call, 201, run_json(run));
	else
		reply_error(call, code, err);
}

void handle_job_run(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct run_order order = { .job = reply_job_of(call, daemon) };
	struct json *body;

	if (!order.job || !read_order(call, &body, &order))
		return;
	dispatcher_run(daemon->dispatcher, &order, run_started, call);
	json_unref(body);
}

static void tried(struct json *reply, int code, const struct err *err, void *arg)
{
	struct call *call = arg;

	if (reply)
		call_reply(call, 200, reply);
	else
		reply_error(call, code, err);
}

void handle_job_try(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct run_order order = { .job = reply_job_of(call, daemon) };
	struct json *body;

	if (!order.job || !read_order(call, &body, &order))
		return;
	dispatcher_try(daemon->dispatcher, &order, tried, call);
	json_unref(body);
}
