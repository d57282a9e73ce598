/* Records as compact JSON text: what JSON lines and JSON arrays have in common. Private to this
 * floor.
 *
 * With automatic columns a record lands as it came, without the white space between its tokens:
 * key order, duplicate keys, escapes and the digits of numbers stay as they were sent. With
 * declared columns a row is an object of those names in their order, the values as they came or
 * as the column's type says; what a record lacks is null. Strings keep their escapes, so no row
 * ever holds a raw line feed.
 */
#ifndef DATA_JSONROW_H
#define DATA_JSONROW_H

#include "data/rows.h"

/* What stands around each row: its end of line, for example. */
struct jsonrow_frame {
	const char *before, *after;
};

/* As format.encode. */
int jsonrow_encode(const struct encoding *encoding, const struct jsonrow_frame *frame,
		   struct rows *rows, struct err *err);

/* A plain text as a JSON string, RFC 8259 section 7. */
void jsonrow_string(struct sink *sink, const char *text, size_t len);

#endif
