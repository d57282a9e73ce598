/* The async engine: see engine_async.h. Its conversation with libcurl is in multi.c.
 *
 * A loop is a thread with an event loop, an inbox, a timer wheel and some multi handles. A request
 * goes by its lane to a loop and there to a multi handle, always the same ones: so a run of W
 * workers finds the connections it left, and never opens more than W. One turn of a flight:
 *
 *   inbox -> begin (a free flight, transfer_begin, into its multi) -> libcurl moves it when its
 *   socket is ready -> finish (out of the multi, transfer_end, digest) -> the batch of parcels
 */
#include "fetch/engine_async.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "fetch/multi.h"
#include "fetch/sockets.h"
#include "fetch/transfer.h"
#include "fetch/wheel.h"
#include "io/loop.h"
#include "io/thread.h"

/* libcurl searches the connections of a multi handle one by one: beyond some hundred, several
 * handles cost less; below, they cost nothing, since one is made only for lanes that are used. */
#define MULTI_LANES  256
#define BATCH_ITEMS  64
#define SAFETY_MS    1000 /* a timer that libcurl forgot is served at the latest then */
#define INBOX_ORDERS 1024 /* room for orders to cancel beside the requests */

struct flight {
	struct transfer transfer; /* its owner is this flight */
	struct wheel_entry deadline;
	struct crew *crew;
	struct multi *multi;
	struct flight *next, *prev; /* of the flights in the air; `next` also of the free ones */
};

/* A thread and what it works with; only `inbox` is touched by others. */
struct crew {
	const struct engine_options *options;
	unsigned nloops;
	struct mailbox *inbox;
	pthread_t thread;
	struct loop *loop;
	struct loop_watch *inbox_watch;
	struct sockets *sockets;
	struct transfer_sockets hooks;
	struct multi **multis; /* nmultis; NULL: not used yet */
	size_t nmultis;
	struct flight *flying, *free;
	struct wheel wheel;
	struct loop_timer *tick, *flush;
	int64_t safety_ms; /* monotonic: of the last safety round */
	void *batch[BATCH_ITEMS];
	size_t nbatch;
};

struct engine {
	struct engine_options options;
	unsigned nloops;
	struct crew *crews;
};

/* An order to cancel travels as a request without a scope, so that it keeps its place among the
 * requests; `tag` is the run. */
static struct request *cancel_order(uint64_t run)
{
	struct request *order = xcalloc(1, sizeof(*order));

	order->tag = run;
	return order;
}

/* ---- parcels out ---- */

static void flush(void *arg)
{
	struct crew *crew = arg;

	if (crew->nbatch > 0) {
		bool sent = mailbox_send_wait(crew->options->done, crew->batch, crew->nbatch);

		assert(sent);
		(void)sent;
	}
	crew->nbatch = 0;
}

/* Parcels of one turn go together: each send may wake the main loop. */
static void add_parcel(struct crew *crew, struct parcel *parcel)
{
	if (crew->nbatch == 0)
		loop_timer_set(crew->flush, 0);
	crew->batch[crew->nbatch++] = parcel;
	if (crew->nbatch == BATCH_ITEMS)
		flush(crew);
}

/* ---- flights ---- */

static struct flight *free_flight(struct crew *crew)
{
	struct flight *flight = crew->free;

	if (flight) {
		crew->free = flight->next;
		return flight;
	}
	flight = xcalloc(1, sizeof(*flight));
	if (transfer_init(&flight->transfer, &crew->hooks, NULL) < 0)
		no_memory();
	flight->transfer.owner = flight;
	return flight;
}

static void link_flight(struct crew *crew, struct flight *flight)
{
	flight->prev = NULL;
	flight->next = crew->flying;
	if (crew->flying)
		crew->flying->prev = flight;
	else
		loop_timer_set(crew->tick, WHEEL_TICK_MS);
	crew->flying = flight;
}

static void unlink_flight(struct crew *crew, struct flight *flight)
{
	if (flight->prev)
		flight->prev->next = flight->next;
	else
		crew->flying = flight->next;
	if (flight->next)
		flight->next->prev = flight->prev;
	flight->next = crew->free;
	crew->free = flight;
}

static void finish(struct flight *flight, int curl_code, enum outcome forced)
{
	struct crew *crew = flight->crew;
	struct transfer *transfer = &flight->transfer;
	struct parcel *parcel;

	wheel_clear(&crew->wheel, &flight->deadline);
	transfer_end(transfer, curl_code, forced);
	parcel = crew->options->digest(transfer->request, &transfer->response);
	response_clear(&transfer->response);
	unlink_flight(crew, flight);
	add_parcel(crew, parcel);
}

static void cut_off(struct flight *flight, enum outcome why)
{
	multi_remove(flight->multi, &flight->transfer);
	finish(flight, 0, why);
}

/* Sets the next moment to look at the flight; false when one of its limits has passed. */
static bool set_deadline(struct flight *flight, int64_t now_us, enum outcome *why)
{
	int64_t due_ms = transfer_due_ms(&flight->transfer, now_us, why);

	if (due_ms == 0)
		return false;
	if (due_ms != INT64_MAX)
		wheel_set(&flight->crew->wheel, &flight->deadline, now_us / 1000 + due_ms);
	return true;
}

static void on_deadline(struct wheel_entry *entry, void *arg)
{
	struct flight *flight =
		(struct flight *)((char *)entry - offsetof(struct flight, deadline));
	enum outcome why;

	if (!set_deadline(flight, clock_monotonic_us(), &why))
		cut_off(flight, why);
}

static void on_done(struct transfer *transfer, int curl_code)
{
	finish(transfer->owner, curl_code, OUTCOME_OK);
}

/* ---- requests in ---- */

static struct multi *multi_of(struct crew *crew, unsigned lane)
{
	size_t number = lane / crew->nloops / MULTI_LANES;

	assert(number < crew->nmultis);
	if (!crew->multis[number])
		crew->multis[number] = multi_new(crew->loop, crew->sockets, MULTI_LANES, on_done);
	return crew->multis[number];
}

static void begin(struct crew *crew, struct request *request)
{
	struct flight *flight = free_flight(crew);
	struct transfer *transfer = &flight->transfer;
	enum outcome why = OUTCOME_OK;

	flight->crew = crew;
	flight->multi = multi_of(crew, request->lane);
	link_flight(crew, flight);
	transfer_begin(transfer, request, false);
	if (transfer->refused != OUTCOME_OK)
		finish(flight, 0, transfer->refused);
	else if (!multi_add(flight->multi, transfer))
		finish(flight, 0, OUTCOME_WORKER);
	else
		set_deadline(flight, transfer->begun_us, &why);
}

static void cancel_flights(struct crew *crew, uint64_t run)
{
	struct flight *next;

	for (struct flight *flight = crew->flying; flight; flight = next) {
		next = flight->next;
		if (run == 0 || flight->transfer.request->scope->run == run)
			cut_off(flight, OUTCOME_CANCELLED);
	}
}

static void obey(struct crew *crew, struct request *item)
{
	if (item->scope) {
		begin(crew, item);
		return;
	}
	cancel_flights(crew, item->tag);
	free(item);
}

static void on_inbox(int fd, int what, void *arg)
{
	struct crew *crew = arg;
	void *items[BATCH_ITEMS];
	size_t n = mailbox_take(crew->inbox, items, BATCH_ITEMS);

	for (size_t i = 0; i < n; i++)
		obey(crew, items[i]);
	if (n == 0 && mailbox_closed(crew->inbox))
		loop_stop(crew->loop);
}

/* ---- the thread ---- */

static void on_tick(void *arg)
{
	struct crew *crew = arg;
	int64_t now_ms = clock_monotonic_ms();

	wheel_advance(&crew->wheel, now_ms, on_deadline, NULL);
	if (now_ms - crew->safety_ms >= SAFETY_MS) {
		crew->safety_ms = now_ms;
		for (size_t i = 0; i < crew->nmultis; i++)
			if (crew->multis[i])
				multi_kick(crew->multis[i]);
	}
	if (crew->flying)
		loop_timer_set(crew->tick, WHEEL_TICK_MS);
}

static void *crew_main(void *arg)
{
	struct crew *crew = arg;

	loop_run(crew->loop);
	return NULL;
}

static void free_flights(struct crew *crew)
{
	struct flight *flight;

	while ((flight = crew->free)) {
		crew->free = flight->next;
		transfer_done(&flight->transfer);
		free(flight);
	}
}

/* Handles first, then the multis, whose kept connections report their close to `sockets`. */
static void crew_done(struct crew *crew)
{
	free_flights(crew);
	for (size_t i = 0; i < crew->nmultis; i++)
		multi_free(crew->multis[i]);
	free(crew->multis);
	sockets_free(crew->sockets);
	loop_watch_free(crew->inbox_watch);
	loop_timer_free(crew->tick);
	loop_timer_free(crew->flush);
	loop_free(crew->loop);
	mailbox_free(crew->inbox);
}

static int crew_start(struct crew *crew, const struct engine *engine, struct err *err)
{
	unsigned lanes = engine->options.lanes;
	int rc;

	crew->options = &engine->options;
	crew->nloops = engine->nloops;
	crew->nmultis = lanes / engine->nloops / MULTI_LANES + 1;
	crew->multis = xcalloc(crew->nmultis, sizeof(struct multi *));
	wheel_init(&crew->wheel, clock_monotonic_ms());
	rc = mailbox_new(lanes + INBOX_ORDERS, &crew->inbox, err);
	if (rc == 0)
		rc = loop_new(&crew->loop, err);
	if (rc < 0)
		return rc;
	crew->sockets = sockets_new(crew->loop, multi_ready);
	crew->hooks = (struct transfer_sockets) { sockets_opened, sockets_closing, crew->sockets };
	crew->inbox_watch =
		loop_watch_new(crew->loop, mailbox_fd(crew->inbox), LOOP_READ, on_inbox, crew);
	crew->tick = loop_timer_new(crew->loop, on_tick, crew);
	crew->flush = loop_timer_new(crew->loop, flush, crew);
	return thread_start("fetch loop", crew_main, crew, &crew->thread, err);
}

/* ---- the engine, on the main loop ---- */

static unsigned default_loops(void)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	return cores >= 4 ? (unsigned)(cores / 2) : 1;
}

static void stop_crews(struct engine *engine, unsigned running)
{
	for (unsigned i = 0; i < running; i++)
		mailbox_close(engine->crews[i].inbox);
	for (unsigned i = 0; i < running; i++)
		pthread_join(engine->crews[i].thread, NULL);
	for (unsigned i = 0; i < engine->nloops; i++)
		crew_done(&engine->crews[i]);
	free(engine->crews);
	free(engine);
}

int engine_async_start(const struct engine_options *options, struct engine **engine,
		       struct err *err)
{
	struct engine *made = xcalloc(1, sizeof(*made));

	made->options = *options;
	made->nloops = options->loops ? options->loops : default_loops();
	made->crews = xcalloc(made->nloops, sizeof(struct crew));
	for (unsigned i = 0; i < made->nloops; i++) {
		int rc = crew_start(&made->crews[i], made, err);

		if (rc < 0) {
			stop_crews(made, i);
			return rc;
		}
	}
	*engine = made;
	return 0;
}

/* There is room for every lane and more, so this fails only when somebody broke the rules. */
static void send_in(struct crew *crew, void *const *items, size_t n)
{
	bool sent = mailbox_send(crew->inbox, items, n);

	assert(sent);
	(void)sent;
}

static void submit_to(struct engine *engine, unsigned number, struct request *const *requests,
		      size_t n)
{
	struct crew *crew = &engine->crews[number];
	void *items[BATCH_ITEMS];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		if (requests[i]->lane % engine->nloops != number)
			continue;
		assert(requests[i]->lane < engine->options.lanes);
		items[len++] = requests[i];
		if (len == BATCH_ITEMS) {
			send_in(crew, items, len);
			len = 0;
		}
	}
	if (len > 0)
		send_in(crew, items, len);
}

void engine_async_submit(struct engine *engine, struct request *const *requests, size_t n)
{
	for (unsigned i = 0; i < engine->nloops; i++)
		submit_to(engine, i, requests, n);
}

void engine_async_cancel(struct engine *engine, uint64_t run)
{
	for (unsigned i = 0; i < engine->nloops; i++) {
		void *order = cancel_order(run);

		mailbox_send_wait(engine->crews[i].inbox, &order, 1);
	}
}

void engine_async_stop(struct engine *engine)
{
	stop_crews(engine, engine->nloops);
}
