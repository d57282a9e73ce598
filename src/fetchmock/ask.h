/* One request as the mock's logic sees it: no sockets, no library, easy to make up in a test. */
#ifndef FETCHMOCK_ASK_H
#define FETCHMOCK_ASK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

struct ask {
	const char *method;
	struct slice path;  /* as it arrived, undecoded */
	struct slice query; /* without the "?"; NULL ptr when there is none */
	struct slice body;  /* NULL ptr when there is none */
	const char *(*header)(const char *name, void *arg); /* NULL when not sent */
	void *arg;
};

/* The next "name=value" of a query string, undecoded; false at the end. Start with *rest = query.
 * A pair without "=" has an empty value. */
struct query_pair {
	struct slice name, value;
};
bool query_next(struct slice *rest, struct query_pair *pair);

/* The first parameter of that name, decoded and appended to `out` ("+" is a space); false when it
 * is not there. */
bool query_find(struct slice query, const char *name, struct buf *out);
/* Appends the percent-decoded bytes; what is no escape stays as it is. */
void query_decode(struct slice text, bool plus, struct buf *out);

#endif
