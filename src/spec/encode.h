/* How a value is written into the place where a template's hole stands.
 *
 * Inner to template.c; one row of encodings[] in encode.c a place.
 */
#ifndef SPEC_ENCODE_H
#define SPEC_ENCODE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum encode_place {
	ENCODE_PLAIN,   /* as it is */
	ENCODE_HOST,    /* letters, digits, "-", "." and "_" only: nothing that ends a host name */
	ENCODE_SEGMENT, /* one segment of a URL's path: all but RFC 3986's unreserved is %XX */
	ENCODE_QUERY,   /* one query or form value: likewise */
	ENCODE_HEADER,  /* a field value, RFC 9110 section 5.5: no control byte */
	ENCODE_JSON,    /* inside a JSON string */
	ENCODE_VALUE,   /* a whole JSON value, which it must be */
	ENCODE_PATH, /* one component of an output path: not empty, "." or "..", no "/", no control
			   byte */
};

/* Appends the encoded value; `raw` leaves it as it is where that can do no harm (a header's line
 * end and a path's "/" are refused all the same). 0, -EINVAL with a sentence, -E2BIG. */
int encode_value(enum encode_place place, struct slice value, bool raw, struct buf *out,
		 struct err *err);

/* What the finished text must be. A URL's path has no "." or ".." segment, written %2e or not. */
int encode_check_url(struct slice url, struct err *err);
/* An output path is relative and has no empty, "." or ".." component. */
int encode_check_path(struct slice path, struct err *err);

#endif
