/* What a job keeps from run to run: GET, PUT and DELETE /v1/jobs/{job}/state. */
#ifndef FETCHD_HANDLERS_STATE_H
#define FETCHD_HANDLERS_STATE_H

#include "control/call.h"

void handle_job_state(struct call *call, void *daemon);
void handle_job_state_put(struct call *call, void *daemon);
void handle_job_state_delete(struct call *call, void *daemon);

#endif
