/* A token bucket: so many at once, then one every so often (the generic cell rate algorithm of
 * ITU-T I.371: one number says when the bucket would be full again).
 *
 * Nothing is sent earlier than the rate allows, and what a late timer lost is made up for where
 * that cannot be felt: within BUCKET_SLACK_NS, at rates of more than one in twice that. Not
 * thread-safe; the clock is the caller's, monotonic.
 */
#ifndef FETCH_BUCKET_H
#define FETCH_BUCKET_H

#include <stdint.h>

#define BUCKET_SLACK_NS INT64_C(10000000)

struct bucket_rate {
	int64_t interval_ns; /* from one to the next; 0: no limit */
	unsigned
		burst; /* what the other side counts; one of them is kept back when there are two */
};

struct bucket {
	int64_t due_ns; /* when the next would go if they went evenly; zeroed: full */
};

/* The earliest time at which one may go; not after now_ns: now. */
int64_t bucket_opens(const struct bucket *bucket, const struct bucket_rate *rate);
/* One goes now, which bucket_opens allowed. */
void bucket_take(struct bucket *bucket, const struct bucket_rate *rate, int64_t now_ns);

#endif
