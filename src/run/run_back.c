/* What came back: the deciding side of a run.
 *
 * A parcel is landed, followed, tried again or given up; which of these is read off the outcome
 * table, never off the outcome itself. A landing that is committed is counted.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "fetch/cookies.h"
#include "fetch/retry.h"
#include "run/dispatcher_internal.h"

void run_give_up(struct run *run, struct failure_record *failure)
{
	struct landing *landing = landing_new(LANDING_FAILURE, run);
	struct json *params = matrix_point_json(&run->scope.job->matrix, failure->index);

	landing->failure = *failure;
	landing->failure.params = json_text(params, false);
	json_unref(params);
	chains_drop(&run->seed->chains, failure->index);
	run_submit(run, landing);
}

static void give_up(struct run *run, const struct parcel *parcel)
{
	struct failure_record failure = landing_failure_of(parcel);

	run_give_up(run, &failure);
}

/* After the page that just came its chain cannot go on, or must not count as whole: it ends as a
 * failure. */
static void give_up_chain(struct run *run, const struct chain *chain, enum outcome outcome,
			  struct failure_record failure)
{
	failure.index = chain->index;
	failure.page = chain->page;
	failure.token = chain->token ? xstrdup(chain->token) : NULL;
	failure.outcome = xstrdup(outcomes[outcome].name);
	run_give_up(run, &failure);
}

static void copy_chain(struct landing *landing, const struct chain *chain)
{
	size_t len = chain->nvisited * sizeof(uint64_t);

	landing->chain = (struct chain_record) {
		.index = chain->index,
		.next_page = chain->page,
		.token = chain->token ? xstrdup(chain->token) : NULL,
		.rows = chain->rows,
		.changed = chain->changed,
		.visited = xmalloc(len),
		.visited_len = len,
		.watch = chain->watch,
		.drift = chain->drift ? xstrdup(chain->drift) : NULL,
		.paging = chain->paging ? xstrdup(chain->paging) : NULL,
	};
	if (len > 0)
		memcpy(landing->chain.visited, chain->visited, len);
}

static uint64_t records_of(const struct parcel *parcel)
{
	return parcel->rows.unknown ? parcel->extract.len
				    : parcel->rows.count + parcel->rows.rejected;
}

/* A chain whose way was recognised goes on in it; said once a run and kind. */
static void tell_recognised(struct run *run, const struct parcel *parcel)
{
	unsigned kind = 1u << page_paging(parcel->request)->by;

	if (run->recognised & kind)
		return;
	run->recognised |= kind;
	log_run(LOG_LEVEL_INFO, run->seed->record.job, run_id(run), "pages recognised: %s",
		parcel->page.recognised);
}

/* The chain of a page that is to land, with what that page adds to it. */
static struct chain *watch_page(struct run *run, struct landing *landing)
{
	const struct parcel *parcel = landing->parcel;
	struct chain *chain = chains_find(&run->seed->chains, parcel->request->index);

	if (!chain)
		chain = chains_add(&run->seed->chains, parcel->request->index);
	if (!chain->paging && parcel->page.recognised)
		chain->paging = xstrdup(parcel->page.recognised);
	landing->chain_rows = chain->rows;
	landing->chain_changed = chain->changed;
	chain->rows += records_of(parcel);
	chain->changed |= parcel->outcome != OUTCOME_UNCHANGED;
	chain_watch_page(chain, &parcel->page, page_paging(parcel->request));
	return chain;
}

static char *shown_url(const struct request *request)
{
	return request_url_shown(request, request->url);
}

/* Lands a page that is not its chain's last, and asks for the one after it. Pages of a chain commit
 * in order because they are submitted in order. */
static void land_and_go_on(struct run *run, struct landing *landing, struct chain *chain,
			   int64_t now_ms)
{
	uint64_t index = chain->index;
	struct failure_record failure = { 0 };
	bool circle = !chain_advance(chain, landing->parcel->next_token);

	copy_chain(landing, chain);
	if (circle) {
		failure.url = shown_url(landing->parcel->request);
		failure.error = xstrdup(outcomes[OUTCOME_PAGE_LOOP].sentence);
	}
	run_submit(run, landing);
	if (circle)
		give_up_chain(run, chain, OUTCOME_PAGE_LOOP, failure);
	else
		run_go_on(run, index, now_ms);
}

/* Lands the last page of a chain whose rows moved on the way. */
static void land_and_fail(struct run *run, struct landing *landing, struct chain *chain)
{
	struct failure_record failure = {
		.url = shown_url(landing->parcel->request),
		.error = xstrdup(chain->drift),
	};

	landing->failing = true;
	copy_chain(landing, chain);
	run_submit(run, landing);
	give_up_chain(run, chain, OUTCOME_PAGE_DRIFT, failure);
}

/* `cut`: pages.max ends the chain, which is well whatever the API counts. */
static void land_page(struct run *run, struct parcel *parcel, bool cut, int64_t now_ms)
{
	struct landing *landing = landing_new(LANDING_PAGE, run);
	struct chain *chain;

	landing->parcel = parcel;
	if (parcel->page.recognised)
		tell_recognised(run, parcel);
	if (parcel->next_token || chains_find(&run->seed->chains, parcel->request->index)) {
		chain = watch_page(run, landing);
		if (parcel->next_token) {
			land_and_go_on(run, landing, chain, now_ms);
			return;
		}
		if (!cut && chain_drift(chain, page_paging(parcel->request))) {
			land_and_fail(run, landing, chain);
			return;
		}
		chains_drop(&run->seed->chains, chain->index);
	}
	run_submit(run, landing);
}

static void fail_or_retry(struct run *run, struct parcel *parcel, int64_t now_ms)
{
	const struct request *request = parcel->request;
	const struct job *job = run->scope.job;
	int64_t delay_ms;

	if (outcome_retryable(parcel->outcome, job, request->tries)) {
		delay_ms = retry_delay_ms(job, request->tries, &run->dispatcher->random);
		if (parcel->retry_after_ms > delay_ms)
			delay_ms = parcel->retry_after_ms;
		if (now_ms + delay_ms - (int64_t)request->tag <= job->retry_budget_ms) {
			/* A stopping daemon leaves it to the next start. */
			if (!run->cancelling)
				run_wait_for(run, request, now_ms + delay_ms);
			parcel_free(parcel);
			return;
		}
	}
	give_up(run, parcel);
	parcel_free(parcel);
}

void run_land(struct run *run, struct parcel *parcel, int64_t now_ms)
{
	const struct chain *chain = chains_find(&run->seed->chains, parcel->request->index);
	uint64_t max = run->scope.job->paging.max;
	bool cut = max > 0 && parcel->next_token && parcel->request->page + 1 >= max;
	struct err err = ERR_INIT;
	enum outcome outcome;

	if (cut) { /* `pages.max` ends a chain well */
		free(parcel->next_token);
		parcel->next_token = NULL;
	}
	outcome = chain_check(chain, &parcel->page, !parcel->next_token && !cut, &err);
	if (outcome == OUTCOME_OK) {
		land_page(run, parcel, cut, now_ms);
		return;
	}
	parcel->outcome = outcome;
	free(parcel->error);
	parcel->error = xstrdup(err.text);
	fail_or_retry(run, parcel, now_ms);
}

static void follow(struct run *run, struct parcel *parcel, int64_t now_ms)
{
	struct err err = ERR_INIT;

	if (request_redirect(parcel->request, parcel->status, parcel->location, &err) < 0) {
		parcel->outcome = OUTCOME_REDIRECT;
		free(parcel->error);
		parcel->error = xstrdup(err.text);
		fail_or_retry(run, parcel, now_ms);
		return;
	}
	if (!run->cancelling) {
		run_put_back(run, parcel->request);
		parcel->request = NULL;
	}
	parcel_free(parcel);
}

/* A 429 or 503 with Retry-After is the host speaking to all of us, not to one request (RFC 6585
 * section 4, RFC 9110 section 15.6.4). */
static void hold_host(struct run *run, const struct parcel *parcel, int64_t now_ms)
{
	struct pace *pace = run->dispatcher->pace;
	struct json *event;

	if (parcel->retry_after_ms < 0 || (parcel->status != 429 && parcel->status != 503))
		return;
	if (!pace_hold(pace, pace_host(pace, parcel->request->host),
		       now_ms + parcel->retry_after_ms, "Retry-After"))
		return;
	event = run_event(run, "host.held");
	json_put_str(event, "host", parcel->request->host);
	json_put_time(event, "until", clock_unix_ms() + parcel->retry_after_ms);
	json_put_int(event, "held_ms", parcel->retry_after_ms);
	json_put_str(event, "reason", "Retry-After");
	dispatcher_tell(run->dispatcher, event);
}

static void free_the_worker(struct run *run, const struct parcel *parcel)
{
	struct pace *pace = run->dispatcher->pace;

	pace_return(pace, pace_host(pace, parcel->request->host));
	fleet_came_back(run->engine);
	crew_count(&run->crew, parcel);
	crew_return(&run->crew, parcel->request->worker);
	run->in_flight--;
	if (parcel->outcome != OUTCOME_CANCELLED && !parcel->request->errand)
		latency_add(&run->latency, parcel->taken_us);
}

/* With the token or session of now; false: it is an answer like any other. */
static bool ask_again(struct run *run, struct parcel *parcel)
{
	if (!run->grant || run->cancelling || parcel->request->away ||
	    !grant_doubts(run->grant, parcel))
		return false;
	run_put_back(run, parcel->request);
	parcel->request = NULL;
	parcel_free(parcel);
	return true;
}

void run_take_parcel(struct run *run, struct parcel *parcel, int64_t now_ms)
{
	enum outcome_counts counts = outcomes[parcel->outcome].counts;

	free_the_worker(run, parcel);
	hold_host(run, parcel, now_ms);
	if (parcel->request->errand) {
		grant_answered(run->grant, parcel, now_ms);
		parcel_free(parcel);
		return;
	}
	if (run->grant)
		grant_take_cookies(run->grant, parcel);
	if (run->cookies && parcel->cookies)
		cookies_take(run->cookies, parcel->request->url, parcel->cookies, clock_unix_ms());
	if (ask_again(run, parcel))
		return;
	if (parcel->outcome == OUTCOME_FOLLOW)
		follow(run, parcel, now_ms);
	else if (counts == COUNTS_NOT || (run->cancelling && counts == COUNTS_FAILED))
		parcel_free(parcel);
	else if (counts == COUNTS_FAILED)
		fail_or_retry(run, parcel, now_ms);
	else if (run->cancelling || !recall_rows(run, parcel))
		run_land(run, parcel, now_ms);
}

static void tell_failure(struct run *run, const struct failure_record *failure)
{
	struct json *event = run_event(run, "request.failed"), *params;

	if (json_parse(failure->params, strlen(failure->params), &params, NULL) == 0)
		json_put(event, "params", params);
	json_put_int(event, "page", failure->page);
	json_put_str(event, "url", failure->url);
	json_put(event, "status", failure->status ? json_new_int(failure->status) : NULL);
	json_put_str(event, "error", failure->error);
	json_put_int(event, "tries", failure->tries);
	dispatcher_tell(run->dispatcher, event);
}

/* With `new_columns: fail` and more than one output only the lander knows which columns a key must
 * be among: the digest goes on with none, and leaves the question to it. */
static bool asks_lander(const struct job *job)
{
	return job->new_columns == JOB_NEW_FAIL && job_output_varies(job);
}

static void take_columns(struct run *run, const struct colset *colset)
{
	struct digest_context *old = run->context;

	if (old->colset == colset || asks_lander(run->scope.job))
		return;
	run->context = context_new(&run->scope, colset);
	run->context->owner = run;
	context_unref(old);
}

void run_landed(struct run *run, struct landing *landing)
{
	run_count_back(run, landing);
	if (landing->code < 0) {
		/* Not landed and never to be: either we are stopping, or the rows cannot be
		 * written. */
		if (landing->code != -ESHUTDOWN && !run->dispatcher->stopping)
			run_stop_early(run, RESULT_FAILED, landing->error);
		return;
	}
	landing_count(landing, &run->counts);
	if (landing->kind == LANDING_FAILURE)
		tell_failure(run, &landing->failure);
	if (landing->colset)
		take_columns(run, landing->colset);
}
