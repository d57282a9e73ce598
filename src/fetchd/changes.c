/* Changes to the set of jobs, see changes.h: the queue. */
#include "fetchd/changes.h"

#include "fetchd/daemon.h"

static void end_first(struct changes *changes)
{
	struct change *change = changes->first;

	changes->first = change->next;
	if (!changes->first)
		changes->last = NULL;
	problems_done(&change->problems);
	change->kind->free(change);
}

static void do_work(struct db *db, void *arg)
{
	struct change *change = arg;

	if (db)
		change->kind->work(change);
	else
		change->code = query_refuse(&change->err);
}

static void begin_next(struct changes *changes);

static void work_done(void *arg)
{
	struct change *change = arg;
	struct changes *changes = &change->daemon->changes;

	change->kind->apply(change);
	end_first(changes);
	begin_next(changes);
}

static void begin_next(struct changes *changes)
{
	while (changes->first && !changes->first->kind->admit(changes->first))
		end_first(changes);
	if (changes->first)
		query_ask(dispatcher_query(changes->first->daemon->dispatcher), do_work, work_done,
			  changes->first);
}

void changes_queue(struct daemon *daemon, struct change *change)
{
	struct changes *changes = &daemon->changes;
	bool idle = !changes->first;

	change->daemon = daemon;
	if (idle)
		changes->first = change;
	else
		changes->last->next = change;
	changes->last = change;
	if (idle)
		begin_next(changes);
}
