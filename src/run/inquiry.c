/* First requests, one parameter after the other: see inquiry.h. */
#include "run/inquiry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "run/grants.h"
#include "run/inputs.h"
#include "run/inquiry_internal.h"
#include "spec/job_first.h"

static void drop_param(struct inquiry *inquiry)
{
	context_drop_request(inquiry->held);
	grant_put(inquiry->grant);
	context_unref(inquiry->context);
	seed_free(inquiry->seed);
	chains_done(&inquiry->chains);
	pointer_free(inquiry->from);
	spool_abort(inquiry->writer);
	inquiry->held = NULL;
	inquiry->grant = NULL;
	inquiry->context = NULL;
	inquiry->seed = NULL;
	inquiry->chains = (struct chains) { 0 };
	inquiry->from = NULL;
	inquiry->writer = NULL;
	inquiry->count = 0;
}

void inquiry_free(struct inquiry *inquiry)
{
	struct inquiry **link;

	if (!inquiry)
		return;
	for (link = &inquiry->dispatcher->inquiries; *link != inquiry; link = &(*link)->next)
		;
	*link = inquiry->next;
	drop_param(inquiry);
	for (size_t i = 0; i < MATRIX_PARAMS_MAX; i++)
		spool_release(inquiry->spools[i]);
	parcel_free(inquiry->parcel);
	loop_timer_free(inquiry->timer);
	run_record_done(&inquiry->record);
	free(inquiry);
}

/* Tells the listener; the inquiry is gone after. */
static void finish(struct inquiry *inquiry)
{
	struct spool *spools[MATRIX_PARAMS_MAX];
	inquiry_done_fn *done = inquiry->done;
	int code = inquiry->code;
	struct err err = inquiry->err;
	void *arg = inquiry->arg;

	memcpy(spools, inquiry->spools, sizeof(spools));
	if (code == 0)
		memset(inquiry->spools, 0, sizeof(inquiry->spools));
	dispatcher_pump_soon(inquiry->dispatcher);
	inquiry_free(inquiry);
	done(code == 0 ? spools : NULL, code, &err, arg);
}

void inquiry_fail(struct inquiry *inquiry, int code)
{
	inquiry->code = code;
	err_within(&inquiry->err, "parameter \"%s\": its first request", inquiry->member.key);
	finish(inquiry);
}

bool inquiry_given_up(struct inquiry *inquiry)
{
	if (!inquiry->cancelled && !inquiry->dispatcher->stopping)
		return false;
	inquiry->code = inquiry->cancelled ? -ECANCELED : query_refuse(&inquiry->err);
	finish(inquiry);
	return true;
}

/* One parameter after the other. */

static void prepare(struct db *db, void *arg)
{
	struct inquiry *inquiry = arg;
	const char *from = json_str(json_get(inquiry->member.value, "from"));
	struct run_record record = {
		.job = xstrdup(inquiry->record.job),
		.engine = xstrdup(inquiry->record.engine),
		.slot_ms = inquiry->record.slot_ms,
		.definition = job_first_definition(inquiry->record.definition, inquiry->member.key),
	};
	char *dir;

	if (!db) {
		inquiry->code = query_refuse(&inquiry->err);
		run_record_done(&record);
		return;
	}
	inquiry->code = pointer_parse(from ? from : "", &inquiry->from, &inquiry->err);
	if (inquiry->code == 0)
		inquiry->seed = seed_new(db, NULL, &record, &inquiry->code, &inquiry->err);
	dir = inputs_dir(db);
	if (inquiry->seed)
		inquiry->code = spool_begin(dir, &inquiry->writer, &inquiry->err);
	free(dir);
	run_record_done(&record);
}

static void prepared(void *arg)
{
	struct inquiry *inquiry = arg;
	struct colset *colset;

	inquiry->dispatcher->asked--;
	if (inquiry_given_up(inquiry))
		return;
	if (inquiry->code == 0)
		inquiry->engine = fleet_engine(inquiry->dispatcher->fleet,
					       inquiry->seed->record.engine, &inquiry->err);
	if (inquiry->code < 0 || !inquiry->engine) {
		inquiry_fail(inquiry, inquiry->code < 0 ? inquiry->code : -EINVAL);
		return;
	}
	seed_scope(inquiry->seed, &inquiry->scope);
	inquiry->scope.run = inquiry->record.id;
	colset = colset_new(inquiry->seed->job);
	inquiry->context = context_new(&inquiry->scope, colset);
	inquiry->context->inquiry = inquiry;
	colset_unref(colset);
	inquiry->grant = grant_get(inquiry->dispatcher, inquiry->seed);
	inquiry_begin_page(inquiry);
}

/* True when there is a parameter left to ask for, which is at hand then. */
static bool next_param(struct inquiry *inquiry, bool first)
{
	const struct json *params = json_get(inquiry->record.definition, "params");

	do {
		inquiry->member = first ? json_first(params) : json_next(inquiry->member);
		inquiry->param = first ? 0 : inquiry->param + 1;
		first = false;
	} while (inquiry->member.key && !json_has(inquiry->member.value, "request"));
	return inquiry->member.key != NULL;
}

void inquiry_ask_query(struct inquiry *inquiry, query_work_fn *work, query_done_fn *done)
{
	inquiry->dispatcher->asked++;
	query_ask(inquiry->dispatcher->query, work, done, inquiry);
}

void inquiry_next_param(struct inquiry *inquiry)
{
	drop_param(inquiry);
	if (next_param(inquiry, false))
		inquiry_ask_query(inquiry, prepare, prepared);
	else
		finish(inquiry);
}

/* From outside. */

struct inquiry *inquiry_start(struct dispatcher *dispatcher, const struct inquiry_order *order,
			      inquiry_done_fn *done, void *arg)
{
	struct inquiry *inquiry = xcalloc(1, sizeof(*inquiry));

	inquiry->dispatcher = dispatcher;
	inquiry->record = (struct run_record) {
		.id = order->record->id,
		.job = xstrdup(order->record->job),
		.engine = xstrdup(order->record->engine),
		.slot_ms = order->record->slot_ms,
		.definition = json_copy(order->record->definition),
	};
	inquiry->brief = order->brief;
	inquiry->done = done;
	inquiry->arg = arg;
	inquiry->timer = loop_timer_new(dispatcher->loop, inquiry_time_has_come, inquiry);
	inquiry->next = dispatcher->inquiries;
	dispatcher->inquiries = inquiry;
	next_param(inquiry, true);
	inquiry_ask_query(inquiry, prepare, prepared);
	return inquiry;
}

static bool is_waiting(const struct inquiry *inquiry)
{
	return loop_timer_pending(inquiry->timer);
}

void inquiry_cancel(struct inquiry *inquiry)
{
	if (inquiry->cancelled)
		return;
	inquiry->cancelled = true;
	if (is_waiting(inquiry))
		loop_timer_set(inquiry->timer, 0);
	if (inquiry->record.id)
		fleet_cancel(inquiry->dispatcher->fleet, inquiry->record.id);
}

void inquiry_stop_all(struct dispatcher *dispatcher)
{
	for (struct inquiry *inquiry = dispatcher->inquiries; inquiry; inquiry = inquiry->next)
		if (is_waiting(inquiry))
			loop_timer_set(inquiry->timer, 0);
}
