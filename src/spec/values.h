/* The values of a parameter in a file: a text with one a line, or a column of a CSV (RFC 4180, with
 * a header). Read piece by piece, so the file may be of any size. Blocks. */
#ifndef SPEC_VALUES_H
#define SPEC_VALUES_H

#include "base/err.h"
#include "base/slice.h"

#define VALUES_MAX_BYTES 65536 /* of one value, and of any field beside it */

/* Below 0: reading ends with that, the sentence is in err. */
typedef int values_fn(struct slice value, void *arg, struct err *err);

/* Every value in order. `column` NULL: a text, of which empty lines are no values, and the line is
 * taken as it is, less its end (LF or CR LF). Of a CSV an empty field is an empty value, an empty
 * line is none. A byte order mark is left out. 0, what `each` said, -EINVAL with a sentence naming
 * file and line (not UTF-8, a NUL, an open quote, no such column, too long), or what open(2) and
 * read(2) said. */
int values_read(const char *path, const char *column, values_fn *each, void *arg, struct err *err);

#endif
