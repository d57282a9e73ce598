/* What the dispatcher is asked about the marks of a job: to set or to reset them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/dispatcher_internal.h"

/* First a question to the query thread (which marks), then a landing. Meanwhile no run of the job
 * may begin: it would read marks that are about to change. */
struct state_change {
	struct state_change *next; /* of the dispatcher's list */
	struct dispatcher *dispatcher;
	struct job *job;
	char *mark;
	struct json *params;
	const char *data_dir;
	struct marks_order *order;
	int code;
	struct err err;
	dispatcher_done_fn *done;
	void *arg;
};

bool orders_change_state(const struct dispatcher *dispatcher, const char *job)
{
	for (const struct state_change *change = dispatcher->changes; change; change = change->next)
		if (strcmp(change->job->name, job) == 0)
			return true;
	return false;
}

static void finish(struct state_change *change)
{
	struct state_change **link = &change->dispatcher->changes;

	while (*link && *link != change)
		link = &(*link)->next;
	if (*link)
		*link = change->next;
	change->done(change->code, &change->err, change->arg);
	marks_order_free(change->order);
	json_unref(change->params);
	job_unref(change->job);
	free(change->mark);
	free(change);
}

static void prepare(struct db *db, void *arg)
{
	struct state_change *change = arg;
	struct marks_wish wish = {
		.job = change->job,
		.mark = change->mark,
		.params = change->params,
		.data_dir = change->data_dir,
	};

	if (change->code == 0)
		change->order = marks_order_new(db, &wish, &change->code, &change->err);
}

static void prepared(void *arg)
{
	struct state_change *change = arg;
	struct dispatcher *dispatcher = change->dispatcher;
	struct landing *landing;

	dispatcher->asked--;
	if (change->code == 0 && dispatcher->stopping)
		change->code = query_refuse(&change->err);
	if (change->code < 0) {
		finish(change);
	} else {
		landing = landing_new(LANDING_STATE, change);
		landing->marks = change->order;
		change->order = NULL;
		dispatcher_land(dispatcher, landing);
	}
	dispatcher_pump_soon(dispatcher);
}

void orders_state_changed(struct landing *landing)
{
	struct state_change *change = landing->owner;

	change->code = landing->code;
	if (landing->code < 0)
		err_set(&change->err, 0, "%s", landing->error);
	finish(change);
}

static int may_change(const struct dispatcher *dispatcher, const char *job, struct err *err)
{
	const struct run *run = dispatcher_running(dispatcher, job);

	if (run)
		return err_set(err, -EBUSY,
			       "job \"%s\" is running, as run %llu: its marks can be changed when "
			       "that has ended",
			       job, (unsigned long long)run_id(run));
	return 0;
}

void dispatcher_set_state(struct dispatcher *dispatcher, const struct state_order *order,
			  dispatcher_done_fn *done, void *arg)
{
	struct state_change *change = xcalloc(1, sizeof(*change));

	*change = (struct state_change) {
		.dispatcher = dispatcher,
		.job = job_ref(order->job),
		.mark = order->mark ? xstrdup(order->mark) : NULL,
		.params = json_copy(order->params),
		.data_dir = dispatcher->options.config->data_dir,
		.done = done,
		.arg = arg,
	};
	change->code = may_change(dispatcher, order->job->name, &change->err);
	if (change->code == 0) {
		change->next = dispatcher->changes;
		dispatcher->changes = change;
	}
	dispatcher->asked++;
	query_ask(dispatcher->query, prepare, prepared, change);
}
