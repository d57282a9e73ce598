/* The end of a buf where rows are written: room is asked for once per cell, not once per byte.
 * Private to this floor.
 *
 * Between sink_open and sink_close the buffer belongs to the sink. When the ceiling is met the
 * sink takes nothing any more and sink_close says -E2BIG, so writers need not check every step.
 */
#ifndef DATA_SINK_H
#define DATA_SINK_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "base/buf.h"
#include "data/brief.h"

struct sink {
	struct buf *buf;
	char *at, *limit;
	char none[1]; /* where both point while the buffer has no memory */
};

static inline void sink_open(struct sink *sink, struct buf *buf)
{
	sink->buf = buf;
	if (buf->data && !buf->full) {
		sink->at = buf->data + buf->len;
		sink->limit = buf->data + buf->room - 1;
	} else {
		sink->at = sink->limit = sink->none;
	}
}

/* Hands what was written to the buffer. */
static inline int sink_close(struct sink *sink)
{
	if (sink->at != sink->none)
		buf_grew(sink->buf, (size_t)(sink->at - (sink->buf->data + sink->buf->len)));
	return sink->buf->full ? -E2BIG : 0;
}

bool sink_grow(struct sink *sink, size_t need);
void sink_refuse(struct sink *sink); /* as if the ceiling had been met */

/* Room for `need` more bytes at sink->at? */
static inline bool sink_room(struct sink *sink, size_t need)
{
	return (size_t)(sink->limit - sink->at) >= need || sink_grow(sink, need);
}

static inline void sink_char(struct sink *sink, char c)
{
	if (sink_room(sink, 1))
		*sink->at++ = c;
}

static inline void sink_bytes(struct sink *sink, const char *bytes, size_t len)
{
	if (sink_room(sink, len)) {
		brief_copy(sink->at, bytes, len);
		sink->at += len;
	}
}

static inline void sink_text(struct sink *sink, const char *text)
{
	sink_bytes(sink, text, strlen(text));
}

#endif
