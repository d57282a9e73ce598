/* A run: one execution of a job. The states it goes through, what it has counted, and what it may
 * be told.
 *
 * Lives on the main loop, in a dispatcher. A run of a million requests is an iterator and a few
 * numbers; its failures and finished ranges are in the ledger.
 */
#ifndef RUN_RUN_H
#define RUN_RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"

struct run;

enum run_state { RUN_WAITING, RUN_RUNNING, RUN_ENDING, RUN_ENDED, RUN__COUNT };
enum run_result {
	RESULT_NONE,
	RESULT_COMPLETE,
	RESULT_UNCHANGED,
	RESULT_PARTIAL,
	RESULT_SUSPECT, /* nothing failed, but what came is not what was expected */
	RESULT_FAILED,
	RESULT_CANCELLED,
	RESULT__COUNT
};

extern const char *const run_state_names[RUN__COUNT];
extern const char *const run_result_names[RESULT__COUNT]; /* [RESULT_NONE] is NULL */

uint64_t run_id(const struct run *run); /* 0 until its start is committed */

/* The document of SPEC section 5, "run", from memory (no `files` while it runs), plus "rate"
 * (requests a second lately), "eta_ms" (null: unknown) and "in_flight". */
struct json *run_json(const struct run *run);

/* No new requests; what is in flight is cut off; the run ends `cancelled`. */
void run_cancel(struct run *run);

#endif
