/* The dispatcher: starts, turns, stops. Orders (run, retry, switch) are in orders.c, `try` in
 * trial.c.
 *
 * Everything arrives through two mailboxes: parcels from the engines, landings from the lander.
 * Each turn of the loop takes what is there, lets every live run send out what it may, and goes
 * back to sleep.
 */
#include "run/dispatcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "io/file.h"
#include "run/dispatcher_internal.h"
#include "run/enrol.h"
#include "run/fresh.h"
#include "run/inquiry.h"
#include "store/switches.h"

#define TAKE        512
#define TICK_MS     1000
#define LANDED_ROOM 131072 /* more than can be out: the lander never waits for us */

static size_t without(size_t all, size_t some, size_t limit)
{
	return all - (some < limit ? some : limit);
}

/* What waits for an output that cannot be written holds up nobody else; but only as much of it as
 * could wait otherwise, so that memory stays bounded whatever becomes of the disks. */
bool dispatcher_has_room(const struct dispatcher *dispatcher)
{
	const struct backlog *all = &dispatcher->unlanded, *held = &dispatcher->held;

	return without(all->n, held->n, UNLANDED_MAX) < UNLANDED_MAX &&
	       without(all->bytes, held->bytes, UNLANDED_BYTES_MAX) < UNLANDED_BYTES_MAX;
}

void dispatcher_land(struct dispatcher *dispatcher, struct landing *landing)
{
	landing->memory = landing_memory(landing);
	dispatcher->unlanded.n++;
	dispatcher->unlanded.bytes += landing->memory;
	lander_submit(dispatcher->lander, landing);
}

void dispatcher_tell(struct dispatcher *dispatcher, struct json *event)
{
	if (dispatcher->options.event)
		dispatcher->options.event(event, dispatcher->options.event_arg);
	json_unref(event);
}

void dispatcher_pump_soon(struct dispatcher *dispatcher)
{
	loop_timer_set(dispatcher->pump_timer, 0);
}

void dispatcher_remove(struct dispatcher *dispatcher, struct run *run)
{
	struct run **link = &dispatcher->runs;

	while (*link != run)
		link = &(*link)->next;
	*link = run->next;
	if (run->state == RUN_ENDED)
		json_put(dispatcher->last, run->seed ? run->seed->record.job : run->order.job,
			 run_json(run));
	run_free(run);
}

static void arm_pump(struct dispatcher *dispatcher, int64_t now_ms)
{
	int64_t wake = INT64_MAX;

	for (const struct run *run = dispatcher->runs; run; run = run->next)
		if (run_wakes_at(run) < wake)
			wake = run_wakes_at(run);
	if (wake == INT64_MAX)
		loop_timer_clear(dispatcher->pump_timer);
	else
		loop_timer_set(dispatcher->pump_timer, wake > now_ms ? wake - now_ms : 1);
}

/* The run that chooses first this time: each in turn, or one would take every place that is free
 * at a host they share. */
static struct run *first_to_choose(struct dispatcher *dispatcher, size_t *runs)
{
	struct run *first = dispatcher->runs;

	*runs = 0;
	for (const struct run *run = dispatcher->runs; run; run = run->next)
		++*runs;
	for (size_t skip = *runs ? dispatcher->turn++ % *runs : 0; skip > 0; skip--)
		first = first->next;
	return first;
}

/* Lets every run send out what it may, and end if it is done. */
static void pump(void *arg)
{
	struct dispatcher *dispatcher = arg;
	int64_t now_ms = clock_monotonic_ms();
	size_t runs;
	struct run *run = first_to_choose(dispatcher, &runs);

	if (!dispatcher->stopping)
		enrol_admit(dispatcher);
	for (; runs > 0; runs--, run = run->next ? run->next : dispatcher->runs) {
		if (!dispatcher->stopping)
			run_pump(run, now_ms);
		run_settle(run);
	}
	fleet_flush(dispatcher->fleet);
	arm_pump(dispatcher, now_ms);
	if (dispatcher->runs && !loop_timer_pending(dispatcher->tick_timer))
		loop_timer_set(dispatcher->tick_timer, TICK_MS);
	dispatcher_check_stopped(dispatcher);
}

static void take_parcels(int fd, int what, void *arg)
{
	struct dispatcher *dispatcher = arg;
	void *items[TAKE];
	size_t n = mailbox_take(dispatcher->done, items, TAKE);
	int64_t now_ms = clock_monotonic_ms();

	for (size_t i = 0; i < n; i++) {
		struct parcel *parcel = items[i];
		struct digest_context *context = parcel->request->context;

		if (context->trial)
			trial_take_parcel(context->trial, parcel);
		else if (context->inquiry)
			inquiry_take_parcel(context->inquiry, parcel, now_ms);
		else
			run_take_parcel(context->owner, parcel, now_ms);
	}
	pump(dispatcher);
}

static void settle_landing(struct dispatcher *dispatcher, struct landing *landing)
{
	struct run *run = landing->owner;

	switch (landing->kind) {
	case LANDING_ENROL:
		enrol_settled(run, landing);
		break;
	case LANDING_BEGIN:
	case LANDING_REOPEN:
		run_begun(run, landing);
		break;
	case LANDING_PAGE:
	case LANDING_FAILURE:
		run_landed(run, landing);
		break;
	case LANDING_END:
	case LANDING_REFUSE:
		run_ended(run, landing);
		break;
	case LANDING_SWITCH:
		orders_switched(dispatcher, landing);
		break;
	case LANDING_STATE:
		orders_state_changed(landing);
		break;
	case LANDING_HOLD:
		run_held(run, landing->error);
		break;
	case LANDING_WITHDRAW: /* its run may be gone */
	case LANDING_CHORE:    /* only to look whether a stop may go on */
	case LANDING__COUNT:
		break;
	}
}

static void take_landed(int fd, int what, void *arg)
{
	struct dispatcher *dispatcher = arg;
	void *items[TAKE];
	size_t n = mailbox_take(dispatcher->landed, items, TAKE);

	for (size_t i = 0; i < n; i++) {
		struct landing *landing = items[i];

		if (!landing_is_notice(landing)) {
			dispatcher->unlanded.n--;
			dispatcher->unlanded.bytes -= landing->memory;
		}
		settle_landing(dispatcher, landing);
		landing_free(landing);
	}
	pump(dispatcher);
}

/* Once a second: rates, and a word to those who watch. */
static void tick(void *arg)
{
	struct dispatcher *dispatcher = arg;

	for (struct run *run = dispatcher->runs; run; run = run->next)
		run_tick(run);
	if (dispatcher->runs)
		loop_timer_set(dispatcher->tick_timer, TICK_MS);
}

static int open_directories(struct dispatcher *dispatcher, struct err *err)
{
	const struct config *config = dispatcher->options.config;
	char *lock = xasprintf("%s/lock", config->state_dir);
	int rc = file_mkdir_p(config->state_dir, 0750, err);

	if (rc == 0) {
		dispatcher->lock = file_lock(lock, err);
		rc = dispatcher->lock < 0 ? dispatcher->lock : 0;
	}
	if (rc == 0)
		rc = file_mkdir_p(config->data_dir, 02750, err);
	if (rc == 0) {
		dispatcher->root = open(config->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dispatcher->root < 0)
			rc = err_sys(err, -errno, "cannot open the data directory %s",
				     config->data_dir);
	}
	free(lock);
	return rc;
}

static void take_up(struct dispatcher *dispatcher, struct seed *seed)
{
	struct run_record named = { .id = seed->record.id, .job = xstrdup(seed->record.job) };
	struct landing *landing;
	struct run *run;

	if (seed->enrolled) {
		enrol_add(dispatcher, &seed->record);
		run_record_done(&named);
		seed_free(seed);
		return;
	}
	run = run_add(dispatcher, &named);
	landing = landing_new(LANDING_BEGIN, run);
	log_run(LOG_LEVEL_INFO, run->order.job, run->order.id,
		"run %llu of %s goes on: %llu of %llu requests are done",
		(unsigned long long)run->order.id, run->order.job,
		(unsigned long long)rangeset_count(seed->done),
		(unsigned long long)seed->record.counts.total);
	landing->seed = seed;
	dispatcher_land(dispatcher, landing);
}

/* Runs that had not ended. One that cannot be taken up stays as it is and is spoken of. */
static int load_unfinished(struct db *db, struct seed ***seeds, size_t *n, struct err *err)
{
	uint64_t *ids = NULL;
	size_t nids = 0;
	int rc = runs_unfinished(db, &ids, &nids, err);

	if (rc < 0)
		return rc;
	*seeds = xcalloc(nids, sizeof(struct seed *));
	for (size_t i = 0; i < nids; i++) {
		struct err why = ERR_INIT;
		int code;
		struct seed *seed = seed_load(db, ids[i], &code, &why);

		if (seed)
			(*seeds)[(*n)++] = seed;
		else
			log_error("a run cannot be taken up, it stays unfinished: %s", why.text);
	}
	free(ids);
	return 0;
}

static int start_threads(struct dispatcher *dispatcher, struct db *db, const char *path,
			 struct err *err)
{
	struct output_place place = {
		.root = dispatcher->root,
		.data_mode = dispatcher->options.config->data_mode,
	};
	struct db *owned = db;
	int rc = mailbox_new(LANDED_ROOM, &dispatcher->landed, err);

	if (rc == 0)
		rc = mailbox_new(LANDED_ROOM, &dispatcher->done, err);
	if (rc == 0)
		rc = query_start(dispatcher->loop, path, &dispatcher->query, err);
	if (rc == 0) {
		rc = lander_start(&place, db, dispatcher->landed, &dispatcher->lander, err);
		owned = rc == 0 ? NULL : db;
	}
	if (rc < 0)
		db_close(owned);
	return rc;
}

static void watch_mailboxes(struct dispatcher *dispatcher)
{
	struct loop *loop = dispatcher->loop;

	dispatcher->done_watch = loop_watch_new(loop, mailbox_fd(dispatcher->done), LOOP_READ,
						take_parcels, dispatcher);
	dispatcher->landed_watch = loop_watch_new(loop, mailbox_fd(dispatcher->landed), LOOP_READ,
						  take_landed, dispatcher);
}

/* Opens the ledger, reads what is unfinished, and starts the threads that share it. */
static int open_ledger(struct dispatcher *dispatcher, struct err *err)
{
	const struct config *config = dispatcher->options.config;
	char *path = xasprintf("%s/fetchd.db", config->state_dir);
	const struct fresh_place place = { path, config->data_dir, dispatcher->root };
	struct seed **seeds = NULL;
	struct db *db = NULL;
	size_t n = 0;
	int rc = fresh_check(&place, err);

	if (rc == 0)
		rc = db_open(path, &db, err);

	if (rc == 0) {
		dispatcher->switches = switches_all(db, err);
		dispatcher->last = runs_last(db, err);
		rc = dispatcher->switches && dispatcher->last ? load_unfinished(db, &seeds, &n, err)
							      : -EIO;
		if (rc < 0)
			db_close(db);
		else
			rc = start_threads(dispatcher, db, path, err);
	}
	if (rc == 0)
		watch_mailboxes(dispatcher);
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			take_up(dispatcher, seeds[i]);
		else
			seed_free(seeds[i]);
	}
	free(seeds);
	free(path);
	return rc;
}

static void tell_stopped(void *arg)
{
	struct dispatcher *dispatcher = arg;

	dispatcher->stopped(dispatcher->stopped_arg);
}

static struct pace *new_pace(const struct config *config)
{
	struct pace *pace = pace_new(config->max_in_flight, config->per_host);

	for (size_t i = 0; i < config->nhosts; i++) {
		const struct config_host *host = &config->hosts[i];
		struct pace_terms terms = { host->per_host, { host->rate_ns, host->burst } };

		pace_agree(pace, host->name, &terms);
	}
	return pace;
}

int dispatcher_start(struct loop *loop, const struct dispatcher_options *options,
		     struct dispatcher **started, struct err *err)
{
	struct dispatcher *dispatcher = xcalloc(1, sizeof(*dispatcher));
	int rc;

	dispatcher->loop = loop;
	dispatcher->options = *options;
	dispatcher->lock = dispatcher->root = -1;
	dispatcher->pump_timer = loop_timer_new(loop, pump, dispatcher);
	dispatcher->tick_timer = loop_timer_new(loop, tick, dispatcher);
	dispatcher->grace_timer = loop_timer_new(loop, dispatcher_grace_over, dispatcher);
	dispatcher->stopped_timer = loop_timer_new(loop, tell_stopped, dispatcher);
	random_seed_system(&dispatcher->random);
	rc = open_directories(dispatcher, err);
	if (rc == 0)
		rc = open_ledger(dispatcher, err);
	if (rc < 0) {
		dispatcher_free(dispatcher);
		return rc;
	}
	dispatcher->pace = new_pace(options->config);
	dispatcher->fleet = fleet_new(options->config, dispatcher->done);
	*started = dispatcher;
	return 0;
}

/* What the lander could not commit any more: not done, so the next start does it. */
static void drop_landings(struct dispatcher *dispatcher)
{
	void *item;

	while (dispatcher->landed && mailbox_take(dispatcher->landed, &item, 1) == 1) {
		struct landing *landing = item;

		if (landing->kind == LANDING_SWITCH)
			orders_switched(dispatcher, landing);
		if (landing->kind == LANDING_STATE)
			orders_state_changed(landing);
		landing_free(landing);
	}
}

/* What is left of them is for the next start. Who waits for one to begin hears it now. */
static void drop_runs(struct dispatcher *dispatcher)
{
	static const struct err stopping = { .text = "the daemon is stopping" };

	while (dispatcher->runs) {
		if (dispatcher->runs->begun)
			run_refuse(dispatcher->runs, -EAGAIN, &stopping);
		else
			dispatcher_remove(dispatcher, dispatcher->runs);
	}
}

void dispatcher_free(struct dispatcher *dispatcher)
{
	if (!dispatcher)
		return;
	query_stop(dispatcher->query);
	lander_stop(dispatcher->lander, true);
	dispatcher->lander = NULL;
	drop_landings(dispatcher);
	drop_runs(dispatcher);
	fleet_free(dispatcher->fleet);
	grants_free(dispatcher->grants);
	loop_watch_free(dispatcher->done_watch);
	loop_watch_free(dispatcher->landed_watch);
	loop_timer_free(dispatcher->pump_timer);
	loop_timer_free(dispatcher->tick_timer);
	loop_timer_free(dispatcher->grace_timer);
	loop_timer_free(dispatcher->stopped_timer);
	mailbox_free(dispatcher->done);
	mailbox_free(dispatcher->landed);
	pace_free(dispatcher->pace);
	json_unref(dispatcher->switches);
	json_unref(dispatcher->last);
	if (dispatcher->root >= 0)
		close(dispatcher->root);
	if (dispatcher->lock >= 0)
		close(dispatcher->lock);
	free(dispatcher);
}
