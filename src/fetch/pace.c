/* The politeness book: see pace.h. */
#include "fetch/pace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"

#define FIRST_SLOTS 16 /* a power of two, as all sizes of the table */

struct pace_host {
	char *name;
	unsigned in_flight;
	int64_t held_until_ms; /* monotonic; in the past: not held */
	char *reason;
	struct pace_host *chained; /* the next one of its slot */
	struct pace_host *made;    /* the one made before it */
};

struct pace {
	unsigned max_in_flight, per_host, in_flight;
	struct pace_host **slots;
	size_t nslots, nhosts;
	struct pace_host *newest;
};

struct pace *pace_new(unsigned max_in_flight, unsigned per_host)
{
	struct pace *pace = xcalloc(1, sizeof(*pace));

	pace->max_in_flight = max_in_flight;
	pace->per_host = per_host;
	pace->nslots = FIRST_SLOTS;
	pace->slots = xcalloc(pace->nslots, sizeof(struct pace_host *));
	return pace;
}

void pace_free(struct pace *pace)
{
	if (!pace)
		return;
	for (struct pace_host *host = pace->newest, *before; host; host = before) {
		before = host->made;
		free(host->reason);
		free(host->name);
		free(host);
	}
	free(pace->slots);
	free(pace);
}

static struct pace_host **slot_of(const struct pace *pace, const char *name)
{
	return &pace->slots[hash_bytes(name, strlen(name)) & (pace->nslots - 1)];
}

static void chain(struct pace *pace, struct pace_host *host)
{
	struct pace_host **slot = slot_of(pace, host->name);

	host->chained = *slot;
	*slot = host;
}

static void grow(struct pace *pace)
{
	free(pace->slots);
	pace->nslots *= 2;
	pace->slots = xcalloc(pace->nslots, sizeof(struct pace_host *));
	for (struct pace_host *host = pace->newest; host; host = host->made)
		chain(pace, host);
}

struct pace_host *pace_host(struct pace *pace, const char *name)
{
	struct pace_host *host;

	for (host = *slot_of(pace, name); host; host = host->chained)
		if (strcmp(host->name, name) == 0)
			return host;
	host = xcalloc(1, sizeof(*host));
	host->name = xstrdup(name);
	host->held_until_ms = INT64_MIN;
	host->made = pace->newest;
	pace->newest = host;
	if (++pace->nhosts > pace->nslots)
		grow(pace); /* chains the new one too */
	else
		chain(pace, host);
	return host;
}

static bool reached(unsigned in_flight, unsigned cap)
{
	return cap != 0 && in_flight >= cap;
}

enum pace_answer pace_take(struct pace *pace, struct pace_host *host, unsigned per_host,
			   int64_t now_ms, int64_t *until_ms)
{
	if (now_ms < host->held_until_ms) {
		*until_ms = host->held_until_ms;
		return PACE_WAIT;
	}
	if (reached(pace->in_flight, pace->max_in_flight) ||
	    reached(host->in_flight, pace->per_host) || reached(host->in_flight, per_host))
		return PACE_FULL;
	pace->in_flight++;
	host->in_flight++;
	return PACE_GO;
}

void pace_return(struct pace *pace, struct pace_host *host)
{
	assert(pace->in_flight > 0 && host->in_flight > 0);
	pace->in_flight--;
	host->in_flight--;
}

bool pace_hold(struct pace *pace, struct pace_host *host, int64_t until_ms, const char *reason)
{
	bool news = host->held_until_ms < until_ms - PACE_SAME_MS;

	(void)pace;
	if (until_ms <= host->held_until_ms)
		return false;
	host->held_until_ms = until_ms;
	free(host->reason);
	host->reason = xstrdup(reason);
	return news;
}

unsigned pace_in_flight(const struct pace *pace)
{
	return pace->in_flight;
}

static struct json *host_json(const struct pace_host *host, int64_t now_ms)
{
	struct json *entry = json_new_object();
	bool held = now_ms < host->held_until_ms;

	json_put_str(entry, "host", host->name);
	json_put_int(entry, "in_flight", host->in_flight);
	json_put_int(entry, "held_ms", held ? host->held_until_ms - now_ms : 0);
	json_put_str(entry, "reason", held ? host->reason : NULL);
	return entry;
}

struct json *pace_json(const struct pace *pace, int64_t now_ms)
{
	struct json *list = json_new_array();

	for (const struct pace_host *host = pace->newest; host; host = host->made)
		json_push(list, host_json(host, now_ms));
	return list;
}
