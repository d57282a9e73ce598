/* First requests, what goes out: paced, on a lane, and with a token or session like all others. */
#include <errno.h>

#include "base/clock.h"
#include "run/grants.h"
#include "run/inquiry_internal.h"

#define FULL_MS 50 /* until it is looked again whether there is room */

void inquiry_wait(struct inquiry *inquiry, int64_t delay_ms)
{
	inquiry->dispatcher->asked++; /* a stop waits for it, and makes it come at once */
	loop_timer_set(inquiry->timer, delay_ms > 0 ? delay_ms : 0);
}

/* How long the request must wait, or -1: it has gone, and belongs to the engine. */
static int64_t send_request(struct inquiry *inquiry, struct request *request)
{
	struct dispatcher *dispatcher = inquiry->dispatcher;
	int64_t now_ms = clock_monotonic_ms(), until_ms = 0;
	struct pace_ask ask = pace_ask_of(dispatcher->pace, inquiry->seed->job, request->host);
	enum pace_answer answer = pace_take(dispatcher->pace, &ask, now_ms, &until_ms);

	if (answer != PACE_GO)
		return answer == PACE_FULL ? FULL_MS : until_ms > now_ms ? until_ms - now_ms : 0;
	if (!fleet_take_lane(inquiry->engine, &inquiry->lane)) {
		pace_return(dispatcher->pace, ask.host);
		return FULL_MS;
	}
	request->lane = inquiry->lane;
	dispatcher->trials++;
	fleet_submit(inquiry->engine, request);
	fleet_flush(dispatcher->fleet);
	return -1;
}

/* Fetches the token or session that the request needs, or waits until somebody else has. */
static void await_grant(struct inquiry *inquiry, int64_t now_ms)
{
	struct request *errand = NULL;
	int64_t delay_ms;

	if (grant_wants(inquiry->grant, now_ms))
		errand = grant_ask(inquiry->grant, &inquiry->scope);
	if (grant_fault(inquiry->grant)) {
		err_set(&inquiry->err, -EACCES, "%s", grant_fault(inquiry->grant));
		inquiry_fail(inquiry, -EACCES);
		return;
	}
	if (!errand) {
		inquiry_wait(inquiry, FULL_MS);
		return;
	}
	errand->context = context_ref(inquiry->context);
	delay_ms = send_request(inquiry, errand);
	if (delay_ms < 0)
		return;
	context_drop_request(errand);
	grant_unsent(inquiry->grant, now_ms + delay_ms);
	inquiry_wait(inquiry, delay_ms);
}

void inquiry_send(struct inquiry *inquiry)
{
	int64_t now_ms = clock_monotonic_ms(), delay_ms;

	if (inquiry->grant && !grant_usable(inquiry->grant, now_ms)) {
		await_grant(inquiry, now_ms);
		return;
	}
	if (inquiry->grant && grant_use(inquiry->grant, inquiry->held, &inquiry->err) < 0) {
		inquiry_fail(inquiry, -EINVAL);
		return;
	}
	delay_ms = send_request(inquiry, inquiry->held);
	if (delay_ms < 0)
		inquiry->held = NULL;
	else
		inquiry_wait(inquiry, delay_ms);
}

/* The page where the chain stands, once more or for the first time. */
static void ask_page(struct inquiry *inquiry)
{
	const struct chain *chain = chains_find(&inquiry->chains, 0);
	struct request *request = NULL;

	if (request_build(&inquiry->scope, 0, chain ? chain->page : 0, chain ? chain->token : NULL,
			  &request, &inquiry->err) < 0) {
		inquiry_fail(inquiry, -EINVAL);
		return;
	}
	request->context = context_ref(inquiry->context);
	request->tries = (uint16_t)++inquiry->tries;
	request->keep_raw = true;
	inquiry->held = request;
	inquiry_send(inquiry);
}

void inquiry_time_has_come(void *arg)
{
	struct inquiry *inquiry = arg;

	inquiry->dispatcher->asked--;
	if (inquiry_given_up(inquiry))
		return;
	if (inquiry->held)
		inquiry_send(inquiry);
	else
		ask_page(inquiry);
}

void inquiry_begin_page(struct inquiry *inquiry)
{
	inquiry->tries = 0;
	inquiry->first_ms = clock_monotonic_ms();
	ask_page(inquiry);
}
