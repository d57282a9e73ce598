/* The slow path of the sink: see sink.h. */
#include "data/sink.h"

bool sink_grow(struct sink *sink, size_t need)
{
	if (sink_close(sink) < 0 || !buf_reserve(sink->buf, need)) {
		sink->limit = sink->at;
		return false;
	}
	sink_open(sink, sink->buf);
	return true;
}

void sink_refuse(struct sink *sink)
{
	sink_close(sink);
	sink->buf->full = true;
	sink->limit = sink->at;
}
