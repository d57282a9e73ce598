/* The plain types of field.h: how each is read, shown and freed. Inner to the walker, field.c. */
#ifndef SPEC_FIELD_TYPES_H
#define SPEC_FIELD_TYPES_H

#include "spec/field.h"

struct field_kind {
	const char *shape;
	void (*read)(const struct field *field, const struct json *value, void *to,
		     const struct walk *walk, const struct trail *at);
	struct json *(*show)(const struct field *field, const void *from);
	void (*done)(void *to); /* NULL: nothing to free */
};

/* By type. GROUP and RESERVED have only a shape, CUSTOM is NULL: the walker does those itself. */
extern const struct field_kind *const field_kinds[FIELD__COUNT];

extern const struct field_kind field_pointer, field_template, field_secret; /* field_compiled.c */

#endif
