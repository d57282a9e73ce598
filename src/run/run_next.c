/* What goes out next: the choosing side of a run.
 *
 * In this order: a request that pace told to wait, one that was redirected, a further try or page
 * that is due, a new point of the matrix. A pending request is only numbers; it is built when it
 * goes out. With a window (`order: requested`) each is passed over while only the head may go out.
 */
#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetch/auth.h"
#include "fetch/cookies.h"
#include "run/dispatcher_internal.h"

#define TRIES_BITS 16

/* A host that is full lets a token request through after this. */
#define ERRAND_WAIT_MS 50

/* An entry of `due`: when, the point, and the tries made with the time of the first one. */
static struct heap_entry due_entry(uint64_t index, int64_t when_ms, unsigned tries,
				   int64_t first_ms)
{
	return (struct heap_entry) {
		.when = when_ms,
		.what = index,
		.more = (uint64_t)first_ms << TRIES_BITS | (tries & ((1u << TRIES_BITS) - 1)),
	};
}

void run_wait_for(struct run *run, const struct request *request, int64_t until_ms)
{
	heap_push(&run->due,
		  due_entry(request->index, until_ms, request->tries, (int64_t)request->tag));
}

void run_go_on(struct run *run, uint64_t index, int64_t now_ms)
{
	heap_push(&run->due, due_entry(index, now_ms, 0, now_ms));
}

void run_put_back(struct run *run, struct request *request)
{
	run->built = xreallocarray(run->built, run->nbuilt + 1, sizeof(struct request *));
	run->built[run->nbuilt++] = request;
}

void run_drop_work(struct run *run)
{
	struct heap_entry entry;

	while (heap_pop(&run->due, &entry) || heap_pop(&run->ready, &entry))
		;
	context_drop_request(run->held);
	run->held = NULL;
	run->recall.nwishes = 0;
	while (run->nbuilt > 0)
		context_drop_request(run->built[--run->nbuilt]);
}

static bool is_head(const struct run *run, uint64_t index)
{
	return run->window && index == window_head(run->window);
}

static bool is_admitted(const struct run *run, uint64_t index)
{
	return !run->window || window_admits(run->window, index, run->in_flight);
}

/* A point that no life of this run has taken yet. The window's head is taken whatever waits: all
 * the others wait for it. */
static bool next_new_point(struct run *run, uint64_t *index)
{
	uint64_t next = run->next_point;

	if (run->seed->done)
		next = rangeset_next_gap(run->seed->done, next);
	if (next >= run->counts.total || !is_admitted(run, next))
		return false;
	if (run->due.len + run->ready.len >= RUN_WAITING_MAX && !is_head(run, next))
		return false;
	run->next_point = next + 1;
	*index = next;
	return true;
}

static void give_up_building(struct run *run, uint64_t index, const struct chain *chain,
			     const struct err *err)
{
	struct failure_record failure = {
		.index = index,
		.page = chain ? chain->page : 0,
		.token = chain ? xstrdup(chain->token) : NULL,
		.outcome = xstrdup(outcomes[OUTCOME_BUILD].name),
		.error = xstrdup(err->text),
	};

	run_give_up(run, &failure);
}

/* Where the rows of this point would land is known to be a path before anything is fetched. */
static int check_path(const struct run *run, uint64_t index, struct err *err)
{
	const struct job *job = run->scope.job;
	struct point point;
	char *path;

	if (!job_output_varies(job))
		return 0;
	matrix_point(&job->matrix, index, &point);
	path = job_output(job, run->scope.scheduled_ms, &point, err);
	free(path);
	return path ? 0 : -EINVAL;
}

/* From numbers to a request; NULL when it cannot be made, which is a failure of that point. */
static struct request *build(struct run *run, uint64_t index, unsigned tries, int64_t first_ms)
{
	const struct chain *chain = chains_find(&run->seed->chains, index);
	const struct recall_wish wish = {
		.entry = due_entry(index, 0, tries - 1, first_ms),
		.page = chain ? chain->page : 0,
	};
	struct request_chain place = { 0 };
	struct request *request = NULL;
	struct err err = ERR_INIT;

	if (recall_first(run, &wish))
		return NULL;
	if (chain)
		place = (struct request_chain) { chain->page, chain->token, chain->paging,
						 chain->watch.records, chain->watch.last_mark };
	if (check_path(run, index, &err) < 0 ||
	    request_build_page(&run->scope, index, &place, &request, &err) < 0) {
		give_up_building(run, index, chain, &err);
		return NULL;
	}
	request->context = context_ref(run->context);
	request->tries = (uint16_t)tries;
	request->tag = (uint64_t)first_ms;
	recall_apply(run, request);
	return request;
}

/* With a window the lowest point of those whose time has come goes first, or stays where it is
 * until it may. */
static bool next_ready(struct run *run, int64_t now_ms, struct heap_entry *entry)
{
	while (heap_peek(&run->due, entry) && entry->when <= now_ms) {
		heap_pop(&run->due, entry);
		entry->when = (int64_t)entry->what;
		heap_push(&run->ready, *entry);
	}
	return heap_peek(&run->ready, entry) && is_admitted(run, entry->what) &&
	       heap_pop(&run->ready, entry);
}

static bool next_due(struct run *run, int64_t now_ms, struct heap_entry *entry)
{
	if (run->window)
		return next_ready(run, now_ms, entry);
	return heap_peek(&run->due, entry) && entry->when <= now_ms && heap_pop(&run->due, entry);
}

static struct request *build_due(struct run *run, const struct heap_entry *entry, int64_t now_ms)
{
	unsigned tries = (unsigned)(entry->more & ((1u << TRIES_BITS) - 1));

	return build(run, entry->what, tries + 1,
		     tries == 0 ? now_ms : (int64_t)(entry->more >> TRIES_BITS));
}

/* One that is built already and may go out; NULL when there is none. */
static struct request *next_built(struct run *run)
{
	struct request *request = run->held;

	run->held = NULL;
	if (request && is_admitted(run, request->index))
		return request;
	if (request) /* it must not stand in the head's way */
		run_put_back(run, request);
	for (size_t i = run->nbuilt; i-- > 0;) {
		request = run->built[i];
		if (!is_admitted(run, request->index))
			continue;
		run->built[i] = run->built[--run->nbuilt];
		return request;
	}
	return NULL;
}

/* *any: there was something to do, even if it could not be built. */
static struct request *next_request(struct run *run, int64_t now_ms, bool *any)
{
	struct request *request = next_built(run);
	struct heap_entry entry;
	uint64_t index;

	*any = true;
	if (request)
		return request;
	if (next_due(run, now_ms, &entry))
		return build_due(run, &entry, now_ms);
	*any = next_new_point(run, &index);
	return *any ? build(run, index, 1, now_ms) : NULL;
}

/* A worker with a lane; false when all are busy, or the engine's lanes are lent to other runs. */
static bool take_worker(struct run *run, uint32_t *worker)
{
	struct crew_member *member;

	if (!crew_take(&run->crew, worker))
		return false;
	member = &run->crew.members[*worker];
	if (member->lane == CREW_NO_LANE && !fleet_take_lane(run->engine, &member->lane)) {
		crew_return(&run->crew, *worker);
		return false;
	}
	return true;
}

static bool pace_allows(struct run *run, const struct request *request, int64_t now_ms)
{
	struct pace *pace = run->dispatcher->pace;
	int64_t until_ms = 0;
	struct pace_ask ask = pace_ask_of(pace, run->scope.job, request->host);
	enum pace_answer answer = pace_take(pace, &ask, now_ms, &until_ms);

	run->held_until_ms = answer == PACE_WAIT ? until_ms : 0;
	return answer == PACE_GO;
}

static void send_out(struct run *run, struct request *request, uint32_t worker)
{
	request->worker = worker;
	request->lane = run->crew.members[worker].lane;
	run->in_flight++;
	fleet_submit(run->engine, request);
}

/* Sends a worker for the token or session that the run's requests need. */
static void send_errand(struct run *run, int64_t now_ms)
{
	struct request *request;
	uint32_t worker;

	if (!take_worker(run, &worker)) /* the next that comes back will go */
		return;
	request = grant_ask(run->grant, &run->scope);
	if (request && pace_allows(run, request, now_ms)) {
		request->context = context_ref(run->context);
		request->tag = (uint64_t)now_ms;
		send_out(run, request, worker);
		return;
	}
	crew_return(&run->crew, worker);
	if (!request)
		return;
	request_free(request);
	grant_unsent(run->grant, run->held_until_ms ? run->held_until_ms : now_ms + ERRAND_WAIT_MS);
}

/* The request waits for what must be fetched first. */
static void await_grant(struct run *run, struct request *request, int64_t now_ms)
{
	run->held = request;
	if (grant_wants(run->grant, now_ms))
		send_errand(run, now_ms);
	run->held_until_ms = grant_wakes_at(run->grant, now_ms);
	if (grant_fault(run->grant))
		run_stop_early(run, RESULT_FAILED, grant_fault(run->grant));
}

static int use_cookies(const struct run *run, struct request *request, struct err *err)
{
	char *cookies = cookies_for(run->cookies, request->url, clock_unix_ms());
	int rc = cookies ? auth_cookies(request, cookies, err) : 0;

	free(cookies);
	return rc;
}

/* Puts in what only the moment of sending knows. */
static bool complete(struct run *run, struct request *request)
{
	struct err err = ERR_INIT;
	int rc = run->grant && !request->away ? grant_use(run->grant, request, &err) : 0;

	if (rc == 0 && run->cookies)
		rc = use_cookies(run, request, &err);
	if (rc == 0)
		rc = auth_sign(request, clock_unix_ms(), &err);
	if (rc == 0)
		return true;
	give_up_building(run, request->index, chains_find(&run->seed->chains, request->index),
			 &err);
	context_drop_request(request);
	return false;
}

/* True when the request may be followed by another. */
static bool dispatch(struct run *run, struct request *request, uint32_t worker, int64_t now_ms)
{
	if (run->grant && !grant_usable(run->grant, now_ms)) {
		crew_return(&run->crew, worker);
		await_grant(run, request, now_ms);
		return false;
	}
	if (!pace_allows(run, request, now_ms)) {
		run->held = request;
		crew_return(&run->crew, worker);
		return false;
	}
	if (complete(run, request))
		send_out(run, request, worker);
	else
		crew_return(&run->crew, worker);
	if (run->grant && grant_wants(run->grant, now_ms)) /* while the old one still serves */
		send_errand(run, now_ms);
	return true;
}

static void pump(struct run *run, int64_t now_ms)
{
	bool any = true;

	run->blocked = false;
	while (any && run->state == RUN_RUNNING && !run->cancelling) {
		struct request *request;
		uint32_t worker;

		run->blocked = run->hold || !dispatcher_has_room(run->dispatcher) ||
			       recall_is_full(run) || !take_worker(run, &worker);
		if (run->blocked)
			return;
		request = next_request(run, now_ms, &any);
		if (!request) {
			crew_return(&run->crew, worker);
			continue;
		}
		if (!dispatch(run, request, worker, now_ms))
			return;
	}
}

void run_pump(struct run *run, int64_t now_ms)
{
	pump(run, now_ms);
	recall_ask(run);
}

int64_t run_wakes_at(const struct run *run)
{
	struct heap_entry entry;

	if (run->state != RUN_RUNNING || run->cancelling || run->blocked)
		return INT64_MAX;
	if (run->held)
		return run->held_until_ms ? run->held_until_ms : INT64_MAX;
	return heap_peek(&run->due, &entry) ? entry.when : INT64_MAX;
}
