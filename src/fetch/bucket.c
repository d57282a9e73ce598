/* A token bucket: see bucket.h. */
#include "fetch/bucket.h"

/* How much earlier than evenly one may go. A request can arrive sooner after the one before it than
 * it was sent, as that one had to connect first; so the last token stays. */
static int64_t tolerance(const struct bucket_rate *rate)
{
	int64_t slack = rate->interval_ns < 2 * BUCKET_SLACK_NS ? BUCKET_SLACK_NS : 0;
	int64_t spare = rate->burst > 2 ? (rate->burst - 2) * rate->interval_ns : 0;

	return spare > slack ? spare : slack;
}

int64_t bucket_opens(const struct bucket *bucket, const struct bucket_rate *rate)
{
	if (rate->interval_ns == 0 || bucket->due_ns == 0)
		return INT64_MIN;
	return bucket->due_ns - tolerance(rate);
}

void bucket_take(struct bucket *bucket, const struct bucket_rate *rate, int64_t now_ns)
{
	if (rate->interval_ns == 0)
		return;
	if (bucket->due_ns < now_ns)
		bucket->due_ns = now_ns;
	bucket->due_ns += rate->interval_ns;
}
