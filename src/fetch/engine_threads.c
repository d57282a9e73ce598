/* The threads engine: see engine_threads.h.
 *
 * Lane n is one thread with one easy handle: a keep-alive session as people know it from a loop
 * around curl. The thread sleeps in its inbox, performs, digests, sends the parcel. Nothing is
 * shared between lanes. A lane carries one request at a time, so the main loop may set what belongs
 * to the next one (run, cancel) while nothing is out.
 */
#include "fetch/engine_threads.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "fetch/transfer.h"
#include "io/thread.h"

/* The inbox is one slot, for a lane carries one request at a time; a mailbox would cost two more
 * system calls a request for a descriptor that nobody watches. */
struct lane {
	const struct engine_options *options;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	struct request *inbox; /* under lock, as is `ended` */
	bool ended;
	atomic_bool cancel;
	uint64_t run; /* of the request that is out, or was last; main loop's */
};

struct engine {
	struct engine_options options;
	struct lane **lanes; /* options.lanes of them; NULL: not used yet */
};

static void send_parcel(const struct engine_options *options, struct parcel *parcel)
{
	void *item = parcel;
	bool sent = mailbox_send_wait(options->done, &item, 1);

	assert(sent);
	(void)sent;
}

/* ---- on the lane's thread ---- */

static void serve(struct lane *lane, struct transfer *transfer, struct request *request)
{
	enum outcome forced = OUTCOME_OK;
	int code = 0;

	transfer_begin(transfer, request, true);
	if (atomic_load(&lane->cancel))
		forced = OUTCOME_CANCELLED;
	else
		code = transfer_perform(transfer);
	transfer_end(transfer, code, forced);
	send_parcel(lane->options, lane->options->digest(request, &transfer->response));
}

/* NULL: the engine stops. */
static struct request *wait_for_request(struct lane *lane)
{
	struct request *request;

	pthread_mutex_lock(&lane->lock);
	while (!lane->inbox && !lane->ended)
		pthread_cond_wait(&lane->changed, &lane->lock);
	request = lane->inbox;
	lane->inbox = NULL;
	pthread_mutex_unlock(&lane->lock);
	return request;
}

static void *lane_main(void *arg)
{
	struct lane *lane = arg;
	struct transfer transfer;
	struct request *request;

	if (transfer_init(&transfer, NULL, NULL) < 0)
		no_memory();
	transfer.cancel = &lane->cancel;
	while ((request = wait_for_request(lane)))
		serve(lane, &transfer, request);
	transfer_done(&transfer);
	return NULL;
}

/* ---- on the main loop ---- */

/* Hands over a request, or (NULL) the news that there will be no more. */
static void tell(struct lane *lane, struct request *request)
{
	pthread_mutex_lock(&lane->lock);
	assert(!lane->inbox);
	lane->inbox = request;
	lane->ended = request == NULL;
	pthread_mutex_unlock(&lane->lock);
	pthread_cond_signal(&lane->changed); /* now the lane does not wake only to wait for us */
}

static void lane_free(struct lane *lane)
{
	pthread_cond_destroy(&lane->changed);
	pthread_mutex_destroy(&lane->lock);
	free(lane);
}

static int lane_start(struct engine *engine, unsigned number, struct err *err)
{
	struct lane *lane = xcalloc(1, sizeof(*lane));
	char name[32];
	int rc;

	lane->options = &engine->options;
	pthread_mutex_init(&lane->lock, NULL);
	pthread_cond_init(&lane->changed, NULL);
	snprintf(name, sizeof(name), "fetch lane %u", number);
	rc = thread_start(name, lane_main, lane, &lane->thread, err);
	if (rc < 0) {
		lane_free(lane);
		return rc;
	}
	engine->lanes[number] = lane;
	return 0;
}

/* No thread to be had: the request comes back at once, like any other failure. */
static void give_back(struct engine *engine, struct request *request, const struct err *err)
{
	struct response response;

	response_init(&response, 0);
	response.transfer = OUTCOME_WORKER;
	snprintf(response.error, sizeof(response.error), "%.*s", (int)sizeof(response.error) - 1,
		 err->text);
	send_parcel(&engine->options, engine->options.digest(request, &response));
	response_done(&response);
}

static void submit_one(struct engine *engine, struct request *request)
{
	struct err err = ERR_INIT;
	struct lane *lane;

	assert(request->lane < engine->options.lanes);
	if (!engine->lanes[request->lane] && lane_start(engine, request->lane, &err) < 0) {
		give_back(engine, request, &err);
		return;
	}
	lane = engine->lanes[request->lane];
	lane->run = request->scope->run;
	atomic_store(&lane->cancel, false);
	tell(lane, request);
}

int engine_threads_start(const struct engine_options *options, struct engine **engine,
			 struct err *err)
{
	struct engine *made = xcalloc(1, sizeof(*made));

	(void)err;
	made->options = *options;
	made->lanes = xcalloc(options->lanes, sizeof(struct lane *));
	*engine = made;
	return 0;
}

void engine_threads_submit(struct engine *engine, struct request *const *requests, size_t n)
{
	for (size_t i = 0; i < n; i++)
		submit_one(engine, requests[i]);
}

void engine_threads_cancel(struct engine *engine, uint64_t run)
{
	for (unsigned i = 0; i < engine->options.lanes; i++) {
		struct lane *lane = engine->lanes[i];

		if (lane && (run == 0 || lane->run == run))
			atomic_store(&lane->cancel, true);
	}
}

/* Telling all before joining one lets the threads end side by side. */
void engine_threads_stop(struct engine *engine)
{
	for (unsigned i = 0; i < engine->options.lanes; i++)
		if (engine->lanes[i])
			tell(engine->lanes[i], NULL);
	for (unsigned i = 0; i < engine->options.lanes; i++) {
		if (!engine->lanes[i])
			continue;
		pthread_join(engine->lanes[i]->thread, NULL);
		lane_free(engine->lanes[i]);
	}
	free(engine->lanes);
	free(engine);
}
