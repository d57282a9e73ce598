/* GET /v1/jobs/{job}/plan. */
#include "fetchd/daemon.h"
#include "fetchd/handlers_jobs.h"
#include "fetchd/reply.h"
#include "run/plan.h"

void handle_job_plan(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);
	struct err err = ERR_INIT;
	struct json *plan;

	if (!job)
		return;
	plan = plan_of(job, &err);
	if (plan)
		call_reply(call, 200, plan);
	else
		call_problem(call, 422, NULL, "%s", err.text);
}
