/* Counters of the mock server, in total, by status and by route. */
#include "fetchmock/stats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

struct count {
	int status;
	uint64_t times;
};

/* A handful of statuses occur; a list is enough. */
struct counts {
	struct count *items;
	size_t len;
};

struct tally {
	char *path;
	uint64_t requests;
	struct counts statuses;
};

struct stats {
	uint64_t requests, connections, in_flight, max_in_flight;
	struct counts statuses;
	struct tally *routes;
	size_t nroutes;
};

const char *stats_outcome_name(int status, char text[static 16])
{
	if (status == STATS_RESET)
		return "reset";
	if (status == STATS_GONE)
		return "gone";
	snprintf(text, 16, "%d", status);
	return text;
}

static void count(struct counts *counts, int status)
{
	for (size_t i = 0; i < counts->len; i++) {
		if (counts->items[i].status == status) {
			counts->items[i].times++;
			return;
		}
	}
	counts->items = xreallocarray(counts->items, counts->len + 1, sizeof(*counts->items));
	counts->items[counts->len++] = (struct count) { status, 1 };
}

static void forget(struct counts *counts)
{
	free(counts->items);
	*counts = (struct counts) { 0 };
}

struct stats *stats_new(void)
{
	return xcalloc(1, sizeof(struct stats));
}

void stats_free(struct stats *stats)
{
	if (!stats)
		return;
	for (size_t i = 0; i < stats->nroutes; i++) {
		forget(&stats->routes[i].statuses);
		free(stats->routes[i].path);
	}
	forget(&stats->statuses);
	free(stats->routes);
	free(stats);
}

size_t stats_route(struct stats *stats, const char *path)
{
	for (size_t i = 0; i < stats->nroutes; i++)
		if (strcmp(stats->routes[i].path, path) == 0)
			return i;
	stats->routes = xreallocarray(stats->routes, stats->nroutes + 1, sizeof(*stats->routes));
	stats->routes[stats->nroutes] = (struct tally) { .path = xstrdup(path) };
	return stats->nroutes++;
}

void stats_connection(struct stats *stats)
{
	stats->connections++;
}

void stats_begin(struct stats *stats, size_t route)
{
	stats->requests++;
	if (++stats->in_flight > stats->max_in_flight)
		stats->max_in_flight = stats->in_flight;
	if (route != STATS_NO_ROUTE)
		stats->routes[route].requests++;
}

void stats_end(struct stats *stats, size_t route, int status)
{
	stats->in_flight--;
	count(&stats->statuses, status);
	if (route != STATS_NO_ROUTE)
		count(&stats->routes[route].statuses, status);
}

void stats_reset(struct stats *stats)
{
	stats->requests = stats->connections = 0;
	stats->max_in_flight = stats->in_flight;
	forget(&stats->statuses);
	for (size_t i = 0; i < stats->nroutes; i++) {
		stats->routes[i].requests = 0;
		forget(&stats->routes[i].statuses);
	}
}

static struct json *counts_json(const struct counts *counts)
{
	struct json *object = json_new_object();
	char text[16];

	for (size_t i = 0; i < counts->len; i++)
		json_put_int(object, stats_outcome_name(counts->items[i].status, text),
			     (int64_t)counts->items[i].times);
	return object;
}

struct json *stats_json(const struct stats *stats)
{
	struct json *doc = json_new_object(), *routes;

	json_put_int(doc, "requests", (int64_t)stats->requests);
	json_put_int(doc, "connections", (int64_t)stats->connections);
	json_put_int(doc, "in_flight", (int64_t)stats->in_flight);
	json_put_int(doc, "max_in_flight", (int64_t)stats->max_in_flight);
	json_put(doc, "by_status", counts_json(&stats->statuses));
	routes = json_put(doc, "by_route", json_new_object());
	for (size_t i = 0; i < stats->nroutes; i++) {
		struct json *route = json_put(routes, stats->routes[i].path, json_new_object());

		json_put_int(route, "requests", (int64_t)stats->routes[i].requests);
		json_put(route, "statuses", counts_json(&stats->routes[i].statuses));
	}
	return doc;
}
