/* Changes to the set of jobs, one at a time: reload, and jobs put and deleted over the socket.
 *
 * In the order they were asked for, each reads and writes files on the query thread and then swaps
 * the set on the main loop; so no change decides by a set that another is about to replace.
 */
#ifndef FETCHD_CHANGES_H
#define FETCHD_CHANGES_H

#include <stdbool.h>

#include "base/err.h"
#include "control/call.h"
#include "spec/problem.h"

struct change;
struct daemon;

/* The steps of a change, in this order. */
struct change_kind {
	bool (*admit)(struct change *change); /* main loop; false: it has answered and ends here */
	void (*work)(struct change *change);  /* query thread: touches the change alone, and may
						 read the set of jobs */
	void (*apply)(struct change *change); /* main loop; answers. code is -EAGAIN when there was
						 no work because fetchd stops */
	void (*free)(struct change *change);  /* what it holds, and itself */
};

/* The common part: the first member of each kind's own struct. */
struct change {
	const struct change_kind *kind;
	struct call *call; /* NULL: nobody waits for an answer */
	struct daemon *daemon;
	struct change *next;
	int code; /* what the work came to */
	struct err err;
	struct problems problems;
};

struct changes {
	struct change *first, *last; /* first: the one under way */
};

/* Takes the change, whose kind and call are set. */
void changes_queue(struct daemon *daemon, struct change *change);

#endif
