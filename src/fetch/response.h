/* What came back for a request: status, the headers we read, the body as transferred. */
#ifndef FETCH_RESPONSE_H
#define FETCH_RESPONSE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "fetch/outcome.h"

/* The response headers fetchd reads; all others are dropped as they arrive. */
enum response_header {
	HEADER_CONTENT_TYPE,
	HEADER_CONTENT_ENCODING,
	HEADER_LOCATION,
	HEADER_LINK,
	HEADER_RETRY_AFTER,
	HEADER_DATE,
	HEADER_ETAG,
	HEADER_LAST_MODIFIED,
	HEADER__COUNT
};
extern const char *const response_header_names[HEADER__COUNT];

struct response {
	enum outcome transfer;        /* OK: HTTP framing was complete, status is set; else how the
					 transfer ended */
	char error[256];              /* a sentence when transfer is not OK; "" otherwise */
	int status;                   /* 0: none arrived */
	char *headers[HEADER__COUNT]; /* NULL: absent; several Link or Retry-After lines are joined
					 with ", " */
	struct buf body;              /* as transferred: still content-coded. Ceiling: max_body */
	int64_t started_ms;           /* UNIX milliseconds: when the request was sent */
	int64_t taken_us;             /* from the start to the last byte */
	uint64_t wire_bytes;          /* of body, as transferred */
	unsigned connections;         /* opened for this request: 0 when a kept one served */
	pid_t pid, tid;               /* of the worker */
};

void response_init(struct response *response, size_t max_body);
void response_clear(
	struct response *response); /* for the next request; keeps a small body's memory */
void response_done(struct response *response);

#endif
