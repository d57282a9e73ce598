/* What the lander's files share: the thread's state. */
#ifndef RUN_LANDER_INTERNAL_H
#define RUN_LANDER_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/log.h"
#include "run/account.h"
#include "run/lander.h"

#define OUTPUTS_MAX 256 /* live files kept open */

struct lander {
	pthread_t thread;
	struct db *db;
	struct output_place place;
	struct mailbox *inbox, *landed;
	struct account *accounts;
	struct output *outputs[OUTPUTS_MAX]; /* most recently used first */
	atomic_uint noutputs;                /* written by the lander only; others may look */
	struct complaint trouble;
	bool owed; /* a batch that failed is not given up yet */
	atomic_bool give_up;
};

/* The landings that are neither page nor failure; each commits by itself. lander_acts.c */
int lander_begin(struct lander *lander, struct landing *landing, struct err *err);
int lander_reopen(struct lander *lander, struct landing *landing, struct err *err);
int lander_end(struct lander *lander, struct landing *landing, struct err *err);
int lander_switch(struct lander *lander, struct landing *landing, struct err *err);

struct lander_items {
	struct landing **at;
	size_t n;
};

/* Pages and failures. Each landing's code tells: 0 it is committed; -EINPROGRESS it is not, try
 * again (the call then failed with the reason); anything else it never can be. lander_batch.c */
int lander_batch(struct lander *lander, struct lander_items items, struct err *err);

#endif
