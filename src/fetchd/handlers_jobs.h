/* What is asked of one job, or of all: GET /v1/jobs and below it. */
#ifndef FETCHD_HANDLERS_JOBS_H
#define FETCHD_HANDLERS_JOBS_H

#include "control/call.h"

void handle_jobs(struct call *call, void *daemon);
void handle_job(struct call *call, void *daemon);
void handle_job_enable(struct call *call, void *daemon);
void handle_job_disable(struct call *call, void *daemon);
void handle_job_plan(struct call *call, void *daemon);
void handle_job_head(struct call *call, void *daemon);
void handle_job_run(struct call *call, void *daemon);
void handle_job_try(struct call *call, void *daemon);

#endif
