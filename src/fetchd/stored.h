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

/* What a job from the socket may not refer to: a secret file by a relative path, or one outside
 * `secrets_dir` (NULL: anywhere). */
void stored_check_secret(const struct job *job, const char *secrets_dir, const struct doc *doc,
			 struct problems *problems);

#endif
