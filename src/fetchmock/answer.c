/* A request's way through the mock API: route, authorization, parameters, delay, fault, body.
 *
 * What is said depends on the seed and the request; what goes wrong and how long it takes, on the
 * seed and the request's number. Nothing here waits or sends: http.c does.
 */
#include "fetchmock/answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fetchmock/seed.h"

#define VALUE_MAX 65536 /* bytes of a decoded parameter */

/* What the templates of one reply look their names up in. */
struct sight {
	const struct ask *ask;
	const struct route_vars *vars;
	struct buf value; /* of the last parameter looked up */
};

static struct slice look_up(enum fill_from from, const char *name, void *arg)
{
	struct sight *sight = arg;
	const char *header;

	switch (from) {
	case FILL_PATH:
		return route_var(sight->vars, name);
	case FILL_HEADER:
		header = sight->ask->header ? sight->ask->header(name, sight->ask->arg) : NULL;
		return header ? slice_of(header) : (struct slice) { NULL, 0 };
	case FILL_QUERY:
		break;
	}
	buf_clear(&sight->value);
	if (!query_find(sight->ask->query, name, &sight->value))
		return (struct slice) { NULL, 0 };
	return (struct slice) { buf_text(&sight->value), sight->value.len };
}

static bool fits(enum route_need need, struct slice value)
{
	size_t i = need == NEED_INTEGER && value.len && value.ptr[0] == '-';

	if (need == NEED_TEXT)
		return true;
	if (i == value.len)
		return false;
	for (; i < value.len; i++)
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
	return true;
}

/* False: a parameter is missing or wrong, and the reply says so. */
static bool check_query(const struct route *route, struct sight *sight, struct reply *reply)
{
	static const char *const whats[] = { "a value", "a whole number from 0 up",
					     "a whole number" };

	for (size_t i = 0; i < route->nqueries; i++) {
		const struct route_query *query = &route->queries[i];
		struct slice value = look_up(FILL_QUERY, query->name, sight);

		if (value.ptr && fits(query->need, value))
			continue;
		reply_problem(reply, 400, "%s: expected %s%s%.*s%s", query->name,
			      whats[query->need], value.ptr ? " and not \"" : "; it is missing",
			      (int)value.len, value.ptr ? value.ptr : "", value.ptr ? "\"" : "");
		return false;
	}
	return true;
}

static int64_t draw_delay(const struct route *route)
{
	const struct delay *delay = &route->delay;
	struct random random;

	if (delay->max_ms <= delay->min_ms)
		return delay->min_ms;
	random_seed(&random, seed_number(~route->seed, route->seq));
	return delay->min_ms +
	       (int64_t)random_below(&random, (uint64_t)(delay->max_ms - delay->min_ms) + 1);
}

/* True: this request goes wrong on purpose. */
static bool strike(const struct route *route, struct reply *reply)
{
	const struct fault *fault =
		fault_pick(route->faults, route->nfaults, route->seed, route->seq);

	if (!fault)
		return false;
	reply->reset = fault->reset;
	if (fault->reset)
		return true;
	if (fault->retry_after_s >= 0)
		reply_header(reply, "Retry-After", "%" PRId64, fault->retry_after_s);
	reply_problem(reply, fault->status, "a fault on purpose, at request %" PRIu64 " of %s",
		      route->seq, route->path);
	return true;
}

static void add_headers(const struct route *route, struct fill *fill, struct reply *reply)
{
	struct buf value;

	buf_init(&value, VALUE_MAX);
	for (size_t i = 0; i < route->nheaders; i++) {
		buf_clear(&value);
		body_render(route->headers[i].value, fill, &value);
		reply_header(reply, route->headers[i].name, "%s", buf_text(&value));
	}
	buf_done(&value);
}

static void say(const struct route *route, struct fill *fill, struct reply *reply)
{
	reply->status = route->status;
	reply->content_type = route->content_type;
	reply->gzip = route->gzip;
	if (route->body)
		body_render(route->body, fill, &reply->body);
	if (reply->body.full)
		reply_problem(reply, 500, "the body is larger than 64 MiB");
	else if (route->nheaders)
		add_headers(route, fill, reply);
}

static void add_page_headers(const struct page *page, const struct ask *ask, struct slice next,
			     struct reply *reply)
{
	const struct dataset *dataset = page->dataset;
	struct buf link;

	buf_init(&link, VALUE_MAX);
	if (dataset->pages == DATASET_LINK)
		page_link(page, ask, &link);
	if (link.len)
		reply_header(reply, "Link", "%s", buf_text(&link));
	if (dataset->next_header && next.ptr)
		reply_header(reply, dataset->next_header, "%.*s", (int)next.len, next.ptr);
	if (dataset->total_header)
		reply_header(reply, dataset->total_header, "%" PRIu64, page->total);
	buf_done(&link);
}

static void say_page(const struct route *route, const struct ask *ask, struct fill *fill,
		     struct reply *reply)
{
	struct fill_page filled = { .records = page_records };
	struct err err = ERR_INIT;
	struct page page;
	struct buf next;

	route->dataset->asked = route->seq;
	if (page_find(route->dataset, ask, &page, &err)) {
		reply_problem(reply, 400, "%s", err.text);
		return;
	}
	buf_init(&next, VALUE_MAX);
	if (page_has_next(&page) && route->dataset->pages == DATASET_NEXT_URL)
		page_address(&page, ask, &next);
	else if (page_has_next(&page))
		page_cursor(&page, &next);
	filled.source = &page;
	filled.next = next.len ? buf_slice(&next) : (struct slice) { NULL, 0 };
	filled.total = page.total;
	filled.size = page.size;
	filled.number = page_number(&page);
	filled.last = page_last(&page);
	filled.more = page_has_next(&page);
	fill->page = &filled;
	say(route, fill, reply);
	fill->page = NULL;
	add_page_headers(&page, ask, filled.next, reply);
	buf_done(&next);
}

static uint64_t request_seed(const struct api *api, const struct ask *ask)
{
	uint64_t seed = seed_text(api->seed, ask->path);

	return ask->query.len ? seed_text(seed, ask->query) : seed;
}

/* RFC 9110 section 13.1.2, for one tag or "*"; the comparison is weak. */
static bool has_it(const struct ask *ask, const char *etag)
{
	const char *sent = ask->header ? ask->header("If-None-Match", ask->arg) : NULL;

	if (sent && strncmp(sent, "W/", 2) == 0)
		sent += 2;
	return sent && (strcmp(sent, etag) == 0 || strcmp(sent, "*") == 0);
}

/* The body is named by its hash; who has it is told only that. */
static void say_etag(const struct ask *ask, struct reply *reply)
{
	char etag[24];

	if (reply->status != 200 || reply->reset)
		return;
	snprintf(etag, sizeof(etag), "\"%016" PRIx64 "\"",
		 hash_bytes(buf_text(&reply->body), reply->body.len));
	reply_header(reply, "ETag", "%s", etag);
	if (!has_it(ask, etag))
		return;
	reply->status = 304;
	reply->content_type = NULL;
	buf_clear(&reply->body);
}

static void serve(const struct api *api, const struct ask *ask, const struct route_vars *vars,
		  struct reply *reply)
{
	const struct route *route = vars->route;
	struct sight sight = { .ask = ask, .vars = vars };
	struct fill fill = { .lookup = look_up, .arg = &sight, .seq = route->seq };

	buf_init(&sight.value, VALUE_MAX);
	if (guard_allows(&route->guard, ask, reply) && check_query(route, &sight, reply)) {
		reply->delay_ms = draw_delay(route);
		random_seed(&fill.random, request_seed(api, ask));
		if (strike(route, reply))
			;
		else if (route->dataset)
			say_page(route, ask, &fill, reply);
		else
			say(route, &fill, reply);
		if (route->etag)
			say_etag(ask, reply);
	}
	buf_done(&sight.value);
}

static void nothing_there(const struct api *api, const struct ask *ask, struct reply *reply)
{
	struct buf paths;

	buf_init(&paths, 400);
	for (size_t i = 0; i < api->nroutes; i++)
		if (i == 0 || strcmp(api->routes[i].path, api->routes[i - 1].path) != 0)
			buf_addf(&paths, "%s%s", i ? ", " : "", api->routes[i].path);
	reply_problem(reply, 404, "there is no %.*s here; this API has %s", (int)ask->path.len,
		      ask->path.ptr, buf_text(&paths));
	buf_done(&paths);
}

/* The first route that answers, filling `vars`; else the methods others take at this path. */
static struct route *find(struct api *api, const struct ask *ask, struct route_vars *vars,
			  struct buf *allowed)
{
	for (size_t i = 0; i < api->nroutes; i++) {
		struct route *route = &api->routes[i];

		if (!route_match(route, ask->path, vars))
			continue;
		if (route_takes(route, ask->method))
			return route;
		buf_addf(allowed, "%s%s", allowed->len ? ", " : "", route->method);
	}
	return NULL;
}

const struct route *api_answer(struct api *api, const struct ask *ask, struct reply *reply)
{
	struct route_vars vars;
	struct buf allowed;
	struct route *route;

	buf_init(&allowed, 1024);
	route = find(api, ask, &vars, &allowed);
	if (route) {
		route->seq++;
		serve(api, ask, &vars, reply);
	} else if (allowed.len) {
		reply_header(reply, "Allow", "%s", buf_text(&allowed));
		reply_problem(reply, 405, "%.*s takes %s and not %s", (int)ask->path.len,
			      ask->path.ptr, buf_text(&allowed), ask->method);
	} else {
		nothing_there(api, ask, reply);
	}
	buf_done(&allowed);
	return route;
}

void api_rewind(struct api *api)
{
	for (size_t i = 0; i < api->nroutes; i++)
		api->routes[i].seq = 0;
}
