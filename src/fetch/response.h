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
	HEADER_SET_COOKIE,  /* several lines are kept as lines */
	HEADER_PAGE_CURSOR, /* the two that a job's `pages:` names */
	HEADER_PAGE_TOTAL,
	HEADER__COUNT
};
extern const char *const response_header_names[HEADER__COUNT]; /* NULL: the request names it */

struct response {
	enum outcome transfer;        /* OK: HTTP framing was complete, status is set; else how the
					 transfer ended */
	char error[256];              /* a sentence when transfer is not OK; "" otherwise */
	int status;                   /* 0: none arrived; set also when the transfer failed later */
	char *headers[HEADER__COUNT]; /* NULL: absent; several lines of a list (Link,
					 Content-Encoding, Retry-After) are joined with ", ",
					 of another header the first counts */
	const char *cursor_header, *total_header; /* names of the PAGE_ ones, borrowed from the
						     request; NULL: none */
	struct buf body;      /* as transferred: still content-coded. Ceiling: max_body */
	int64_t started_ms;   /* UNIX milliseconds: when the request was sent */
	int64_t taken_us;     /* from the start to the last byte */
	uint64_t wire_bytes;  /* of body, as transferred */
	unsigned connections; /* opened for this request: 0 when a kept one served */
	pid_t pid, tid;       /* of the worker */
};

void response_init(struct response *response, size_t max_body);
/* For the next request; keeps a small body's memory, and pid and tid. */
void response_clear(struct response *response);
void response_done(struct response *response);

/* One header line as it arrived, "Name: value\r\n"; kept when fetchd reads that header. */
void response_header_line(struct response *response, struct slice line);
/* What came was an interim answer (1xx): its headers are not the final one's. */
void response_forget_headers(struct response *response);

#endif
