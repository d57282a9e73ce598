/* What is asked of one run, or of all: GET /v1/runs and below it. */
#ifndef FETCHD_HANDLERS_RUNS_H
#define FETCHD_HANDLERS_RUNS_H

#include "control/call.h"

void handle_runs(struct call *call, void *daemon);
void handle_run(struct call *call, void *daemon);
void handle_run_cancel(struct call *call, void *daemon);
void handle_run_retry(struct call *call, void *daemon);
void handle_run_requests(struct call *call, void *daemon);

#endif
