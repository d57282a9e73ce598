/* How often each target (path and query) was fully answered with a 2xx: what a checker of exactly
 * once compares with what landed. Bounded: targets beyond the first SERVED_MAX are only counted.
 */
#ifndef FETCHMOCK_SERVED_H
#define FETCHMOCK_SERVED_H

#include <stdint.h>

#include "base/buf.h"

#define SERVED_MAX 1000000

struct served;

struct served *served_new(void);
void served_free(struct served *served); /* NULL is fine */
void served_add(struct served *served, const char *target);
void served_reset(struct served *served);
/* NDJSON, {"target": "/x?id=1", "times": 1} a line, in the order of first sight; a last line
 * {"dropped": N} when there were more targets than SERVED_MAX. */
void served_write(const struct served *served, struct buf *out);

#endif
