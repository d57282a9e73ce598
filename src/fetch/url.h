/* URLs through libcurl's own parser (CURLU), so that what we check is what is fetched. */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* `reference` against `base` (absolute, or NULL when reference is absolute): normalised, without
 * fragment and without the scheme's own port. Spaces and bytes beyond ASCII are encoded. -EINVAL
 * unless it is a valid http or https URL of at most URL_MAX bytes. Caller frees. RFC 3986 section
 * 5. */
#define URL_MAX 65536
int url_resolve(const char *base, const char *reference, char **url, struct err *err);
bool url_same_origin(const char *a, const char *b); /* scheme, host, port: RFC 6454 section 4 */
char *url_host(const char *url); /* "name:port", port always given; NULL when not a URL */
/* The three below want what url_resolve gave. Callers free. */
/* Sets a query parameter, replacing those of that name; value is encoded. */
char *url_with_query(const char *url, const char *name, const char *value);
char *url_without_query(const char *url, const char *name);
/* For people: userinfo and, unless `name` is NULL, that parameter's value become "***". */
char *url_masked(const char *url, const char *name);

/* Percent-encodes all but RFC 3986's unreserved characters. 0 or -E2BIG. */
int url_encode(struct slice text, struct buf *out);

#endif
