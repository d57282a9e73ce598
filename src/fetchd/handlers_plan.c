/* GET /v1/jobs/{job}/plan. Files that parameters come from, and marks, are read on the query
 * thread. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/handlers_jobs.h"
#include "fetchd/reply.h"
#include "run/plan.h"

struct planning {
	struct call *call;
	const char *data_dir;
	struct job *job;
	struct json *plan;
	struct err err;
};

static void reply(struct call *call, struct json *plan, const struct err *err)
{
	if (plan)
		call_reply(call, 200, plan);
	else
		call_problem(call, 422, NULL, "%s", err->text);
}

static void read_inputs(struct db *db, void *arg)
{
	struct planning *planning = arg;

	planning->plan = plan_with_inputs(db, planning->data_dir, planning->job, &planning->err);
}

static void planned(void *arg)
{
	struct planning *planning = arg;

	reply(planning->call, planning->plan, &planning->err);
	job_unref(planning->job);
	free(planning);
}

void handle_job_plan(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);
	struct planning *planning;
	struct err err = ERR_INIT;

	if (!job)
		return;
	if (!plan_looks_up(job)) {
		reply(call, plan_of(job, &err), &err);
		return;
	}
	planning = xcalloc(1, sizeof(*planning));
	planning->call = call;
	planning->job = job_ref(job);
	planning->data_dir = daemon->config->data_dir;
	query_ask(dispatcher_query(daemon->dispatcher), read_inputs, planned, planning);
}
