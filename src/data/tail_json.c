/* Rows of JSON lines and of JSON arrays, flattened into a table: see tail.h. A row of either stands
 * in a line of its own, in an array with a comma behind all but the last. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "data/jsonarray.h"
#include "data/shred.h"
#include "data/tail_internal.h"
#include "data/whole.h"

struct lines {
	struct slice *items;
	size_t len;
};

/* The line at `at`, and the way behind it. */
static struct slice cut_line(const char **at, const char *end)
{
	const char *feed = memchr(*at, '\n', (size_t)(end - *at));
	struct slice line = { *at, (size_t)((feed ? feed : end) - *at) };

	*at = feed ? feed + 1 : end;
	return line;
}

static int split(const char *at, const char *end, bool array, struct lines *lines, struct err *err)
{
	size_t room = 0;

	while (at < end) {
		struct slice line = cut_line(&at, end);

		if (array && at < end && line.len > 0 && line.ptr[line.len - 1] == ',')
			line.len--;
		/* The walk trusts its bytes, and the file may have been in other hands. */
		if (!whole_json(line))
			return err_set(err, -EINVAL,
				       "the last rows are not JSON as it was written");
		if (lines->len == room) {
			room = room ? room * 2 : 64;
			lines->items = xreallocarray(lines->items, room, sizeof(*lines->items));
		}
		lines->items[lines->len++] = line;
	}
	return 0;
}

static void note(struct slice name, const struct cell *value, void *arg)
{
	struct names *names = arg;

	if (names->len <= COLSET_MAX)
		names_add(names, name);
}

static int find_names(const struct lines *lines, const char *end, struct names *names,
		      struct err *err)
{
	static const struct names none;
	struct shred shred;
	int code = 0;

	shred_init(&shred, &none, true, end);
	shred.found = note;
	shred.arg = names;
	for (size_t i = 0; i < lines->len && code == 0; i++)
		code = shred_record(&shred, lines->items[i], err);
	shred_done(&shred);
	if (code == 0 && names->len > COLSET_MAX)
		code = err_set(err, -E2BIG, "the last rows have more than %d columns", COLSET_MAX);
	return code;
}

static struct json *text_of(const struct cell *cell, struct buf *scratch)
{
	struct slice bytes = { cell->ptr, cell->len };

	buf_clear(scratch);
	switch ((enum cell_kind)cell->kind) {
	case CELL_NONE:
	case CELL_NULL:
		return NULL;
	case CELL_STRING:
		scan_unescape(bytes, scratch);
		break;
	case CELL_NEST:
		scan_compact(bytes, scratch);
		break;
	case CELL_BOOL:
	case CELL_NUMBER:
	case CELL_TEXT:
		return json_new_string_len(cell->ptr, cell->len);
	}
	return json_new_string_len(buf_text(scratch), scratch->len);
}

static void push_row(struct shred *shred, struct buf *scratch, struct json *rows)
{
	struct json *row = json_push(rows, json_new_array());

	for (size_t i = 0; i < shred->keys->len; i++) {
		json_push(row, text_of(&shred->cells[i], scratch));
		shred->cells[i].kind = CELL_NONE;
	}
}

/* The rows that the limit of cells allows, the last ones. */
static void answer(const struct tail *tail, const struct lines *lines, const char *end,
		   const struct names *names)
{
	size_t most = TAIL_CELLS_MAX / (names->len ? names->len : 1);
	size_t first = lines->len > most ? lines->len - most : 0;
	struct shred shred;
	struct buf scratch;

	for (size_t i = 0; i < names->len; i++)
		json_push(tail->columns,
			  json_new_string_len(names->items[i].ptr, names->items[i].len));
	shred_init(&shred, names, true, end);
	buf_init(&scratch, TAIL_BYTES_MAX);
	for (size_t i = first; i < lines->len; i++) {
		shred_record(&shred, lines->items[i], NULL);
		push_row(&shred, &scratch, tail->rows);
	}
	buf_done(&scratch);
	shred_done(&shred);
}

/* Between the brackets: from the first row to the end of the last one. */
static int array_span(const struct tail_source *source, struct tail_span *span)
{
	static const char footer[] = JSONARRAY_FOOTER;
	char there[sizeof(footer) - 1];
	int code;

	span->open = true;
	if (source->bytes >= sizeof(there)) {
		code = tail_source_read(source, source->bytes - sizeof(there), there,
					sizeof(there));
		if (code < 0)
			return code;
		if (memcmp(there, footer, sizeof(there)) == 0)
			span->end -= sizeof(there);
	}
	span->first = span->end < 2 ? span->end : 2; /* [ and the line feed before the first row */
	return 0;
}

static int answer_lines(const struct tail *tail, const struct buf *text, size_t where,
			struct err *err)
{
	const char *end = text->data + text->len;
	struct names names = { 0 };
	struct lines lines = { 0 };
	bool array = tail->format == JOB_FORMAT_JSON;
	int code = split(text->data + where, end, array, &lines, err);

	if (code == 0)
		code = find_names(&lines, end, &names, err);
	if (code == 0)
		answer(tail, &lines, end, &names);
	free(lines.items);
	names_done(&names);
	return code;
}

int tail_json(const struct tail *tail, const struct tail_source *source, struct err *err)
{
	struct tail_span span = { .end = source->bytes, .n = tail->n };
	struct buf text;
	size_t where;
	int code = tail->format == JOB_FORMAT_JSON ? array_span(source, &span) : 0;

	if (code < 0)
		return err_sys(err, code, "cannot read the end of the file");
	if (span.end == span.first || span.n == 0)
		return 0;
	code = tail_window(source, &span, &text, &where, err);
	if (code < 0)
		return code;
	code = answer_lines(tail, &text, where, err);
	buf_done(&text);
	return code;
}
