/* JSON documents as trees: configuration, requests to the control socket and replies.
 *
 * This is json-c's one door; no other file includes it. Data from APIs never becomes a tree: that
 * is base/scan.h. Objects keep their keys in order. Numbers parsed from text print as the bytes
 * they were. All functions are thread-safe on different trees; one tree belongs to one thread at a
 * time.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

struct json; /* reference-counted; NULL is JSON's null, everywhere */

enum json_type {
	JSON_NULL,
	JSON_BOOL,
	JSON_INT,
	JSON_NUMBER,
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT
};

/* One strict document (scan.h decides), keys unique and without NUL, depth <= 64. `doc` is the
 * caller's: json_unref. Integers that fit int64_t become JSON_INT, all other numbers JSON_NUMBER.
 */
int json_parse(const char *text, size_t len, struct json **doc, struct err *err);
struct json *json_ref(const struct json *doc);
void json_unref(struct json *doc);
struct json *json_copy(const struct json *doc); /* deep */
/* Members in any order. Numbers are compared as written: 1, 1.0 and 1e0 are three values. */
bool json_equal(const struct json *a, const struct json *b);

/* The caller frees. `pretty`: indented by two, for people. */
char *json_text(const struct json *doc, bool pretty);
int json_write(const struct json *doc, struct buf *out); /* compact */

enum json_type json_type(const struct json *doc);
const char *json_type_name(enum json_type type); /* "an object", "a list", ... for sentences */

/* Readers borrow, and answer NULL, `def` or 0 when the thing is missing or of another type. */
struct json *json_get(const struct json *object, const char *key);
struct json *json_at(const struct json *array, size_t index);
struct json *json_find(const struct json *doc, const char *pointer); /* RFC 6901 */
bool json_has(const struct json *object, const char *key);           /* also when null */
size_t json_len(const struct json *doc);                             /* members or elements */
const char *json_str(const struct json *doc);                        /* NULL unless a string */
struct slice json_slice(const struct json *doc); /* a string with the NULs it may hold */
int64_t json_int(const struct json *doc, int64_t def);
double json_number(const struct json *doc, double def);
bool json_bool(const struct json *doc, bool def);

/* Members in order: for (struct json_member m = json_first(o); m.key; m = json_next(m)) ... */
struct json_member {
	const char *key; /* NULL: no more */
	struct json *value;
	void *place;
};
struct json_member json_first(const struct json *object);
struct json_member json_next(struct json_member member);

struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *text);
struct json *json_new_string_len(const char *text, size_t len);
struct json *json_new_int(int64_t value);
struct json *
json_new_number(const char *source); /* prints as `source`, which must be a JSON number */
struct json *json_new_bool(bool value);

/* Writers take `value` (NULL stores null) and return it, borrowed; a key that is there is replaced.
 */
struct json *json_put(struct json *object, const char *key, struct json *value);
struct json *json_push(struct json *array, struct json *value);
void json_put_str(struct json *object, const char *key, const char *text); /* NULL text: null */
void json_put_int(struct json *object, const char *key, int64_t value);
void json_put_bool(struct json *object, const char *key, bool value);
void json_put_time(struct json *object, const char *key, int64_t unix_ms); /* RFC 3339; 0: null */
void json_remove(struct json *object, const char *key);

#endif
