/* First requests, what comes back: values, the next page, another try, or the end. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetch/retry.h"
#include "run/grants.h"
#include "run/inquiry_internal.h"
#include "spec/values.h"

static int keep_record(struct inquiry *inquiry, struct slice record, struct buf *text)
{
	bool added = false;
	int code = values_pick(inquiry->from, record, text, &inquiry->err);

	if (code == -ENOENT)
		return err_set(&inquiry->err, -EINVAL,
			       "a record of the answer has nothing at \"%s\"",
			       pointer_text(inquiry->from));
	if (code <= 0 || text->len == 0)
		return code;
	if (memchr(text->data, 0, text->len))
		return err_set(&inquiry->err, -EINVAL, "a value in the answer has a NUL byte");
	code = spool_add_once(inquiry->writer, buf_slice(text), &added, &inquiry->err);
	inquiry->count += added;
	return code;
}

static bool is_last(const struct inquiry *inquiry)
{
	return inquiry->brief || !inquiry->parcel->next_token;
}

/* On the query thread: the values of a page, and the end of the spool behind the last one. */
static void keep_page(struct db *db, void *arg)
{
	struct inquiry *inquiry = arg;
	const struct extract *extract = &inquiry->parcel->extract;
	struct spool_writer *writer = inquiry->writer;
	struct buf text;

	buf_init(&text, VALUES_MAX_BYTES);
	for (size_t i = 0; i < extract->len && inquiry->code == 0; i++)
		inquiry->code = keep_record(inquiry, extract->records[i], &text);
	buf_done(&text);
	if (inquiry->code < 0 || !is_last(inquiry))
		return;
	if (inquiry->count == 0) {
		inquiry->code = err_set(&inquiry->err, -EINVAL, "its answer has no value");
		return;
	}
	inquiry->writer = NULL;
	inquiry->code = spool_finish(writer, &inquiry->spools[inquiry->param], &inquiry->err);
}

static void go_on(struct inquiry *inquiry)
{
	struct chain *chain = chains_find(&inquiry->chains, 0);
	bool last = is_last(inquiry), circle = false;

	if (!last) {
		if (!chain)
			chain = chains_add(&inquiry->chains, 0);
		circle = !chain_advance(chain, inquiry->parcel->next_token);
	}
	parcel_free(inquiry->parcel);
	inquiry->parcel = NULL;
	if (circle) {
		err_set(&inquiry->err, 0, "%s", outcomes[OUTCOME_PAGE_LOOP].sentence);
		inquiry_fail(inquiry, -EINVAL);
	} else if (!last) {
		inquiry_begin_page(inquiry);
	} else {
		inquiry_next_param(inquiry);
	}
}

static void kept(void *arg)
{
	struct inquiry *inquiry = arg;

	inquiry->dispatcher->asked--;
	if (inquiry_given_up(inquiry))
		return;
	if (inquiry->code < 0)
		inquiry_fail(inquiry, inquiry->code);
	else
		go_on(inquiry);
}

static void give_up(struct inquiry *inquiry, const struct parcel *parcel)
{
	const struct request *request = parcel->request;
	char *url = request_url_shown(request, request->url);

	err_set(&inquiry->err, -EIO, "%s %s, tried %u %s: %s", request->method, url, request->tries,
		request->tries == 1 ? "time" : "times",
		parcel->error ? parcel->error : outcomes[parcel->outcome].sentence);
	free(url);
}

/* Milliseconds until it is tried again; -1: it is not. */
static int64_t retry_in(struct inquiry *inquiry, const struct parcel *parcel, int64_t now_ms)
{
	const struct job *job = inquiry->seed->job;
	int64_t delay_ms;

	if (!outcome_retryable(parcel->outcome, job, parcel->request->tries))
		return -1;
	delay_ms = retry_delay_ms(job, parcel->request->tries, &inquiry->dispatcher->random);
	if (parcel->retry_after_ms > delay_ms)
		delay_ms = parcel->retry_after_ms;
	return now_ms + delay_ms - inquiry->first_ms <= job->retry_budget_ms ? delay_ms : -1;
}

static void fail_or_retry(struct inquiry *inquiry, struct parcel *parcel, int64_t now_ms)
{
	int64_t delay_ms = retry_in(inquiry, parcel, now_ms);

	if (delay_ms < 0)
		give_up(inquiry, parcel);
	parcel_free(parcel);
	if (delay_ms < 0)
		inquiry_fail(inquiry, -EIO);
	else
		inquiry_wait(inquiry, delay_ms);
}

static void follow(struct inquiry *inquiry, struct parcel *parcel, int64_t now_ms)
{
	struct err err = ERR_INIT;

	if (request_redirect(parcel->request, parcel->status, parcel->location, &err) < 0) {
		parcel->outcome = OUTCOME_REDIRECT;
		free(parcel->error);
		parcel->error = xstrdup(err.text);
		fail_or_retry(inquiry, parcel, now_ms);
		return;
	}
	inquiry->held = parcel->request;
	parcel->request = NULL;
	parcel_free(parcel);
	inquiry_send(inquiry);
}

/* As for the requests of a run: the host speaks to all of us. */
static void hold_host(struct inquiry *inquiry, const struct parcel *parcel, int64_t now_ms)
{
	struct pace *pace = inquiry->dispatcher->pace;

	if (parcel->retry_after_ms >= 0 && (parcel->status == 429 || parcel->status == 503))
		pace_hold(pace, pace_host(pace, parcel->request->host),
			  now_ms + parcel->retry_after_ms, "Retry-After");
}

/* What an answer comes to that is no errand's. */
static void take_answer(struct inquiry *inquiry, struct parcel *parcel, int64_t now_ms)
{
	enum outcome_counts counts = outcomes[parcel->outcome].counts;

	if (inquiry->grant && grant_doubts(inquiry->grant, parcel)) {
		inquiry->held = parcel->request;
		parcel->request = NULL;
		parcel_free(parcel);
		inquiry_send(inquiry);
	} else if (parcel->outcome == OUTCOME_FOLLOW) {
		follow(inquiry, parcel, now_ms);
	} else if (counts == COUNTS_FAILED || counts == COUNTS_NOT) {
		fail_or_retry(inquiry, parcel, now_ms);
	} else {
		inquiry->parcel = parcel;
		inquiry_ask_query(inquiry, keep_page, kept);
	}
}

void inquiry_take_parcel(struct inquiry *inquiry, struct parcel *parcel, int64_t now_ms)
{
	struct dispatcher *dispatcher = inquiry->dispatcher;
	bool errand = parcel->request->errand;

	pace_return(dispatcher->pace, pace_host(dispatcher->pace, parcel->request->host));
	fleet_came_back(inquiry->engine);
	fleet_return_lane(inquiry->engine, inquiry->lane);
	dispatcher->trials--;
	hold_host(inquiry, parcel, now_ms);
	if (errand)
		grant_answered(inquiry->grant, parcel, now_ms);
	if (!errand && !inquiry->cancelled && !dispatcher->stopping) {
		take_answer(inquiry, parcel, now_ms);
		return;
	}
	parcel_free(parcel);
	if (!inquiry_given_up(inquiry))
		inquiry_send(inquiry);
}
