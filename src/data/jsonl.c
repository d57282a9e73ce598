/* JSON lines: one compact record a line, LF at its end.
 *
 * With automatic columns a record lands as it came, without the white space between its tokens:
 * key order, duplicate keys, escapes and the digits of numbers stay as they were sent. With
 * declared columns a line is an object of those names in their order, the values as they came or
 * as the column's type says; what a record lacks is null. Strings keep their escapes, so no line
 * ever holds a raw line feed.
 */
#include "data/jsonl.h"

#include <stdlib.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "data/rows.h"

int jsonl_header(const struct job *job, const struct colset *set, struct buf *out)
{
	return 0;
}

static int as_it_came(const struct extract *extract, struct rows *rows)
{
	struct sink sink;
	int code = 0;

	sink_open(&sink, &rows->bytes);
	for (size_t i = 0; i < extract->len && !extract->spaced; i++) {
		sink_bytes(&sink, extract->records[i].ptr, extract->records[i].len);
		sink_char(&sink, '\n');
	}
	sink_close(&sink);
	for (size_t i = 0; i < extract->len && extract->spaced && code == 0; i++) {
		code = scan_compact(extract->records[i], &rows->bytes);
		code = code < 0 ? code : buf_add_char(&rows->bytes, '\n');
	}
	return code;
}

/* A plain text as a JSON string, RFC 8259 section 7. */
static void json_string(struct sink *sink, const char *text, size_t len)
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
		json_string(sink, cell->ptr, cell->len);
		break;
	}
}

/* What stands before each value: {"id": or ,"name": */
struct labels {
	struct buf bytes;
	size_t *ends; /* one a column */
};

static void labels_init(struct labels *labels, const struct colset *set)
{
	struct sink sink;

	buf_init(&labels->bytes, SIZE_MAX / 4);
	labels->ends = xcalloc(colset_len(set), sizeof(*labels->ends));
	for (size_t i = 0; i < colset_len(set); i++) {
		struct slice name = colset_name(set, i);

		sink_open(&sink, &labels->bytes);
		sink_char(&sink, i > 0 ? ',' : '{');
		json_string(&sink, name.ptr, name.len);
		sink_char(&sink, ':');
		sink_close(&sink);
		labels->ends[i] = labels->bytes.len;
	}
}

static void write_row(const struct row *row, struct sink *sink)
{
	const struct labels *labels = row->state;
	size_t from = 0;

	if (row->ncells == 0)
		sink_char(sink, '{');
	for (size_t i = 0; i < row->ncells; i++) {
		sink_bytes(sink, labels->bytes.data + from, labels->ends[i] - from);
		value(&row->cells[i], row->scratch, sink);
		from = labels->ends[i];
	}
	sink_bytes(sink, "}\n", 2);
}

int jsonl_encode(const struct job *job, const struct colset *set, const struct extract *extract,
		 const struct row_meta *meta, struct rows *rows, struct err *err)
{
	struct labels labels;
	const struct encoding encoding = { job, set, extract, meta, write_row, &labels };
	size_t before = rows->bytes.len;
	int code;

	if (job->columns_auto) {
		code = rows_finish(rows, before, as_it_came(extract, rows), err);
		rows->count += code == 0 ? extract->len : 0;
		return code;
	}
	labels_init(&labels, set);
	code = rows_encode(&encoding, rows, err);
	free(labels.ends);
	buf_done(&labels.bytes);
	return code;
}
