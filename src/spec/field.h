/* Settings as data: one row says all there is to know about a setting, and one walker uses the
 * rows.
 *
 * A table (job_fields[], config_fields[]) ends with a row without a name; a FIELD_GROUP row holds
 * the table of its members. From the rows come parsing, defaults, hints at the nearest known key,
 * checks and what `show` prints; the manual's tables and the JSON Schema are printed by iterating
 * over them. Adding a setting is one struct member and one row.
 */
#ifndef SPEC_FIELD_H
#define SPEC_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/template.h"
#include "spec/walk.h"

enum field_type {
	FIELD_TEXT,     /* char * */
	FIELD_PATH,     /* char *, absolute, against walk->beside */
	FIELD_BOOL,     /* bool */
	FIELD_COUNT,    /* unsigned */
	FIELD_BIG,      /* uint64_t */
	FIELD_SIZE,     /* uint64_t, bytes */
	FIELD_DURATION, /* int64_t, milliseconds */
	FIELD_RATE,     /* int64_t, nanoseconds from one to the next; 0: none */
	FIELD_CHOICE,   /* an enum: the index in `choices` */
	FIELD_SET,      /* unsigned: one bit a choice */
	FIELD_POINTER,  /* struct pointer * */
	FIELD_TEMPLATE, /* struct template * */
	FIELD_SECRET,   /* struct secret_ref */
	FIELD_GROUP,    /* a map with a table of its own; its rows have their own offsets */
	FIELD_CUSTOM,   /* whatever `custom` makes of it */
	FIELD_RESERVED, /* a setting of later versions: refused, but for its default value `def` */
	FIELD__COUNT
};

enum {
	FIELD_REQUIRED = 1 << 0, /* of a group: its required members are required */
	FIELD_RELOADS = 1 << 1,  /* changes at a reload, without a restart */
	FIELD_HARMLESS = 1 << 2, /* FIELD_RESERVED: any value may stand there, it has no effect */
};

struct field;

/* A value that is no plain type. `to` is where the row's offset points. */
struct field_custom {
	const char *shape; /* for the manual: "a map of texts" */
	void (*read)(const struct field *field, const struct json *value, void *to,
		     const struct walk *walk, const struct trail *at);
	struct json *(*show)(const void *to); /* NULL: nothing to show */
	void (*done)(void *to);               /* NULL: nothing to free */
	const struct field *members;          /* for the manual: of the maps in it; NULL: none */
	bool shares; /* and these are members of the object itself: it may have secrets */
	/* Makes relative paths in it absolute against the file `beside`; NULL: there are none. */
	void (*absolute)(struct json *value, const char *beside);
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset;
	int64_t min, max;           /* of COUNT, BIG, SIZE, DURATION (in ms) */
	const char *const *choices; /* of CHOICE and SET, and of a TEXT that is one of a few */
	const char *const *later;   /* choices that this version does not have yet */
	const char *def;            /* as a user would write it; NULL: none */
	const char *unit;           /* for the manual */
	unsigned flags;
	enum template_place place;                       /* of a TEMPLATE */
	int (*check)(const char *text, struct err *err); /* of a TEXT: 0, or a sentence */
	const struct field *fields;                      /* of a GROUP */
	bool (*applies)(
		const void *object); /* NULL, or whether it is shown: rows may share a member */
	const struct field_custom *custom;
	const char *help;    /* one sentence */
	const char *example; /* as a user would write it */
};

/* Reads a map (NULL counts as an empty one) into `object`, whose members must be zero or of an
 * earlier read; everything not given gets its default. Problems go to walk->problems; what is wrong
 * keeps its earlier value. */
void fields_read(const struct field *fields, const struct json *map, void *object,
		 const struct walk *walk, const struct trail *at);
/* Every setting with the value it has; secrets as references. The caller's. */
struct json *fields_show(const struct field *fields, const void *object);
/* Calls `each` for every secret that is set, with its place, "/auth/bearer" for example; `ref` is a
 * member of the object. */
struct secret_ref;
typedef void field_secret_fn(const char *pointer, struct secret_ref *ref, void *arg);
void fields_each_secret(const struct field *fields, const void *object, field_secret_fn *each,
			void *arg);
/* Frees what the members point to and zeroes them. */
void fields_done(const struct field *fields, void *object);
/* Makes the relative {file: P} of every secret and parameter in `map` absolute against the file
 * `beside`. */
void fields_absolute(const struct field *fields, struct json *map, const char *beside);
void fields_absolute_file(struct json *value, const char *beside); /* one {file: P} */

/* For the manual and the schema: "text", "duration", "list of", ... */
const char *field_shape(const struct field *field);

#endif
