/* What can be said of JSON trees without knowing json-c: looking up, comparing, filling. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/pointer.h"

struct json *json_find(const struct json *doc, const char *pointer)
{
	struct pointer *steps;

	if (pointer_parse(pointer, &steps, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < pointer_steps(steps) && doc; i++) {
		if (json_type(doc) == JSON_ARRAY)
			doc = json_at(doc, (size_t)pointer_index(steps, i));
		else
			doc = json_get(doc, pointer_step(steps, i).ptr);
	}
	pointer_free(steps);
	return (struct json *)doc;
}

static bool equal_objects(const struct json *a, const struct json *b)
{
	if (json_len(a) != json_len(b))
		return false;
	for (struct json_member m = json_first(a); m.key; m = json_next(m)) {
		if (!json_has(b, m.key) || !json_equal(m.value, json_get(b, m.key)))
			return false;
	}
	return true;
}

static bool equal_arrays(const struct json *a, const struct json *b)
{
	if (json_len(a) != json_len(b))
		return false;
	for (size_t i = 0; i < json_len(a); i++) {
		if (!json_equal(json_at(a, i), json_at(b, i)))
			return false;
	}
	return true;
}

static bool equal_numbers(const struct json *a, const struct json *b)
{
	char *left = json_text(a, false), *right = json_text(b, false);
	bool same = strcmp(left, right) == 0;

	free(left);
	free(right);
	return same;
}

bool json_equal(const struct json *a, const struct json *b)
{
	enum json_type type = json_type(a);

	if (a == b || type != json_type(b))
		return a == b;
	switch (type) {
	case JSON_OBJECT:
		return equal_objects(a, b);
	case JSON_ARRAY:
		return equal_arrays(a, b);
	case JSON_STRING:
		return slice_equal(json_slice(a), json_slice(b));
	case JSON_NUMBER:
		return equal_numbers(a, b);
	case JSON_INT:
		return json_int(a, 0) == json_int(b, 0);
	case JSON_BOOL:
		return json_bool(a, false) == json_bool(b, false);
	case JSON_NULL:
		break;
	}
	return true;
}

void json_put_str(struct json *object, const char *key, const char *text)
{
	json_put(object, key, text ? json_new_string(text) : NULL);
}

void json_put_int(struct json *object, const char *key, int64_t value)
{
	json_put(object, key, json_new_int(value));
}

void json_put_bool(struct json *object, const char *key, bool value)
{
	json_put(object, key, json_new_bool(value));
}

void json_put_time(struct json *object, const char *key, int64_t unix_ms)
{
	char text[CLOCK_TEXT_MAX];

	if (unix_ms)
		clock_format(unix_ms, text);
	json_put_str(object, key, unix_ms ? text : NULL);
}
