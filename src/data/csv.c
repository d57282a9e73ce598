/* CSV, RFC 4180 with LF ends of line, in UTF-8; and the way to other dialects (csv_dialect.c).
 *
 * A field is quoted only where it must be: when it holds a comma, a quote, CR or LF, or when it
 * begins or ends with a space, which some readers trim. Null is the empty field and the empty text
 * is "", so the two stay apart for readers that look. Three rules are ours:
 *
 * - A null that is alone in its row is written "" as well: an empty line is a row to the RFC but
 *   most readers skip it, and a row that vanishes is worse than a null that reads as empty text.
 * - U+0000, which JSON can carry as \u0000, becomes U+FFFD. Many readers stop at a NUL byte or
 *   refuse the whole file; JSONL keeps it.
 * - Arrays and objects are their compact JSON text.
 */
#include "data/csv.h"

#include "base/scan.h"
#include "data/csv_dialect.h"
#include "data/rows.h"

static void quoted(struct sink *sink, const char *text, size_t len)
{
	const char *end = text + len, *quote;

	sink_char(sink, '"');
	while ((quote = memchr(text, '"', (size_t)(end - text)))) {
		sink_bytes(sink, text, (size_t)(quote + 1 - text));
		sink_char(sink, '"');
		text = quote + 1;
	}
	sink_bytes(sink, text, (size_t)(end - text));
	sink_char(sink, '"');
}

static bool edged(const char *text, size_t len)
{
	return text[0] == ' ' || text[len - 1] == ' ';
}

static bool needs_quotes(const char *text, size_t len)
{
	if (edged(text, len))
		return true;
	for (size_t i = 0; i < len; i++) {
		if (text[i] == ',' || text[i] == '"' || text[i] == '\n' || text[i] == '\r')
			return true;
	}
	return false;
}

/* A text of any bytes but NUL. */
static void any_text(struct sink *sink, const char *text, size_t len)
{
	if (len == 0)
		sink_bytes(sink, "\"\"", 2);
	else if (needs_quotes(text, len))
		quoted(sink, text, len);
	else
		sink_bytes(sink, text, len);
}

/* A text that holds U+0000: rare, so byte by byte. */
static void text_with_nul(struct sink *sink, struct slice text)
{
	bool quotes = needs_quotes(text.ptr, text.len);

	if (quotes)
		sink_char(sink, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\0')
			sink_text(sink, "\xef\xbf\xbd");
		else
			sink_char(sink, text.ptr[i]);
		if (text.ptr[i] == '"')
			sink_char(sink, '"');
	}
	if (quotes)
		sink_char(sink, '"');
}

/* A string with escapes, or a nest: through the scratch buffer. */
static void through(const struct cell *cell, struct buf *scratch, struct sink *sink)
{
	struct slice source = { cell->ptr, cell->len };
	int code = cell->kind == CELL_NEST ? scan_compact(source, scratch)
					   : scan_unescape(source, scratch);

	if (code < 0) /* more than the rows may be altogether */
		sink_refuse(sink);
	else if (memchr(buf_text(scratch), '\0', scratch->len))
		text_with_nul(sink, buf_slice(scratch));
	else
		any_text(sink, scratch->data, scratch->len);
	buf_cut(scratch, 0);
}

static void string(const struct cell *cell, struct buf *scratch, struct sink *sink)
{
	if (cell->flags & WALK_ESCAPED)
		through(cell, scratch, sink);
	else if (cell->len == 0)
		sink_bytes(sink, "\"\"", 2);
	else if (cell->flags & WALK_COMMA || edged(cell->ptr, cell->len))
		quoted(sink, cell->ptr, cell->len);
	else
		sink_bytes(sink, cell->ptr, cell->len);
}

static void field(const struct cell *cell, struct buf *scratch, struct sink *sink)
{
	switch ((enum cell_kind)cell->kind) {
	case CELL_NONE:
	case CELL_NULL:
		break;
	case CELL_STRING:
		string(cell, scratch, sink);
		break;
	case CELL_NUMBER:
	case CELL_BOOL:
		sink_bytes(sink, cell->ptr, cell->len);
		break;
	case CELL_NEST:
		through(cell, scratch, sink);
		break;
	case CELL_TEXT:
		any_text(sink, cell->ptr, cell->len);
		break;
	}
}

static void write_row(const struct row *row, struct sink *sink)
{
	if (row->ncells == 1 && row->cells[0].kind <= CELL_NULL)
		sink_bytes(sink, "\"\"", 2);
	for (size_t i = 0; i < row->ncells; i++) {
		if (i > 0)
			sink_char(sink, ',');
		field(&row->cells[i], row->scratch, sink);
	}
	sink_char(sink, '\n');
}

int csv_header(const struct job *job, const struct colset *set, struct buf *out)
{
	struct csv_dialect dialect;
	struct dialect rules;
	struct sink sink;

	if (colset_len(set) == 0)
		return 0;
	dialect_of_job(job, &rules);
	csv_dialect_init(&dialect, &rules);
	sink_open(&sink, out);
	if (rules.bom)
		sink_text(&sink, CSV_BOM);
	for (size_t i = 0; i < colset_len(set); i++) {
		if (i > 0)
			sink_char(&sink, rules.delimiter);
		csv_dialect_name(&dialect, colset_name(set, i), &sink);
	}
	csv_dialect_end(&dialect, &sink);
	return sink_close(&sink);
}

int csv_encode(const struct job *job, const struct colset *set, const struct extract *extract,
	       const struct row_meta *meta, struct rows *rows, struct err *err)
{
	struct encoding encoding = { job, set, extract, meta, write_row, NULL };
	struct csv_dialect dialect;
	struct dialect rules;

	dialect_of_job(job, &rules);
	if (!dialect_is_plain(&rules)) {
		csv_dialect_init(&dialect, &rules);
		encoding.write = csv_dialect_row;
		encoding.state = &dialect;
	}
	return rows_encode(&encoding, rows, err);
}
