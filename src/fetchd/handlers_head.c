/* GET /v1/jobs/{job}/head: the last landed rows, read on the query thread. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchd/daemon.h"
#include "fetchd/handlers_jobs.h"
#include "fetchd/reply.h"
#include "run/head.h"

struct looking {
	struct call *call;
	struct head_order order; /* data_dir is the config's */
	struct job *job;         /* the order's, counted */
	struct json *reply;
	int code;
	struct err err;
};

static void look(struct db *db, void *arg)
{
	struct looking *looking = arg;

	if (db)
		looking->code = head_read(db, &looking->order, &looking->reply, &looking->err);
	else
		looking->code = query_refuse(&looking->err);
}

static void looked(void *arg)
{
	struct looking *looking = arg;

	if (looking->reply)
		call_reply(looking->call, 200, looking->reply);
	else
		reply_error(looking->call, looking->code, &looking->err);
	job_unref(looking->job);
	free(looking);
}

void handle_job_head(struct call *call, void *arg)
{
	struct daemon *daemon = arg;
	struct job *job = reply_job_of(call, daemon);
	struct looking *looking;
	uint64_t n;

	if (!job ||
	    !call_query_number(call, "n",
			       (struct call_bounds) { HEAD_ROWS_DEFAULT, 1, HEAD_ROWS_MAX }, &n))
		return;
	looking = xcalloc(1, sizeof(*looking));
	looking->call = call;
	looking->job = job_ref(job);
	looking->order = (struct head_order) {
		.data_dir = daemon->config->data_dir,
		.job = looking->job,
		.n = (unsigned)n,
	};
	query_ask(dispatcher_query(daemon->dispatcher), look, looked, looking);
}
