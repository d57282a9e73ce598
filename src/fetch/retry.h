/* When to try again: exponential back-off with full jitter, and Retry-After. */
#ifndef FETCH_RETRY_H
#define FETCH_RETRY_H

#include <stdint.h>

#include "base/random.h"
#include "fetch/response.h"
#include "spec/job.h"

/* Milliseconds to wait after `tries` (>= 1) tries: uniform in 0 .. min(retry.max, retry.first *
 * 2^(tries-1)). */
int64_t retry_delay_ms(const struct job *job, unsigned tries, struct random *random);
/* Retry-After (RFC 9110 section 10.2.3) in milliseconds from now: seconds, or a date against the
 * response's own Date (else now). Not clipped, but negative is 0. -1 when absent or malformed. */
int64_t retry_after_ms(const char *retry_after, const char *date, int64_t now_unix_ms);

#endif
