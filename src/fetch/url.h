/* URLs through libcurl's own parser (CURLU), so that what we check is what is fetched. */
#ifndef FETCH_URL_H
#define FETCH_URL_H

#include <stdbool.h>

#include "base/err.h"

/* `reference` against `base` (absolute, or NULL when reference is absolute): normalised, without
 * fragment. -EINVAL unless it is a valid http or https URL. Caller frees. RFC 3986 section 5. */
int url_resolve(const char *base, const char *reference, char **url, struct err *err);
bool url_same_origin(const char *a, const char *b); /* scheme, host, port: RFC 6454 section 4 */
char *url_host(const char *url); /* "name:port", port always given; NULL when not a URL */
/* Sets a query parameter, replacing one of that name; value is encoded. Caller frees. */
char *url_with_query(const char *url, const char *name, const char *value);

#endif
