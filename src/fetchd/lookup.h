/* Runs for replies: live ones from memory, ended ones from the history.
 *
 * A run that ends while the query thread reads could be seen as running in the history and be gone
 * from memory; such an answer is asked for once more, so that nobody is told a state that is over.
 */
#ifndef FETCHD_LOOKUP_H
#define FETCHD_LOOKUP_H

#include <stdint.h>

#include "base/err.h"
#include "base/json.h"

struct dispatcher;

/* `found` is the listener's to json_unref; NULL with -ENOENT (no such run) or another error. */
typedef void lookup_fn(struct json *found, int code, const struct err *err, void *arg);

/* The run with its files. `done` is called later, on the main loop. */
void lookup_run(struct dispatcher *dispatcher, uint64_t id, lookup_fn *done, void *arg);
/* {"items": [run...], "next"}, newest first; `job` NULL: of all; copied. `before` 0: the newest. */
struct lookup_page {
	const char *job;
	unsigned limit;
	uint64_t before;
};
void lookup_runs(struct dispatcher *dispatcher, struct lookup_page page, lookup_fn *done,
		 void *arg);

#endif
