/* A walk through a document: where it stands, and how to complain there.
 *
 * A value of a job may come from the job or from `defaults:` beside it; the walk finds which, so
 * that a complaint names the place where it was written.
 */
#ifndef SPEC_WALK_H
#define SPEC_WALK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/json.h"
#include "spec/doc.h"
#include "spec/problem.h"

struct walk {
	const struct doc *doc; /* may be NULL: then there are no places */
	const char *base;      /* pointer of the walked map in it, "/jobs/inventory" */
	const char *fallback;  /* pointer of the map merged under it; NULL: none */
	const char *beside; /* the file that relative paths are meant against; NULL: none may be */
	struct problems *problems;
	bool partial; /* what is walked is a part (`defaults:`): nothing in it is required */
};

/* The way from the walked map to a value: one link a level, on the stack of who walks. */
struct trail {
	const struct trail *up; /* NULL: the walked map itself */
	const char *key;        /* NULL: an element of a list */
	size_t index;
};

enum walk_at { AT_VALUE, AT_KEY };

/* Adds a problem. The sentence gets the dotted path in front: "jobs.inventory.workers: ...". */
void walk_problem(const struct walk *walk, const struct trail *at, enum walk_at where,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* The same by the pointer within the walked map, "/pages/param". */
void walk_problem_at(const struct walk *walk, const char *pointer, enum walk_at where,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "expected WHAT, found a list". False when `value` is of that type. */
bool walk_wrong_type(const struct walk *walk, const struct trail *at, const struct json *value,
		     enum json_type type, const char *what);
/* "text", "a map", "a list": what a person calls it. */
const char *walk_type_name(const struct json *value);

#endif
