/* An OpenAPI operation as a job: see openapi.h. */
#include "import/openapi.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "import/openapi_schema.h"
#include "spec/nearest.h"

#define URL_MAX   8192
#define RANGE_MAX 10000 /* numbers of a range that is taken over */

struct import {
	const struct json *document, *item, *operation; /* item: what stands at the path */
	struct draft *draft;
	struct err *err;
};

struct json *openapi_paths(const struct json *document)
{
	struct json *paths = json_new_array();

	for (struct json_member m = json_first(json_get(document, "paths")); m.key;
	     m = json_next(m))
		if (json_get(openapi_resolve(document, m.value), "get"))
			json_push(paths, json_new_string(m.key));
	return paths;
}

static int not_there(struct import *import, const char *path)
{
	struct json *paths = openapi_paths(import->document);
	struct nearest nearest;
	int r;

	nearest_init(&nearest, path);
	for (size_t i = 0; i < json_len(paths); i++)
		nearest_offer(&nearest, json_str(json_at(paths, i)));
	if (import->item)
		r = err_set(import->err, -ENOENT, "the path %s has no GET", path);
	else if (nearest.best)
		r = err_set(import->err, -ENOENT, "the document has no path %s; did you mean %s?",
			    path, nearest.best);
	else
		r = err_set(import->err, -ENOENT,
			    "the document has no path %s; without one its paths are listed", path);
	json_unref(paths);
	return r;
}

static int find_operation(struct import *import, const char *path)
{
	const char *version = json_str(json_get(import->document, "openapi"));

	if (!version || strncmp(version, "3.", 2) != 0)
		return err_set(import->err, -EINVAL,
			       "this is not an OpenAPI 3 document: \"openapi\" is %s",
			       version ? version : "not there");
	import->item = openapi_resolve(import->document,
				       json_get(json_get(import->document, "paths"), path));
	import->operation = json_get(import->item, "get");
	return import->operation ? 0 : not_there(import, path);
}

/* "https://{region}.example.com/v1" with the defaults of its variables. */
static void add_server(const struct json *server, struct buf *url)
{
	const char *at = json_str(json_get(server, "url"));

	while (at && *at) {
		size_t len = strcspn(at, "{");
		const char *end = at[len] ? strchr(at + len, '}') : NULL;
		char *name;
		const char *value;

		buf_add(url, at, len);
		at += len;
		if (!end)
			break;
		name = xstrndup(at + 1, (size_t)(end - at - 1));
		value = json_str(
			json_get(json_get(json_get(server, "variables"), name), "default"));
		buf_add_text(url, value ? value : name);
		free(name);
		at = end + 1;
	}
	while (url->len > 0 && url->data[url->len - 1] == '/')
		buf_cut(url, url->len - 1);
}

/* The nearest list of servers wins: the operation's, the path's, the document's. */
static void add_base(struct import *import, struct buf *url)
{
	const struct json *levels[] = { import->operation, import->item, import->document };
	const struct json *server = NULL;
	struct buf base;

	for (size_t i = 0; i < 3 && !server; i++)
		server = json_at(json_get(levels[i], "servers"), 0);
	buf_init(&base, URL_MAX);
	add_server(server, &base);
	if (!strstr(buf_text(&base), "://")) {
		draft_note(import->draft, "the document does not say which host serves it: replace "
					  "example.invalid");
		buf_add_text(url, "https://example.invalid");
		if (base.len > 0 && base.data[0] != '/')
			buf_add_char(url, '/');
	}
	buf_add_slice(url, buf_slice(&base));
	buf_done(&base);
}

/* The parameter of this name and place, of the operation or of its path. */
static struct json *find_parameter(const struct import *import, struct slice name, const char *in)
{
	const struct json *lists[] = { json_get(import->operation, "parameters"),
				       json_get(import->item, "parameters") };

	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < json_len(lists[l]); i++) {
			struct json *one = openapi_resolve(import->document, json_at(lists[l], i));
			const char *place = json_str(json_get(one, "in"));

			if (place && strcmp(place, in) == 0 &&
			    slice_equal(json_slice(json_get(one, "name")), name))
				return one;
		}
	return NULL;
}

static bool is_scalar(const struct json *value)
{
	return json_type(value) == JSON_STRING || json_type(value) == JSON_INT ||
	       json_type(value) == JSON_NUMBER;
}

static struct json *one_value(const struct json *value)
{
	struct json *list = json_new_array();

	json_push(list, json_ref(value));
	return list;
}

static struct json *enumerated(const struct json *schema)
{
	const struct json *values = json_get(schema, "enum");
	struct json *list = json_new_array();

	for (size_t i = 0; i < json_len(values); i++)
		if (is_scalar(json_at(values, i)))
			json_push(list, json_ref(json_at(values, i)));
	if (json_len(list) > 0)
		return list;
	json_unref(list);
	return NULL;
}

static struct json *numbered(const struct json *schema)
{
	const struct json *low = json_get(schema, "minimum"), *high = json_get(schema, "maximum");
	struct json *source, *range;

	if (json_type(low) != JSON_INT || json_type(high) != JSON_INT ||
	    json_int(high, 0) < json_int(low, 0) ||
	    (uint64_t)json_int(high, 0) - (uint64_t)json_int(low, 0) >= RANGE_MAX)
		return NULL;
	source = json_new_object();
	range = json_put(source, "range", json_new_array());
	json_push(range, json_ref(low));
	json_push(range, json_ref(high));
	return source;
}

/* An example that the document gives, or its default; borrowed. */
static struct json *example(const struct json *parameter, const struct json *schema)
{
	struct json *examples = json_get(parameter, "examples");
	struct json *candidates[] = { json_get(parameter, "example"), json_get(schema, "example"),
				      json_get(json_first(examples).value, "value"),
				      json_at(json_get(schema, "examples"), 0),
				      json_get(schema, "default") };

	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++)
		if (is_scalar(candidates[i]))
			return candidates[i];
	return NULL;
}

/* All values the document knows; else one of them, and a note. */
static struct json *values_of(struct import *import, const struct json *parameter, const char *name)
{
	const struct json *schema =
		openapi_resolve(import->document, json_get(parameter, "schema"));
	const char *type = json_str(json_get(schema, "type"));
	const struct json *known = example(parameter, schema);
	struct json *values = enumerated(schema);

	if (!values)
		values = numbered(schema);
	if (values)
		return values;
	draft_note(import->draft, "give the values of the parameter %s%s", name,
		   known ? ": one example stands there" : "");
	if (known)
		return one_value(known);
	values = json_new_array();
	json_push(values, type && strcmp(type, "integer") == 0 ? json_new_int(1)
							       : json_new_string("VALUE"));
	return values;
}

/* Returns the parameter's name in the job, borrowed until the next. */
static const char *add_param(struct import *import, const struct json *parameter, struct slice name)
{
	char *text = xstrndup(name.ptr, name.len);
	const char *param = draft_param(import->draft, name, values_of(import, parameter, text));

	free(text);
	return param;
}

/* "/pets/{petId}" as "/pets/${petId}". */
static void add_path(struct import *import, const char *path, struct buf *url)
{
	while (*path) {
		size_t len = strcspn(path, "{");
		const char *end = path[len] ? strchr(path + len, '}') : NULL;
		struct json *text = draft_constant((struct slice) { path, len });
		struct slice name;

		buf_add_slice(url, json_slice(text));
		json_unref(text);
		path += len;
		if (!end)
			break;
		name = (struct slice) { path + 1, (size_t)(end - path - 1) };
		buf_addf(url, "${%s}",
			 add_param(import, find_parameter(import, name, "path"), name));
		path = end + 1;
	}
}

/* A parameter in the query or a header that must be given; the others are named in a note. */
static void add_given(struct import *import, const struct json *parameter, struct buf *optional)
{
	const char *name = json_str(json_get(parameter, "name"));
	const char *in = json_str(json_get(parameter, "in"));
	bool query = in && strcmp(in, "query") == 0;
	bool header = in && strcmp(in, "header") == 0;
	char *hole;

	if (!name || (!query && !header))
		return;
	if (!json_bool(json_get(parameter, "required"), false)) {
		buf_addf(optional, "%s%s", optional->len ? ", " : "", name);
		return;
	}
	hole = xasprintf("${%s}", add_param(import, parameter, slice_of(name)));
	json_put_str(
		draft_map(draft_map(import->draft->job, "request"), query ? "query" : "headers"),
		name, hole);
	free(hole);
}

static void add_parameters(struct import *import)
{
	const struct json *lists[] = { json_get(import->item, "parameters"),
				       json_get(import->operation, "parameters") };
	struct buf optional;

	buf_init(&optional, URL_MAX);
	for (size_t l = 0; l < 2; l++)
		for (size_t i = 0; i < json_len(lists[l]); i++)
			add_given(import, openapi_resolve(import->document, json_at(lists[l], i)),
				  &optional);
	if (optional.len > 0)
		draft_note(import->draft, "not asked for, but possible: %s", buf_text(&optional));
	buf_done(&optional);
}

static void put_http(struct import *import, struct json *auth, const struct json *scheme)
{
	const char *kind = json_str(json_get(scheme, "scheme"));
	struct json *basic;

	if (kind && strcasecmp(kind, "basic") == 0) {
		basic = json_put(auth, "basic", json_new_object());
		json_put_str(basic, "user", "USER");
		json_put(basic, "password", draft_secret(import->draft, "password", ""));
		draft_note(import->draft, "give the user's name");
	} else {
		json_put(auth, "bearer", draft_secret(import->draft, "token", ""));
	}
}

static void put_key(struct import *import, struct json *auth, const struct json *scheme)
{
	const char *in = json_str(json_get(scheme, "in"));
	const char *name = json_str(json_get(scheme, "name"));
	struct json *key = json_put(auth, "api_key", json_new_object());

	if (in && strcmp(in, "query") == 0)
		json_put_str(key, "query", name);
	else
		json_put_str(key, "header", in && strcmp(in, "cookie") == 0 ? "Cookie" : name);
	json_put(key, "value", draft_secret(import->draft, "key", ""));
}

/* The first of the alternatives, and the first scheme of it. */
static void add_auth(struct import *import)
{
	const struct json *security = json_has(import->operation, "security")
					      ? json_get(import->operation, "security")
					      : json_get(import->document, "security");
	struct json_member first = json_first(json_at(security, 0));
	const struct json *schemes =
		json_get(json_get(import->document, "components"), "securitySchemes");
	const struct json *scheme;
	const char *type;
	struct json *auth;

	if (!first.key)
		return;
	scheme = openapi_resolve(import->document, json_get(schemes, first.key));
	type = json_str(json_get(scheme, "type"));
	auth = json_put(import->draft->job, "auth", json_new_object());
	if (type && strcmp(type, "apiKey") == 0) {
		put_key(import, auth, scheme);
	} else {
		put_http(import, auth, scheme);
		if (!type || strcmp(type, "http") != 0)
			draft_note(import->draft,
				   "the document asks for %s (%s): a bearer token is assumed",
				   first.key, type ? type : "unknown");
	}
}

/* The answer that is a success: 200, another 2xx, or the one for all. */
static struct json *success(const struct import *import)
{
	const struct json *responses = json_get(import->operation, "responses");
	struct json *found = json_get(responses, "200");

	for (struct json_member m = json_first(responses); m.key && !found; m = json_next(m))
		if (m.key[0] == '2')
			found = m.value;
	return openapi_resolve(import->document, found ? found : json_get(responses, "default"));
}

static struct json *json_schema(const struct json *response)
{
	for (struct json_member m = json_first(json_get(response, "content")); m.key;
	     m = json_next(m))
		if (strcasestr(m.key, "json"))
			return json_get(m.value, "schema");
	return NULL;
}

static void add_records(struct import *import)
{
	const struct json *response = success(import);
	struct json *schema = json_schema(response), *items, *columns;
	char *records;

	for (struct json_member m = json_first(json_get(response, "headers")); m.key;
	     m = json_next(m))
		if (strcasecmp(m.key, "Link") == 0)
			json_put_str(draft_map(import->draft->job, "pages"), "by", "link");
	if (!schema) {
		draft_note(import->draft, "the document does not describe a JSON answer");
		return;
	}
	records = openapi_records(import->document, schema, &items);
	if (*records)
		json_put_str(import->draft->job, "records", records);
	columns = openapi_columns(import->document, items);
	if (columns)
		json_put(import->draft->job, "columns", columns);
	free(records);
}

static void add_address(struct import *import, const char *path)
{
	const char *id = json_str(json_get(import->operation, "operationId"));
	const char *summary = json_str(json_get(import->operation, "summary"));
	struct buf url;

	draft_name(import->draft, id ? id : path);
	if (summary && *summary)
		json_put_str(import->draft->job, "description", summary);
	buf_init(&url, URL_MAX);
	json_put(draft_map(import->draft->job, "request"), "url", NULL);
	add_base(import, &url);
	add_path(import, path, &url);
	json_put_str(draft_map(import->draft->job, "request"), "url", buf_text(&url));
	buf_done(&url);
}

int openapi_import(const struct json *document, const char *path, struct draft *draft,
		   struct err *err)
{
	struct import import = { .document = document, .draft = draft, .err = err };
	int r = find_operation(&import, path);

	if (r < 0)
		return r;
	add_address(&import, path);
	add_parameters(&import);
	add_auth(&import);
	add_records(&import);
	return 0;
}
