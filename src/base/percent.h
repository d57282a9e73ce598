/* Percent-decoding of what stands in a URL, RFC 3986 section 2.1. */
#ifndef BASE_PERCENT_H
#define BASE_PERCENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

/* Decodes `raw` into `out` (NUL-terminated). `form`: "+" is a space, as in a query. -EINVAL for a
 * broken escape, a NUL or control byte, or text that is not UTF-8; -E2BIG when it does not fit. */
int percent_decode(struct slice raw, bool form, char *out, size_t room);

#endif
