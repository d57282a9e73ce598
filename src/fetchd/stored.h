/* Jobs that came over the socket: PUT and DELETE /v1/jobs/{job}.
 *
 * Such a job is kept as <state_dir>/jobs.d/NAME.json, from where every start and reload reads it. A
 * job that a file of the user's defines cannot be changed here: the answer names that file.
 */
#ifndef FETCHD_STORED_H
#define FETCHD_STORED_H

#include "control/call.h"
#include "spec/doc.h"
#include "spec/job.h"
#include "spec/problem.h"

void handle_job_put(struct call *call, void *daemon);
void handle_job_delete(struct call *call, void *daemon);

/* A job from the socket takes secret files from `secrets_dir` alone, where that is set. */
void stored_check_secrets(const struct job *job, const char *secrets_dir, const struct doc *doc,
			  struct problems *problems);

#endif
