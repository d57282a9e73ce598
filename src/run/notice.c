/* Notices: see notice.h. */
#include "run/notice.h"

#include <stddef.h>

#include "base/clock.h"

/* What a run's document gives to the event of its end, in this order. */
static const char *const ended_keys[] = { "result", "reason",  "requests", "rows",
					  "bytes",  "started", "ended",    NULL };

struct json *notice_new(const char *name, const char *job, uint64_t run)
{
	struct json *event = json_new_object();

	json_put_time(event, "time", clock_unix_ms());
	json_put_str(event, "event", name);
	json_put_str(event, "job", job);
	if (run)
		json_put_int(event, "run", (int64_t)run);
	return event;
}

struct json *notice_of_end(const struct json *run)
{
	struct json *event = notice_new("run.ended", json_str(json_get(run, "job")),
					(uint64_t)json_int(json_get(run, "id"), 0));

	for (const char *const *key = ended_keys; *key; key++)
		json_put(event, *key, json_ref(json_get(run, *key)));
	return event;
}
