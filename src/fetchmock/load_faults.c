/* `faults:`: a list of what goes wrong, and how often. */
#include "fetchmock/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static void read_status(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	int64_t status = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 200, 599 }, &status))
		((struct fault *)target)->status = (int)status;
}

static void read_reset(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	((struct fault *)target)->reset = json_bool(value, false);
}

/* "10%" or 0.1. */
static void read_rate(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	const char *text = json_str(value);
	double rate = json_number(value, -1);
	char *end;

	if (text) {
		rate = strtod(text, &end) / 100;
		if (end == text || strcmp(end, "%") != 0)
			rate = -1;
	}
	if (!(rate > 0 && rate <= 1))
		reader_problem(reader, pointer, "rate: expected a share such as 10%% or 0.1");
	else
		((struct fault *)target)->rate = rate;
}

static void read_every(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	int64_t every = 0;

	if (read_whole(reader, pointer, value, (struct bounds) { 1, INT64_C(1) << 40 }, &every))
		((struct fault *)target)->every = (uint64_t)every;
}

static void read_retry_after(struct reader *reader, const char *pointer, const struct json *value,
			     void *target)
{
	read_whole(reader, pointer, value, (struct bounds) { 0, INT64_C(1) << 40 },
		   &((struct fault *)target)->retry_after_s);
}

static const struct key fault_keys[] = {
	{ "status", 0, NULL, read_status },
	{ "reset", KEY_TYPE(JSON_BOOL), "true or false", read_reset },
	{ "rate", KEY_TYPE(JSON_STRING) | KEY_TYPE(JSON_NUMBER) | KEY_TYPE(JSON_INT),
	  "a share such as 10%", read_rate },
	{ "every", 0, NULL, read_every },
	{ "retry_after", 0, NULL, read_retry_after },
	{ NULL },
};

static void check(struct reader *reader, const char *pointer, const struct json *value)
{
	if (json_has(value, "status") == json_has(value, "reset"))
		reader_problem(reader, pointer, "a fault is either `status: 500` or `reset: true`");
	if (json_has(value, "rate") == json_has(value, "every"))
		reader_problem(reader, pointer,
			       "a fault strikes either by `rate: 10%%` or `every: 7` requests");
}

void load_faults(struct reader *reader, const char *pointer, const struct json *value,
		 struct route *route)
{
	route->faults = xcalloc(json_len(value) + 1, sizeof(*route->faults));
	for (size_t i = 0; i < json_len(value); i++) {
		struct fault *fault = &route->faults[route->nfaults++];
		char *at = pointer_element(pointer, i);

		fault->retry_after_s = -1;
		if (keys_read(reader, at, json_at(value, i), fault_keys, fault))
			check(reader, at, json_at(value, i));
		free(at);
	}
}
