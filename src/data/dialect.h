/* How one job's CSV is written, and a CSV file has to be read. Private to this floor.
 *
 * RFC 4180 leaves to taste what parts fields and ends lines; RFC 4180 has no null at all. The
 * settings of `output.csv` fill these gaps. The name of a dialect outside this floor is its policy,
 * a JSON object of what differs from the default (format_policy in format.h).
 */
#ifndef DATA_DIALECT_H
#define DATA_DIALECT_H

#include <stdbool.h>

#include "base/json.h"
#include "base/slice.h"
#include "spec/job.h"

struct dialect {
	char delimiter;
	bool crlf, bom, guard;
	struct slice null; /* borrowed from the job or the policy */
};

void dialect_of_job(const struct job *job, struct dialect *dialect);
void dialect_of_policy(const struct json *policy, struct dialect *dialect); /* NULL: the default */

/* {"delimiter": ";", "crlf": true, ...}: only what differs from the default; NULL: nothing does. */
struct json *dialect_policy(const struct dialect *dialect);
/* Rows look as in the default dialect. */
bool dialect_is_plain(const struct dialect *dialect);

#endif
