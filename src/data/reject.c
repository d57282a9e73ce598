/* Rejected records: see reject.h. */
#include "data/reject.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/scan.h"
#include "data/jsonrow.h"

static void member(struct sink *sink, const char *name, const char *text)
{
	sink_text(sink, name);
	jsonrow_string(sink, text, strlen(text));
}

static void write_request(const struct row_meta *meta, struct buf *out)
{
	char fetched[CLOCK_TEXT_MAX];
	struct sink sink;

	clock_format(meta->fetched_ms, fetched);
	buf_addf(out, "\"run\":%" PRIu64 ",\"request\":%" PRIu64 ",\"page\":%" PRIu32, meta->run,
		 meta->request, meta->page);
	sink_open(&sink, out);
	member(&sink, ",\"fetched_at\":", fetched);
	member(&sink, ",\"url\":", meta->url ? meta->url : "");
	sink_char(&sink, ',');
	sink_close(&sink);
}

void reject_record(const struct encoding *encoding, size_t at, const struct refusal *refusal,
		   struct rows *rows)
{
	struct buf *out = &rows->rejects;
	struct sink sink;

	buf_add_char(out, '{');
	if (encoding->meta)
		write_request(encoding->meta, out);
	buf_addf(out, "\"number\":%zu", at + 1);
	sink_open(&sink, out);
	member(&sink, ",\"column\":", refusal->column->name);
	member(&sink, ",\"pointer\":", pointer_text(refusal->column->from));
	member(&sink, ",\"reason\":", refusal->reason.text);
	sink_text(&sink, ",\"record\":");
	sink_close(&sink);
	scan_compact(encoding->extract->records[at], out);
	buf_add_text(out, "}\n");
	rows->rejected++;
}
