/* Conditional requests of a run: before one goes out, it is asked what an earlier run knows of its
 * page; when the server answers 304, the rows are brought from there.
 *
 * Both are questions to the query thread. Meanwhile a request is only numbers again; up to
 * RECALL_MAX of them are asked about ahead. Main loop only.
 */
#ifndef RUN_RECALL_H
#define RUN_RECALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/heap.h"
#include "base/indexmap.h"
#include "run/recalled.h"

#define RECALL_MAX  1000 /* pages asked about at once */
#define RECALL_ROWS 64   /* pages whose rows are being read */

struct run;

struct recall_wish {
	struct heap_entry entry; /* of the run's `due`, for when it is known */
	uint32_t page;
};

struct recall {
	struct indexmap known; /* struct recalled by point, for requests about to be built */
	struct recall_wish *wishes;
	size_t nwishes;
	unsigned asked;   /* questions at the query thread */
	unsigned reading; /* of them, those for rows */
	struct recalled_files *files;
};

void recall_done(struct recall *recall);
/* True when the run must wait: `wish` is asked about, and comes back through `due`. */
bool recall_first(struct run *run, const struct recall_wish *wish);
/* Gives a request that was built what is known of it, and its conditions. */
void recall_apply(struct run *run, struct request *request);
/* Asks about all wishes so far. */
void recall_ask(struct run *run);
bool recall_is_full(const struct run *run);
/* True when the parcel's rows are being brought: it comes back through run_land. */
bool recall_rows(struct run *run, struct parcel *parcel);

#endif
