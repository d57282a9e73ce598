/* Members without a column: see extra.h. It is rarely called, so it takes the simple way: a list
 * that is built anew for each record. */
#include "data/extra.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "data/jsonrow.h"

void extra_init(struct extra *extra, size_t ceiling)
{
	*extra = (struct extra) { .room = 0 };
	buf_init(&extra->text, ceiling);
}

void extra_done(struct extra *extra)
{
	names_done(&extra->names);
	free(extra->cells);
	buf_done(&extra->text);
}

void extra_add(struct slice name, const struct cell *value, void *arg)
{
	struct extra *extra = arg;
	size_t at = names_add(&extra->names, name);

	if (at >= extra->room) {
		extra->room = extra->room ? extra->room * 2 : 8;
		extra->cells = xreallocarray(extra->cells, extra->room, sizeof(*extra->cells));
	}
	extra->cells[at] = *value;
}

/* As it stands in the body: a string with the quotes around it. */
static struct slice source(const struct cell *cell)
{
	size_t quote = cell->kind == CELL_STRING;

	return (struct slice) { cell->ptr - quote, cell->len + 2 * quote };
}

static int write_object(struct extra *extra)
{
	struct sink sink;

	buf_clear(&extra->text);
	sink_open(&sink, &extra->text);
	for (size_t i = 0; i < extra->names.len; i++) {
		struct slice name = extra->names.items[i], value = source(&extra->cells[i]);

		sink_char(&sink, i > 0 ? ',' : '{');
		jsonrow_string(&sink, name.ptr, name.len);
		sink_char(&sink, ':');
		sink_bytes(&sink, value.ptr, value.len);
	}
	sink_char(&sink, '}');
	return sink_close(&sink);
}

int extra_cell(struct extra *extra, struct cell *cell)
{
	struct slice text;
	int code = 0;

	*cell = (struct cell) { .kind = CELL_NULL };
	if (extra->names.len > 0) {
		code = write_object(extra);
		text = buf_slice(&extra->text);
		*cell = (struct cell) { text.ptr, text.len, CELL_NEST, 0 };
	}
	return code;
}

void extra_forget(struct extra *extra)
{
	if (extra->names.len > 0)
		names_done(&extra->names);
}
