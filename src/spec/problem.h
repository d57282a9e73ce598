/* The list of everything wrong with a file, each with its place: `--check` prints all, not the
 * first. The same sentence at the same place is kept once (a fault in `defaults:` meets every job).
 */
#ifndef SPEC_PROBLEM_H
#define SPEC_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/doc.h"

#define PROBLEMS_MAX 1000 /* more are counted, not kept */

struct problem {
	char *file;
	char *pointer; /* "/jobs/inventory/workers"; "" for the whole file */
	struct place place;
	char *sentence;
	size_t order; /* in which they were found, to tell those of one place apart */
};

struct problems {
	struct problem *items;
	size_t len, room;
	size_t dropped;
	size_t raised; /* all that were added, those also that were known or dropped */
};

void problems_done(struct problems *problems); /* a zeroed one is empty and valid */
/* At the place of the value; doc may be NULL. */
void problems_add(struct problems *problems, const struct doc *doc, const char *pointer,
		  const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* At the place of the key: it is unknown or a duplicate. */
void problems_add_key(struct problems *problems, const struct doc *doc, const char *pointer,
		      const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* For a file without a document: it cannot be read, or is not YAML or JSON from `place` on. */
void problems_add_at(struct problems *problems, const char *file, struct place place,
		     const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* By file, line and column: the order in which a person mends them. */
void problems_sort(struct problems *problems);
/* "FILE:LINE:COLUMN: error: SENTENCE" (less what is not known), the caller frees. */
char *problem_text(const struct problem *problem);
/* {"items": [{"file", "pointer", "line", "column", "detail"}], "dropped": N} */
struct json *problems_json(const struct problems *problems);

#endif
