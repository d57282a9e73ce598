/* Stopping: what is in flight may end, what came is landed, the rest is for the next start. */
#include "base/log.h"
#include "run/dispatcher_internal.h"
#include "run/inquiry.h"

/* The lander may be waiting for a disk that does not heal: that long and no longer. */
#define LAND_MS 10000

void dispatcher_check_stopped(struct dispatcher *dispatcher)
{
	if (!dispatcher->stopping || !dispatcher->stopped)
		return;
	if (fleet_out(dispatcher->fleet) > 0 || dispatcher->asked > 0)
		return;
	/* What waits for an output would wait longer than anybody wants. */
	if (dispatcher->unlanded.n > dispatcher->held.n && !dispatcher->abandoning)
		return;
	if (lander_is_busy(dispatcher->lander) && !dispatcher->abandoning)
		return; /* its chores come back one by one; what is left is for the next start */
	if (!loop_timer_pending(dispatcher->stopped_timer) && !dispatcher->told) {
		dispatcher->told = true;
		if (dispatcher->unlanded.n > 0)
			log_warning("stopping with %zu answers that could not be landed; "
				    "they will be fetched again",
				    dispatcher->unlanded.n);
		loop_timer_clear(dispatcher->grace_timer);
		loop_timer_set(dispatcher->stopped_timer, 0);
	}
}

/* First what is still in flight is cut off; then what cannot be landed is left for the next start.
 */
void dispatcher_grace_over(void *arg)
{
	struct dispatcher *dispatcher = arg;

	if (fleet_out(dispatcher->fleet) > 0) {
		fleet_cancel(dispatcher->fleet, 0);
		loop_timer_set(dispatcher->grace_timer, LAND_MS);
		return;
	}
	dispatcher->abandoning = true;
	dispatcher_check_stopped(dispatcher);
}

void dispatcher_stop(struct dispatcher *dispatcher, int64_t grace_ms, loop_fn *stopped, void *arg)
{
	if (dispatcher->stopping) {
		dispatcher_grace_over(dispatcher);
		return;
	}
	dispatcher->stopping = true;
	dispatcher->stopped = stopped;
	dispatcher->stopped_arg = arg;
	for (struct run *run = dispatcher->runs; run; run = run->next)
		run_drop_work(run);
	inquiry_stop_all(dispatcher);
	loop_timer_set(dispatcher->grace_timer, grace_ms);
	dispatcher_pump_soon(dispatcher);
}
