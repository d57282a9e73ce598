/* The politeness book: see pace.h. */
#include "fetch/pace.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "base/xalloc.h"

#define FIRST_SLOTS 16 /* a power of two, as all sizes of a table */
#define NS_PER_MS   1000000

/* What has a name, in a table of its kind; the first member of each. */
struct entry {
	char *name;
	struct entry *chained; /* the next one of its slot */
	struct entry *made;    /* the one made before it */
};

struct table {
	size_t size; /* of what an entry is the beginning of */
	struct entry **slots;
	size_t nslots, len;
	struct entry *newest;
};

struct agreed {
	struct entry entry;
	struct pace_terms terms;
};

struct pace_host {
	struct entry entry;
	unsigned in_flight;
	int64_t held_until_ms; /* monotonic; in the past: not held */
	char *reason;
	struct pace_terms terms;
	struct bucket bucket;
};

struct pace_job {
	struct entry entry;
	struct bucket bucket;
};

struct pace {
	unsigned max_in_flight, per_host, in_flight;
	struct table agreed, hosts, jobs;
};

static void init(struct table *table, size_t size)
{
	table->size = size;
	table->nslots = FIRST_SLOTS;
	table->slots = xcalloc(table->nslots, sizeof(struct entry *));
}

static void done(struct table *table)
{
	for (struct entry *entry = table->newest, *before; entry; entry = before) {
		before = entry->made;
		free(entry->name);
		free(entry);
	}
	free(table->slots);
}

struct pace *pace_new(unsigned max_in_flight, unsigned per_host)
{
	struct pace *pace = xcalloc(1, sizeof(*pace));

	pace->max_in_flight = max_in_flight;
	pace->per_host = per_host;
	init(&pace->agreed, sizeof(struct agreed));
	init(&pace->hosts, sizeof(struct pace_host));
	init(&pace->jobs, sizeof(struct pace_job));
	return pace;
}

void pace_free(struct pace *pace)
{
	if (!pace)
		return;
	for (struct entry *entry = pace->hosts.newest; entry; entry = entry->made)
		free(((struct pace_host *)entry)->reason);
	done(&pace->agreed);
	done(&pace->hosts);
	done(&pace->jobs);
	free(pace);
}

static struct entry **slot_of(const struct table *table, const char *name)
{
	return &table->slots[hash_bytes(name, strlen(name)) & (table->nslots - 1)];
}

static void chain(struct table *table, struct entry *entry)
{
	struct entry **slot = slot_of(table, entry->name);

	entry->chained = *slot;
	*slot = entry;
}

static void grow(struct table *table)
{
	free(table->slots);
	table->nslots *= 2;
	table->slots = xcalloc(table->nslots, sizeof(struct entry *));
	for (struct entry *entry = table->newest; entry; entry = entry->made)
		chain(table, entry);
}

static struct entry *find(const struct table *table, const char *name)
{
	struct entry *entry = *slot_of(table, name);

	while (entry && strcmp(entry->name, name) != 0)
		entry = entry->chained;
	return entry;
}

static struct entry *add(struct table *table, const char *name)
{
	struct entry *entry = xcalloc(1, table->size);

	entry->name = xstrdup(name);
	entry->made = table->newest;
	table->newest = entry;
	if (++table->len > table->nslots)
		grow(table); /* chains the new one too */
	else
		chain(table, entry);
	return entry;
}

static struct entry *find_or_add(struct table *table, const char *name)
{
	struct entry *entry = find(table, name);

	return entry ? entry : add(table, name);
}

void pace_agree(struct pace *pace, const char *name, const struct pace_terms *terms)
{
	((struct agreed *)find_or_add(&pace->agreed, name))->terms = *terms;
}

/* Those of "name:port", else those of "name", else none. */
static struct pace_terms terms_of(const struct pace *pace, const char *host)
{
	const char *port = strrchr(host, ':');
	struct entry *agreed = find(&pace->agreed, host);
	char *name;

	if (!agreed && port) {
		name = xstrndup(host, (size_t)(port - host));
		agreed = find(&pace->agreed, name);
		free(name);
	}
	return agreed ? ((struct agreed *)agreed)->terms : (struct pace_terms) { 0 };
}

struct pace_host *pace_host(struct pace *pace, const char *name)
{
	struct pace_host *host = (struct pace_host *)find(&pace->hosts, name);

	if (host)
		return host;
	host = (struct pace_host *)add(&pace->hosts, name);
	host->held_until_ms = INT64_MIN;
	host->terms = terms_of(pace, name);
	return host;
}

struct pace_job *pace_job(struct pace *pace, const char *name)
{
	return (struct pace_job *)find_or_add(&pace->jobs, name);
}

struct pace_ask pace_ask_of(struct pace *pace, const struct job *job, const char *host)
{
	return (struct pace_ask) {
		.host = pace_host(pace, host),
		.job = pace_job(pace, job->name),
		.terms = { job->per_host, { job->rate_ns, job->burst } },
	};
}

static bool reached(unsigned in_flight, unsigned cap)
{
	return cap != 0 && in_flight >= cap;
}

static bool full(const struct pace *pace, const struct pace_ask *ask)
{
	unsigned in_flight = ask->host->in_flight;

	return reached(pace->in_flight, pace->max_in_flight) ||
	       reached(in_flight, pace->per_host) ||
	       reached(in_flight, ask->host->terms.per_host) ||
	       reached(in_flight, ask->terms.per_host);
}

/* When the host is not held and both buckets have a token, in milliseconds, rounded up. */
static int64_t opens_ms(const struct pace_ask *ask)
{
	int64_t host = bucket_opens(&ask->host->bucket, &ask->host->terms.rate);
	int64_t job = bucket_opens(&ask->job->bucket, &ask->terms.rate);
	int64_t later = host > job ? host : job;
	int64_t ms = later > 0 ? (later + NS_PER_MS - 1) / NS_PER_MS : INT64_MIN;

	return ms > ask->host->held_until_ms ? ms : ask->host->held_until_ms;
}

enum pace_answer pace_take(struct pace *pace, const struct pace_ask *ask, int64_t now_ms,
			   int64_t *until_ms)
{
	int64_t opens = opens_ms(ask);

	if (now_ms < opens) {
		*until_ms = opens;
		return PACE_WAIT;
	}
	if (full(pace, ask))
		return PACE_FULL;
	pace->in_flight++;
	ask->host->in_flight++;
	bucket_take(&ask->host->bucket, &ask->host->terms.rate, now_ms * NS_PER_MS);
	bucket_take(&ask->job->bucket, &ask->terms.rate, now_ms * NS_PER_MS);
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

	json_put_str(entry, "host", host->entry.name);
	json_put_int(entry, "in_flight", host->in_flight);
	json_put_int(entry, "held_ms", held ? host->held_until_ms - now_ms : 0);
	json_put_str(entry, "reason", held ? host->reason : NULL);
	return entry;
}

struct json *pace_json(const struct pace *pace, int64_t now_ms)
{
	struct json *list = json_new_array();

	for (const struct entry *entry = pace->hosts.newest; entry; entry = entry->made)
		json_push(list, host_json((const struct pace_host *)entry, now_ms));
	return list;
}
