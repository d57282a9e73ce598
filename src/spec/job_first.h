/* First requests: what a parameter takes from an answer is asked for before all else, by a job of
 * its own that lands nowhere. */
#ifndef SPEC_JOB_FIRST_H
#define SPEC_JOB_FIRST_H

#include <stdbool.h>

#include "base/json.h"
#include "spec/walk.h"

/* Some parameter of the job has its values from a first request. */
bool job_asks_first(const struct json *definition);
/* That request as a job of its own: with what the job of `definition` says of how to ask, and with
 * its credentials where it has the same origin. The caller's; NULL: the parameter has none. */
struct json *job_first_definition(const struct json *definition, const char *param);
/* Complains about the {request: ..., records:, pages:} of a parameter. */
void job_check_first(const char *param, const struct json *ask, const struct walk *walk);

#endif
