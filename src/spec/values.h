/* The values of a parameter in a file: a text with one a line, a column of a CSV (RFC 4180, with a
 * header), or what a pointer finds in each of many JSON values. Read piece by piece, so the file
 * may be of any size. Blocks. */
#ifndef SPEC_VALUES_H
#define SPEC_VALUES_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/pointer.h"
#include "base/slice.h"

#define VALUES_MAX_BYTES  65536              /* of one value, and of any CSV field beside it */
#define VALUES_RECORD_MAX ((size_t)16 << 20) /* of one JSON value that it is picked from */

/* What is in the file, and where the values are in it. */
struct values_form {
	const char *column;            /* it is CSV: the column's name */
	const struct pointer *pointer; /* it is JSON, an array or one value a line: where the value
					  is in each. Neither: it is a text */
	char delimiter;                /* of CSV; 0: "," */
	const char *null;              /* of CSV: what stands for null there; NULL: nothing does */
	bool guard;                    /* of CSV: an apostrophe stands before formulas */
	bool sparse; /* as fetchd lands them: nulls, empty texts, and JSON values without such a
			member are left out, and an array may lack its end */
};

struct values_input {
	const char *name; /* for sentences */
	/* How many bytes, 0 at the end, or a negative errno. */
	ssize_t (*read)(void *arg, char *to, size_t room);
	void *arg;
};

/* Below 0: reading ends with that, the sentence is in err. */
typedef int values_fn(struct slice value, void *arg, struct err *err);

/* Every value in order. Of a text empty lines are no values, and the line is taken as it is, less
 * its end (LF or CR LF). Of a CSV an empty field is an empty value, an empty line is none. Of JSON
 * texts, numbers and booleans are values, null is none. A byte order mark is left out. 0, what
 * `each` said, -EINVAL with a sentence naming file and line (not UTF-8, a NUL, an open quote, no
 * such member, too long, not JSON), -ENOENT when no column is called so, or what open(2) and
 * read(2) said. */
int values_read(const char *path, const struct values_form *form, values_fn *each, void *arg,
		struct err *err);
/* The same of bytes from elsewhere. */
int values_scan(const struct values_input *input, const struct values_form *form, values_fn *each,
		void *arg, struct err *err);

/* The text of the value at `pointer` in one JSON value, which is proven on the way; `text` is
 * cleared before. 1; 0 when it is null; -ENOENT when it has none; -EINVAL with a sentence when it
 * is no text, number or boolean, or the record is not JSON; -E2BIG. */
int values_pick(const struct pointer *pointer, struct slice record, struct buf *text,
		struct err *err);

#endif
