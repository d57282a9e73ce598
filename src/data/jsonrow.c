/* Records as compact JSON text: see jsonrow.h. */
#include "data/jsonrow.h"

#include <stdlib.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "data/checks.h"

/* Rows that are the bytes of the body. */
static int copied(const struct extract *extract, const struct jsonrow_frame *frame,
		  struct rows *rows)
{
	size_t before = strlen(frame->before), after = strlen(frame->after);
	struct sink sink;

	sink_open(&sink, &rows->bytes);
	for (size_t i = 0; i < extract->len; i++) {
		sink_bytes(&sink, frame->before, before);
		sink_bytes(&sink, extract->records[i].ptr, extract->records[i].len);
		sink_bytes(&sink, frame->after, after);
	}
	return sink_close(&sink);
}

static int as_it_came(const struct extract *extract, const struct jsonrow_frame *frame,
		      struct rows *rows)
{
	int code = 0;

	if (!extract->spaced)
		return copied(extract, frame, rows);
	for (size_t i = 0; i < extract->len && code == 0; i++) {
		buf_add_text(&rows->bytes, frame->before);
		code = scan_compact(extract->records[i], &rows->bytes);
		code = code < 0 ? code : buf_add_text(&rows->bytes, frame->after);
	}
	return code;
}

void jsonrow_string(struct sink *sink, const char *text, size_t len)
{
	static const char hex[] = "0123456789abcdef";

	sink_char(sink, '"');
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			sink_char(sink, '\\');
		if (c >= 0x20) {
			sink_char(sink, text[i]);
		} else {
			sink_text(sink, "\\u00");
			sink_char(sink, hex[c >> 4]);
			sink_char(sink, hex[c & 15]);
		}
	}
	sink_char(sink, '"');
}

static void nest(const struct cell *cell, struct buf *scratch, struct sink *sink)
{
	if (scan_compact((struct slice) { cell->ptr, cell->len }, scratch) < 0)
		sink_refuse(sink);
	else
		sink_bytes(sink, scratch->data, scratch->len);
	buf_cut(scratch, 0);
}

static void value(const struct cell *cell, struct buf *scratch, struct sink *sink)
{
	switch ((enum cell_kind)cell->kind) {
	case CELL_NONE:
	case CELL_NULL:
		sink_bytes(sink, "null", 4);
		break;
	case CELL_STRING: /* the quotes are around it in the body */
		sink_bytes(sink, cell->ptr - 1, cell->len + 2);
		break;
	case CELL_NUMBER:
	case CELL_BOOL:
		sink_bytes(sink, cell->ptr, cell->len);
		break;
	case CELL_NEST:
		nest(cell, scratch, sink);
		break;
	case CELL_TEXT:
		jsonrow_string(sink, cell->ptr, cell->len);
		break;
	}
}

/* What stands before each value, {"id": or ,"name": and around the row. */
struct labels {
	struct buf bytes;
	size_t *ends; /* one a column */
	struct slice after;
};

static void labels_init(struct labels *labels, const struct colset *set,
			const struct jsonrow_frame *frame)
{
	struct sink sink;

	labels->after = slice_of(frame->after);
	buf_init(&labels->bytes, SIZE_MAX / 4);
	buf_add_text(&labels->bytes, frame->before);
	labels->ends = xcalloc(colset_len(set), sizeof(*labels->ends));
	for (size_t i = 0; i < colset_len(set); i++) {
		struct slice name = colset_name(set, i);

		sink_open(&sink, &labels->bytes);
		sink_char(&sink, i > 0 ? ',' : '{');
		jsonrow_string(&sink, name.ptr, name.len);
		sink_char(&sink, ':');
		sink_close(&sink);
		labels->ends[i] = labels->bytes.len;
	}
}

static void labels_done(struct labels *labels)
{
	free(labels->ends);
	buf_done(&labels->bytes);
}

static void write_row(const struct row *row, struct sink *sink)
{
	const struct labels *labels = row->state;
	size_t from = 0;

	if (row->ncells == 0) {
		sink_bytes(sink, labels->bytes.data, labels->bytes.len);
		sink_char(sink, '{');
	}
	for (size_t i = 0; i < row->ncells; i++) {
		sink_bytes(sink, labels->bytes.data + from, labels->ends[i] - from);
		value(&row->cells[i], row->scratch, sink);
		from = labels->ends[i];
	}
	sink_char(sink, '}');
	sink_bytes(sink, labels->after.ptr, labels->after.len);
}

int jsonrow_encode(const struct encoding *encoding, const struct jsonrow_frame *frame,
		   struct rows *rows, struct err *err)
{
	struct encoding written = *encoding;
	size_t before = rows->bytes.len;
	struct labels labels;
	int code;

	if (colset_auto(encoding->set)) {
		code = rows_finish(rows, before, as_it_came(encoding->extract, frame, rows), err);
		if (code == 0 && checks_asked(encoding->job))
			code = checks_records(encoding->job, encoding->extract, rows, err);
		rows->count += code == 0 ? encoding->extract->len : 0;
		return code;
	}
	labels_init(&labels, encoding->set, frame);
	written.write = write_row;
	written.state = &labels;
	code = rows_encode(&written, rows, err);
	labels_done(&labels);
	return code;
}
