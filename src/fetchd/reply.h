/* What several handlers answer with: errors by their code, jobs, and the pages of lists. */
#ifndef FETCHD_REPLY_H
#define FETCHD_REPLY_H

#include "base/err.h"
#include "base/json.h"
#include "control/call.h"
#include "spec/job.h"
#include "spec/problem.h"

#define REPLY_LIMIT_DEFAULT 100
#define REPLY_LIMIT_MAX     1000

struct daemon;

/* A call that waits for an answer from elsewhere; freed by who answers. */
struct reply_wait {
	struct daemon *daemon;
	struct call *call;
};
struct reply_wait *reply_wait_new(struct daemon *daemon, struct call *call);

/* A problem document whose status follows from the negative errno. */
void reply_error(struct call *call, int code, const struct err *err);
void reply_no_job(struct call *call, const char *name);
/* 422 with every problem as an item. */
void reply_problems(struct call *call, const struct problems *problems);

/* The job the path names; NULL: a 404 was sent. Borrowed from the set. */
struct job *reply_job_of(struct call *call, const struct daemon *daemon);
/* The run the path names; 0: a 404 was sent. */
uint64_t reply_run_of(struct call *call);
/* The query parameter `limit`; false: a 400 was sent. */
bool reply_limit(struct call *call, unsigned *limit);

/* "job" of SPEC section 5. */
struct json *reply_job(const struct daemon *daemon, const struct job *job);

#endif
