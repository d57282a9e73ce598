/* Fields of CSV in any dialect: see csv_dialect.h and the rules in csv.c.
 *
 * What a dialect adds:
 *
 * - Null is its null text, never quoted; a value that reads the same is quoted, so the two stay
 *   apart for readers that look. (A null text that cannot stand without quotes gets them, and looks
 *   like that value.)
 * - With the guard, a text that begins with one of = + - @ TAB CR, which a spreadsheet would take
 *   for a formula, gets an apostrophe before it; so do names of columns. Numbers and nests stay as
 *   they are.
 */
#include "data/csv_dialect.h"

#include "base/scan.h"

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

void csv_dialect_init(struct csv_dialect *dialect, const struct dialect *rules)
{
	*dialect = (struct csv_dialect) { .rules = *rules };
	dialect->special['"'] = dialect->special['\n'] = dialect->special['\r'] = true;
	dialect->special[(unsigned char)rules->delimiter] = true;
}

static bool holds_special(const struct csv_dialect *dialect, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (dialect->special[(unsigned char)text.ptr[i]])
			return true;
	}
	return false;
}

/* Does the field need a closer look than its bytes? */
static bool is_edgy(const struct csv_dialect *dialect, struct slice text)
{
	return text.len == 0 || text.ptr[0] == ' ' || text.ptr[text.len - 1] == ' ' ||
	       (dialect->rules.null.len > 0 && slice_equal(text, dialect->rules.null));
}

/* Outside quotes; U+0000 is replaced. */
static void unquoted(struct sink *sink, struct slice text)
{
	const char *nul;

	while (text.len > 0 && (nul = memchr(text.ptr, '\0', text.len))) {
		size_t plain = (size_t)(nul - text.ptr);

		sink_bytes(sink, text.ptr, plain);
		sink_text(sink, REPLACEMENT);
		text = (struct slice) { nul + 1, text.len - plain - 1 };
	}
	sink_bytes(sink, text.ptr, text.len);
}

/* Between quotes; a quote inside is doubled. */
static void quoted(struct sink *sink, const char *before, struct slice text)
{
	sink_char(sink, '"');
	sink_text(sink, before);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"')
			sink_bytes(sink, "\"\"", 2);
		else if (text.ptr[i] == '\0')
			sink_text(sink, REPLACEMENT);
		else
			sink_char(sink, text.ptr[i]);
	}
	sink_char(sink, '"');
}

/* A text of any bytes. */
static void text(const struct csv_dialect *dialect, struct sink *sink, struct slice value)
{
	if (is_edgy(dialect, value) || holds_special(dialect, value))
		quoted(sink, "", value);
	else
		unquoted(sink, value);
}

static bool is_formula(struct slice value)
{
	return value.len > 0 && value.ptr[0] != '\0' && strchr("=+-@\t\r", value.ptr[0]);
}

/* A text that a spreadsheet must not run. */
static void guarded(const struct csv_dialect *dialect, struct sink *sink, struct slice value)
{
	struct slice null = dialect->rules.null;

	if (!dialect->rules.guard || !is_formula(value)) {
		text(dialect, sink, value);
	} else if (holds_special(dialect, value) || value.ptr[value.len - 1] == ' ' ||
		   (null.len > 0 && null.ptr[0] == '\'') || dialect->rules.delimiter == '\'') {
		quoted(sink, "'", value);
	} else {
		sink_char(sink, '\'');
		unquoted(sink, value);
	}
}

static void null(const struct csv_dialect *dialect, struct sink *sink)
{
	struct slice value = dialect->rules.null;

	if (holds_special(dialect, value))
		quoted(sink, "", value);
	else
		sink_bytes(sink, value.ptr, value.len);
}

/* A string with escapes, or a nest: through the scratch buffer. */
static void through(const struct csv_dialect *dialect, const struct cell *cell, struct buf *scratch,
		    struct sink *sink)
{
	struct slice source = { cell->ptr, cell->len };
	bool nest = cell->kind == CELL_NEST;
	int code = nest ? scan_compact(source, scratch) : scan_unescape(source, scratch);

	if (code < 0) /* more than the rows may be altogether */
		sink_refuse(sink);
	else
		guarded(dialect, sink, buf_slice(scratch));
	buf_cut(scratch, 0);
}

static void field(const struct csv_dialect *dialect, const struct cell *cell, struct buf *scratch,
		  struct sink *sink)
{
	struct slice value = { cell->ptr, cell->len };

	switch ((enum cell_kind)cell->kind) {
	case CELL_NONE:
	case CELL_NULL:
		null(dialect, sink);
		break;
	case CELL_STRING:
		if (cell->flags & WALK_ESCAPED)
			through(dialect, cell, scratch, sink);
		else
			guarded(dialect, sink, value);
		break;
	case CELL_NUMBER:
	case CELL_BOOL:
		text(dialect, sink, value);
		break;
	case CELL_NEST:
		through(dialect, cell, scratch, sink);
		break;
	case CELL_TEXT:
		guarded(dialect, sink, value);
		break;
	}
}

void csv_dialect_name(const struct csv_dialect *dialect, struct slice name, struct sink *sink)
{
	guarded(dialect, sink, name);
}

void csv_dialect_end(const struct csv_dialect *dialect, struct sink *sink)
{
	if (dialect->rules.crlf)
		sink_char(sink, '\r');
	sink_char(sink, '\n');
}

void csv_dialect_row(const struct row *row, struct sink *sink)
{
	const struct csv_dialect *dialect = row->state;

	if (row->ncells == 1 && row->cells[0].kind <= CELL_NULL && dialect->rules.null.len == 0)
		sink_bytes(sink, "\"\"", 2);
	for (size_t i = 0; i < row->ncells; i++) {
		if (i > 0)
			sink_char(sink, dialect->rules.delimiter);
		field(dialect, &row->cells[i], row->scratch, sink);
	}
	csv_dialect_end(dialect, sink);
}
