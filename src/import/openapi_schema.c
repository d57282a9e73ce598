/* Schemas: see openapi_schema.h. */
#include "import/openapi_schema.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/percent.h"
#include "base/xalloc.h"

#define REFS_MAX    32  /* one behind the other */
#define DEPTH_MAX   3   /* objects inside a record that become columns */
#define COLUMNS_MAX 200 /* more are left to fetchd */
#define POINTER_MAX 1024

/* "#/components/schemas/Pet", percent-encoded as a URI's fragment. */
static struct json *target(const struct json *document, const char *ref)
{
	char pointer[POINTER_MAX];

	if (ref[0] != '#' || percent_decode(slice_of(ref + 1), false, pointer, sizeof(pointer)) < 0)
		return NULL;
	return json_find(document, pointer);
}

struct json *openapi_resolve(const struct json *document, const struct json *node)
{
	for (unsigned hops = 0; hops < REFS_MAX; hops++) {
		const char *ref = json_str(json_get(node, "$ref"));

		if (!ref)
			return (struct json *)node;
		node = target(document, ref);
	}
	return NULL;
}

/* OpenAPI 3.1 has a list where a value may be null. */
static const char *type_of(const struct json *schema)
{
	const struct json *type = json_get(schema, "type");

	for (size_t i = 0; json_type(type) == JSON_ARRAY && i < json_len(type); i++) {
		const char *word = json_str(json_at(type, i));

		if (word && strcmp(word, "null") != 0)
			return word;
	}
	if (json_str(type))
		return json_str(type);
	return json_get(schema, "properties") ? "object" : "";
}

static bool is_type(const struct json *schema, const char *type)
{
	return strcmp(type_of(schema), type) == 0;
}

/* The property that holds the records: the only list of objects, or the one with a usual name. */
static const char *list_property(const struct json *document, const struct json *schema,
				 struct json **list)
{
	static const char *const usual[] = { "data", "items", "results", "records", "value", NULL };
	const struct json *properties = json_get(schema, "properties");
	const char *found = NULL;
	unsigned lists = 0;

	for (struct json_member m = json_first(properties); m.key; m = json_next(m)) {
		struct json *property = openapi_resolve(document, m.value);
		bool named = false;

		if (!is_type(property, "array"))
			continue;
		for (const char *const *word = usual; *word; word++)
			named = named || strcmp(*word, m.key) == 0;
		lists++;
		if (named || lists == 1) {
			found = m.key;
			*list = property;
		}
		if (named)
			return found;
	}
	return lists == 1 ? found : NULL;
}

/* RFC 6901 section 3: "~" and "/" are written ~0 and ~1. */
static char *pointer_to(const char *before, const char *key)
{
	char *pointer;
	size_t len;
	FILE *out = open_memstream(&pointer, &len);

	if (!out)
		no_memory();
	fprintf(out, "%s/", before);
	for (; *key; key++) {
		if (*key == '~' || *key == '/')
			fputs(*key == '~' ? "~0" : "~1", out);
		else
			fputc(*key, out);
	}
	fclose(out);
	return pointer;
}

char *openapi_records(const struct json *document, const struct json *schema, struct json **items)
{
	struct json *answer = openapi_resolve(document, schema), *list = NULL;
	const char *key;

	*items = answer;
	if (is_type(answer, "array")) {
		*items = openapi_resolve(document, json_get(answer, "items"));
		return xstrdup("");
	}
	key = list_property(document, answer, &list);
	if (!key)
		return xstrdup("");
	*items = openapi_resolve(document, json_get(list, "items"));
	return pointer_to("", key);
}

static const char *column_type(const struct json *schema)
{
	static const struct {
		const char *type, *column;
	} types[] = { { "integer", "int" }, { "number", "number" }, { "boolean", "bool" },
		      { "string", "text" }, { "array", "json" },    { "object", "json" } };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is_type(schema, types[i].type))
			return types[i].column;
	return NULL;
}

struct gathering {
	const struct json *document;
	struct json *columns;
	bool open; /* a schema says "one of": the columns are not all known */
};

static void gather(struct gathering *to, const struct json *schema, const char *pointer,
		   unsigned depth);

static void add_column(struct gathering *to, const struct json *schema, const char *pointer)
{
	struct json *column = json_new_object();
	char *name = xstrdup(pointer + 1);
	const char *type = column_type(schema);

	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '.';
	json_put_str(column, "name", name);
	if (strchr(name, '.') || strchr(name, '~'))
		json_put_str(column, "from", pointer);
	if (type)
		json_put_str(column, "type", type);
	json_push(to->columns, column);
	free(name);
}

static void gather_property(struct gathering *to, const struct json *property, const char *pointer,
			    unsigned depth)
{
	const struct json *schema = openapi_resolve(to->document, property);
	bool inner = json_get(schema, "properties") || json_get(schema, "allOf");

	if (inner && depth < DEPTH_MAX)
		gather(to, schema, pointer, depth + 1);
	else
		add_column(to, schema, pointer);
}

static void gather(struct gathering *to, const struct json *schema, const char *pointer,
		   unsigned depth)
{
	const struct json *all = json_get(schema, "allOf");

	if (json_get(schema, "oneOf") || json_get(schema, "anyOf"))
		to->open = true;
	for (size_t i = 0; i < json_len(all) && depth < DEPTH_MAX; i++)
		gather(to, openapi_resolve(to->document, json_at(all, i)), pointer, depth + 1);
	for (struct json_member m = json_first(json_get(schema, "properties")); m.key;
	     m = json_next(m)) {
		char *inner = pointer_to(pointer, m.key);

		gather_property(to, m.value, inner, depth);
		free(inner);
	}
}

/* Two parts of allOf may give the same column. */
static bool names_differ(const struct json *columns)
{
	for (size_t i = 0; i < json_len(columns); i++)
		for (size_t j = 0; j < i; j++)
			if (strcmp(json_str(json_get(json_at(columns, i), "name")),
				   json_str(json_get(json_at(columns, j), "name"))) == 0)
				return false;
	return true;
}

struct json *openapi_columns(const struct json *document, const struct json *schema)
{
	struct gathering to = { document, json_new_array(), false };

	gather(&to, schema, "", 0);
	if (!to.open && json_len(to.columns) > 0 && json_len(to.columns) <= COLUMNS_MAX &&
	    names_differ(to.columns))
		return to.columns;
	json_unref(to.columns);
	return NULL;
}
