/* Reading a map of an API file by a table of its keys: types are checked, unknown keys are refused
 * with the nearest known one. Problems go to the list with their place; reading goes on.
 */
#ifndef FETCHMOCK_KEYS_H
#define FETCHMOCK_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/json.h"
#include "spec/problem.h"

struct reader {
	const struct doc *doc;
	struct problems *problems;
};

/* Called with the key's value, already of one of the types; `pointer` is its place. */
typedef void key_read_fn(struct reader *reader, const char *pointer, const struct json *value,
			 void *target);

#define KEY_TYPE(type) (1U << (type))

struct key {
	const char *name;
	unsigned types;       /* KEY_TYPE bits; 0: any value, null too */
	const char *expected; /* for the sentence: "a duration such as 200ms" */
	key_read_fn *read;
};

/* `keys` ends with a NULL name. False when `value` is not an object (a problem then). */
bool keys_read(struct reader *reader, const char *pointer, const struct json *value,
	       const struct key *keys, void *target);

/* A problem at the value of `pointer`; the sentence is preceded by nothing. */
void reader_problem(struct reader *reader, const char *pointer, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Pointers of members and elements; the caller frees. */
char *pointer_member(const char *pointer, const char *key);
char *pointer_element(const char *pointer, size_t index);

/* The values many keys share; a problem and false when it is not one. */
bool read_duration(struct reader *reader, const char *pointer, const struct json *value,
		   int64_t *ms);
struct bounds {
	int64_t low, high; /* both included */
};
bool read_whole(struct reader *reader, const char *pointer, const struct json *value,
		struct bounds bounds, int64_t *number);

#endif
