/* JSON trees over json-c: see json.h.
 *
 * `struct json` is json-c's json_object under another name, so the casts below are the whole
 * wrapping. json-c's own parser is not used (it takes NaN, clamps integers, cuts keys at NUL):
 * json_parse.c builds trees from the strict scanner's tokens.
 */

/* json-c has types by the names of two of our functions; here they go by others. */
#define json_bool jsonc_bool
#define json_type jsonc_type
#include <json-c/json.h>
#undef json_bool
#undef json_type

#include "base/json.h"

#include <assert.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static struct json_object *raw(const struct json *doc)
{
	return (struct json_object *)doc;
}

static struct json *made(struct json_object *object)
{
	if (!object)
		no_memory();
	return (struct json *)object;
}

static void check(int code)
{
	if (code < 0)
		no_memory();
}

struct json *json_ref(const struct json *doc)
{
	return (struct json *)json_object_get(raw(doc));
}

void json_unref(struct json *doc)
{
	json_object_put(raw(doc));
}

struct json *json_copy(const struct json *doc)
{
	struct json_object *copy = NULL;

	if (doc)
		check(json_object_deep_copy(raw(doc), &copy, NULL));
	return (struct json *)copy;
}

static const char *text_of(const struct json *doc, bool pretty, size_t *len)
{
	int flags = JSON_C_TO_STRING_NOSLASHESCAPE;
	const char *text;

	flags |=
		pretty ? JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED : JSON_C_TO_STRING_PLAIN;
	text = json_object_to_json_string_length(raw(doc), flags, len);
	if (!text)
		no_memory();
	return text;
}

char *json_text(const struct json *doc, bool pretty)
{
	size_t len;
	const char *text = text_of(doc, pretty, &len);

	return xstrndup(text, len);
}

int json_write(const struct json *doc, struct buf *out)
{
	size_t len;
	const char *text = text_of(doc, false, &len);

	return buf_add(out, text, len);
}

enum json_type json_type(const struct json *doc)
{
	static const enum json_type types[] = {
		[json_type_null] = JSON_NULL,     [json_type_boolean] = JSON_BOOL,
		[json_type_double] = JSON_NUMBER, [json_type_int] = JSON_INT,
		[json_type_object] = JSON_OBJECT, [json_type_array] = JSON_ARRAY,
		[json_type_string] = JSON_STRING,
	};

	return types[json_object_get_type(raw(doc))];
}

const char *json_type_name(enum json_type type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",        [JSON_BOOL] = "true or false",
		[JSON_INT] = "an integer",   [JSON_NUMBER] = "a number",
		[JSON_STRING] = "a string",  [JSON_ARRAY] = "a list",
		[JSON_OBJECT] = "an object",
	};

	return names[type];
}

static bool is(const struct json *doc, enum json_type type)
{
	return json_type(doc) == type;
}

struct json *json_get(const struct json *object, const char *key)
{
	struct json_object *value = NULL;

	if (is(object, JSON_OBJECT))
		json_object_object_get_ex(raw(object), key, &value);
	return (struct json *)value;
}

bool json_has(const struct json *object, const char *key)
{
	return is(object, JSON_OBJECT) && json_object_object_get_ex(raw(object), key, NULL);
}

struct json *json_at(const struct json *array, size_t index)
{
	if (!is(array, JSON_ARRAY))
		return NULL;
	return (struct json *)json_object_array_get_idx(raw(array), index);
}

size_t json_len(const struct json *doc)
{
	if (is(doc, JSON_ARRAY))
		return json_object_array_length(raw(doc));
	return is(doc, JSON_OBJECT) ? (size_t)json_object_object_length(raw(doc)) : 0;
}

const char *json_str(const struct json *doc)
{
	return is(doc, JSON_STRING) ? json_object_get_string(raw(doc)) : NULL;
}

struct slice json_slice(const struct json *doc)
{
	if (!is(doc, JSON_STRING))
		return (struct slice) { NULL, 0 };
	return (struct slice) { json_object_get_string(raw(doc)),
				(size_t)json_object_get_string_len(raw(doc)) };
}

int64_t json_int(const struct json *doc, int64_t def)
{
	return is(doc, JSON_INT) ? json_object_get_int64(raw(doc)) : def;
}

double json_number(const struct json *doc, double def)
{
	if (is(doc, JSON_INT))
		return (double)json_object_get_int64(raw(doc));
	return is(doc, JSON_NUMBER) ? json_object_get_double(raw(doc)) : def;
}

bool json_bool(const struct json *doc, bool def)
{
	return is(doc, JSON_BOOL) ? json_object_get_boolean(raw(doc)) : def;
}

static struct json_member member_of(struct lh_entry *entry)
{
	if (!entry)
		return (struct json_member) { 0 };
	return (struct json_member) { lh_entry_k(entry), (struct json *)lh_entry_v(entry), entry };
}

struct json_member json_first(const struct json *object)
{
	if (!is(object, JSON_OBJECT))
		return (struct json_member) { 0 };
	return member_of(lh_table_head(json_object_get_object(raw(object))));
}

struct json_member json_next(struct json_member member)
{
	return member_of(lh_entry_next((struct lh_entry *)member.place));
}

struct json *json_new_object(void)
{
	return made(json_object_new_object());
}

struct json *json_new_array(void)
{
	return made(json_object_new_array());
}

struct json *json_new_string(const char *text)
{
	return json_new_string_len(text, strlen(text));
}

struct json *json_new_string_len(const char *text, size_t len)
{
	assert(len <= INT32_MAX);
	return made(json_object_new_string_len(text ? text : "", (int)len));
}

struct json *json_new_int(int64_t value)
{
	return made(json_object_new_int64(value));
}

/* strtod in the C locale, whatever the user's decimal point is. */
static double number_value(const char *source)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL);
	double value;

	if (!c)
		no_memory();
	value = strtod_l(source, NULL, c);
	freelocale(c);
	return value;
}

struct json *json_new_number(const char *source)
{
	return made(json_object_new_double_s(number_value(source), source));
}

struct json *json_new_bool(bool value)
{
	return made(json_object_new_boolean(value));
}

struct json *json_put(struct json *object, const char *key, struct json *value)
{
	assert(is(object, JSON_OBJECT));
	check(json_object_object_add(raw(object), key, raw(value)));
	return value;
}

struct json *json_push(struct json *array, struct json *value)
{
	assert(is(array, JSON_ARRAY));
	check(json_object_array_add(raw(array), raw(value)));
	return value;
}

void json_remove(struct json *object, const char *key)
{
	assert(is(object, JSON_OBJECT));
	json_object_object_del(raw(object), key);
}
