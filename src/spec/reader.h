/* What the two readers of documents share: the text, the growing result, and the one fault.
 *
 * Inner to doc.c, yaml.c and json_reader.c.
 */
#ifndef SPEC_READER_H
#define SPEC_READER_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "base/slice.h"
#include "spec/doc.h"
#include "spec/places.h"

struct reader {
	struct slice text; /* UTF-8, proven, without a byte order mark */
	struct places places;
	struct json *root; /* the caller's when reading succeeds */
	size_t cost;       /* of DOC_NODES_MAX */

	struct place at; /* of the fault */
	struct err err;  /* its sentence alone */
};

/* Keeps the place and the sentence; returns -EINVAL. */
int reader_fail(struct reader *reader, struct place at, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Takes `cost` from the budget; -EINVAL with a fault at `at` when it is used up. */
int reader_spend(struct reader *reader, struct place at, size_t cost);
/* What a text of `len` bytes costs. */
size_t reader_text_cost(size_t len);

int yaml_read(struct reader *reader);
int json_read(struct reader *reader);

#endif
