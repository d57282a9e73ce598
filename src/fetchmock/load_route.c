/* `routes:`: the table of a route's keys, what each means, and what must hold between them. */
#include "fetchmock/load.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define STRING KEY_TYPE(JSON_STRING)
#define SCALAR                                                                                     \
	(KEY_TYPE(JSON_STRING) | KEY_TYPE(JSON_INT) | KEY_TYPE(JSON_NUMBER) | KEY_TYPE(JSON_BOOL))

struct body *load_body(struct reader *reader, const char *pointer, const struct json *value)
{
	struct err err = ERR_INIT;
	struct body *body = NULL;

	if (body_compile_json(value, &body, &err))
		reader_problem(reader, pointer, "%s", err.text);
	return body;
}

static char *scalar_text(const struct json *value)
{
	if (json_str(value))
		return xstrdup(json_str(value));
	if (KEY_TYPE(json_type(value)) & SCALAR)
		return json_text(value, false);
	return NULL;
}

static void read_text_template(struct reader *reader, const char *pointer, const char *text,
			       struct body **body)
{
	struct err err = ERR_INIT;

	body_free(*body);
	*body = NULL;
	if (body_compile_text(text, body, &err))
		reader_problem(reader, pointer, "%s", err.text);
}

static void read_delay_min(struct reader *reader, const char *pointer, const struct json *value,
			   void *target)
{
	read_duration(reader, pointer, value, &((struct delay *)target)->min_ms);
}

static void read_delay_max(struct reader *reader, const char *pointer, const struct json *value,
			   void *target)
{
	read_duration(reader, pointer, value, &((struct delay *)target)->max_ms);
}

static const struct key delay_keys[] = {
	{ "min", 0, NULL, read_delay_min },
	{ "max", 0, NULL, read_delay_max },
	{ NULL },
};

void load_delay(struct reader *reader, const char *pointer, const struct json *value,
		struct delay *delay)
{
	delay->set = true;
	delay->min_ms = delay->max_ms = 0;
	if (json_type(value) != JSON_OBJECT) {
		if (read_duration(reader, pointer, value, &delay->min_ms))
			delay->max_ms = delay->min_ms;
	} else if (keys_read(reader, pointer, value, delay_keys, delay) &&
		   delay->max_ms < delay->min_ms) {
		reader_problem(reader, pointer, "delay: max is below min");
	}
}

static void read_method(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	static const char *const methods[] = { "GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS" };
	struct route *route = target;

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(json_str(value), methods[i]) == 0) {
			free(route->method);
			route->method = xstrdup(methods[i]);
			return;
		}
	}
	reader_problem(reader, pointer,
		       "method: expected GET, POST, PUT, DELETE, PATCH or OPTIONS and not \"%s\"",
		       json_str(value));
}

static void read_path(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	struct route *route = target;
	struct err err = ERR_INIT;

	route->path = xstrdup(json_str(value));
	if (strncmp(route->path, "/__admin", 8) == 0)
		reader_problem(reader, pointer, "path: /__admin is fetchmock's own");
	else if (route_split(route, &err))
		reader_problem(reader, pointer, "path: %s", err.text);
}

/* One value or a list of them. */
static void read_when_values(struct reader *reader, const char *pointer, const struct json *value,
			     struct route_when *when)
{
	bool list = json_type(value) == JSON_ARRAY;
	size_t len = list ? json_len(value) : 1;

	when->values = xcalloc(len + 1, sizeof(*when->values));
	for (size_t i = 0; i < len; i++) {
		char *text = scalar_text(list ? json_at(value, i) : value);

		if (text)
			when->values[when->nvalues++] = text;
		else
			reader_problem(reader, pointer,
				       "when: expected a value or a list of values");
	}
}

static void read_when(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	struct route *route = target;

	route->whens = xcalloc(json_len(value) + 1, sizeof(*route->whens));
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		struct route_when *when = &route->whens[route->nwhens++];
		char *at = pointer_member(pointer, m.key);

		when->name = xstrdup(m.key);
		read_when_values(reader, at, m.value, when);
		free(at);
	}
}

static void read_need(struct reader *reader, const char *pointer, const struct json *value,
		      struct route_query *query)
{
	const char *text = json_str(value);

	for (int i = 0; text && route_need_names[i]; i++) {
		if (strcmp(text, route_need_names[i]) == 0) {
			query->need = (enum route_need)i;
			return;
		}
	}
	reader_problem(reader, pointer,
		       "query: expected text, natural (0, 1, 2, ...) or integer, what %s must be",
		       query->name);
}

static void read_query(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
	struct route *route = target;

	route->queries = xcalloc(json_len(value) + 1, sizeof(*route->queries));
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		struct route_query *query = &route->queries[route->nqueries++];
		char *at = pointer_member(pointer, m.key);

		query->name = xstrdup(m.key);
		read_need(reader, at, m.value, query);
		free(at);
	}
}

static void read_status(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	int64_t status = 200;

	read_whole(reader, pointer, value, (struct bounds) { 200, 599 }, &status);
	((struct route *)target)->status = (int)status;
}

static void read_headers(struct reader *reader, const char *pointer, const struct json *value,
			 void *target)
{
	struct route *route = target;

	route->headers = xcalloc(json_len(value) + 1, sizeof(*route->headers));
	for (struct json_member m = json_first(value); m.key; m = json_next(m)) {
		char *at = pointer_member(pointer, m.key), *text = scalar_text(m.value);
		struct route_header *header = &route->headers[route->nheaders++];

		header->name = xstrdup(m.key);
		if (strcspn(m.key, " \t\r\n:") != strlen(m.key) || !*m.key)
			reader_problem(reader, at, "headers: \"%s\" is no header name", m.key);
		if (text)
			read_text_template(reader, at, text, &header->value);
		else
			reader_problem(reader, at, "headers: expected a text and not %s",
				       json_type_name(json_type(m.value)));
		free(text);
		free(at);
	}
}

static void read_route_delay(struct reader *reader, const char *pointer, const struct json *value,
			     void *target)
{
	load_delay(reader, pointer, value, &((struct route *)target)->delay);
}

static void read_body(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	struct route *route = target;

	body_free(route->body);
	route->body = load_body(reader, pointer, value);
}

static void read_text(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	read_text_template(reader, pointer, json_str(value), &((struct route *)target)->body);
}

static void read_content_type(struct reader *reader, const char *pointer, const struct json *value,
			      void *target)
{
	((struct route *)target)->content_type = xstrdup(json_str(value));
}

static void read_gzip(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	((struct route *)target)->gzip = json_bool(value, false);
}

static void read_etag(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	((struct route *)target)->etag = json_bool(value, false);
}

static void read_auth(struct reader *reader, const char *pointer, const struct json *value,
		      void *target)
{
	guard_load(reader, pointer, value, &((struct route *)target)->guard);
}

static void read_faults(struct reader *reader, const char *pointer, const struct json *value,
			void *target)
{
	load_faults(reader, pointer, value, target);
}

static void read_later(struct reader *reader, const char *pointer, const struct json *value,
		       void *target)
{
}

static const struct key route_keys[] = {
	{ "method", STRING, "a method", read_method },
	{ "path", STRING, "a path", read_path },
	{ "when", KEY_TYPE(JSON_OBJECT), "a map of path variables", read_when },
	{ "query", KEY_TYPE(JSON_OBJECT), "a map of query parameters", read_query },
	{ "status", 0, NULL, read_status },
	{ "headers", KEY_TYPE(JSON_OBJECT), "a map of headers", read_headers },
	{ "delay", 0, NULL, read_route_delay },
	{ "body", 0, NULL, read_body },
	{ "text", STRING, "a text", read_text },
	{ "content_type", STRING, "a media type", read_content_type },
	{ "gzip", KEY_TYPE(JSON_BOOL), "true or false", read_gzip },
	{ "etag", KEY_TYPE(JSON_BOOL), "true or false", read_etag },
	{ "dataset", 0, NULL, read_later }, /* after body: see load_dataset */
	{ "auth", KEY_TYPE(JSON_OBJECT), "a map, {bearer: TOKEN}", read_auth },
	{ "faults", KEY_TYPE(JSON_ARRAY), "a list of faults", read_faults },
	{ NULL },
};

/* Holes and conditions may only name variables that the path has. */
static void check_variables(struct reader *reader, const char *pointer, const struct route *route,
			    const struct body *body)
{
	const char *name;

	for (size_t i = 0; body && (name = body_path_variable(body, i)); i++)
		if (!route_has_variable(route, name))
			reader_problem(reader, pointer, "${path.%s}: the path has no variable {%s}",
				       name, name);
}

static void check_route(struct reader *reader, const char *pointer, const struct json *value,
			const struct route *route)
{
	if (!route->path)
		reader_problem(reader, pointer, "a route needs a `path`");
	if (json_has(value, "body") + json_has(value, "text") > 1)
		reader_problem(reader, pointer, "a route has either `body` or `text`");
	for (size_t i = 0; i < route->nwhens; i++)
		if (!route_has_variable(route, route->whens[i].name))
			reader_problem(reader, pointer, "when: the path has no variable {%s}",
				       route->whens[i].name);
	check_variables(reader, pointer, route, route->body);
	for (size_t i = 0; i < route->nheaders; i++)
		check_variables(reader, pointer, route, route->headers[i].value);
	if (route->dataset && route->dataset->record)
		check_variables(reader, pointer, route, route->dataset->record);
	if (!route->dataset && route->body && body_pages(route->body))
		reader_problem(reader, pointer, "page.* holes need a `dataset`");
}

void load_route(struct reader *reader, const char *pointer, const struct json *value,
		struct route *route)
{
	route_init(route);
	if (!keys_read(reader, pointer, value, route_keys, route))
		return;
	if (json_has(value, "dataset")) {
		char *at = pointer_member(pointer, "dataset");

		load_dataset(reader, at, json_get(value, "dataset"), route);
		free(at);
	}
	check_route(reader, pointer, value, route);
	if (!route->content_type && route->body)
		route->content_type = xstrdup(json_has(value, "text") ? "text/plain; charset=utf-8"
								      : "application/json");
}
