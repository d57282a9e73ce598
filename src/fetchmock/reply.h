/* One reply before it is sent: what the logic decided, for http.c to write. The caller owns it and
 * uses it again for the next request, so that an answer costs no allocation.
 */
#ifndef FETCHMOCK_REPLY_H
#define FETCHMOCK_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define REPLY_HEADERS_MAX 64
#define REPLY_BODY_MAX    (64 * 1024 * 1024)

struct reply {
	int status;
	bool reset;               /* break the connection instead of answering */
	bool gzip;                /* the route allows it, if the client does too */
	int64_t delay_ms;         /* wait this long first */
	const char *content_type; /* static or of the route; NULL when there is no body */
	struct buf body;
	size_t nheaders;
	size_t headers[REPLY_HEADERS_MAX]; /* where "Name\0value\0" begins in `text` */
	struct buf text;
};

void reply_init(struct reply *reply);
void reply_done(struct reply *reply);
void reply_clear(struct reply *reply); /* ready for the next request */

/* A header; control bytes of the value are dropped, since they would end the line. */
void reply_header(struct reply *reply, const char *name, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
const char *reply_header_name(const struct reply *reply, size_t index);
const char *reply_header_value(const struct reply *reply, size_t index);

/* Turns the reply into a problem document (RFC 9457); headers that are there stay. */
void reply_problem(struct reply *reply, int status, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* "Not Found"; "" for a status without a registered name. */
const char *status_name(int status);

#endif
