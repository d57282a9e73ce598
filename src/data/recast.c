/* Rows under another header: see recast.h. */
#include "data/recast.h"

#include <errno.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/dialect.h"

struct recasting {
	struct dialect dialect;
	size_t *sources; /* one a column of `to`: which of `from`'s cells; SIZE_MAX: none */
	struct slice *cells;
	size_t ncells, ncolumns;
	const char *at, *end;
};

/* Behind the cell at `at`. Quotes are doubled inside quotes (RFC 4180 section 2), so a cell ends at
 * the first delimiter or line end outside of them. */
static const char *cell_end(const struct recasting *recasting, const char *at)
{
	bool quoted = false;

	for (; at < recasting->end; at++) {
		if (*at == '"')
			quoted = !quoted;
		else if (!quoted && (*at == recasting->dialect.delimiter || *at == '\n' ||
				     (*at == '\r' && recasting->dialect.crlf)))
			break;
	}
	return at;
}

/* The cells of one row; false when it has another number of them, or no end. */
static bool take_row(struct recasting *recasting)
{
	const char *at = recasting->at;
	size_t n = 0;

	for (;; at++) {
		const char *from = at;

		at = cell_end(recasting, at);
		if (at == recasting->end || n == recasting->ncells)
			return false;
		recasting->cells[n++] = (struct slice) { from, (size_t)(at - from) };
		if (*at != recasting->dialect.delimiter)
			break;
	}
	at += *at == '\r';
	if (n != recasting->ncells || at == recasting->end || *at != '\n')
		return false;
	recasting->at = at + 1;
	return true;
}

static void write_row(const struct recasting *recasting, struct buf *out)
{
	for (size_t i = 0; i < recasting->ncolumns; i++) {
		if (i > 0)
			buf_add_char(out, recasting->dialect.delimiter);
		buf_add_slice(out, recasting->sources[i] == SIZE_MAX
					   ? recasting->dialect.null
					   : recasting->cells[recasting->sources[i]]);
	}
	buf_add_text(out, recasting->dialect.crlf ? "\r\n" : "\n");
}

static void match(struct recasting *recasting, const struct colset *from, const struct colset *to)
{
	for (size_t i = 0; i < recasting->ncolumns; i++)
		if (!colset_find(from, colset_name(to, i), &recasting->sources[i]))
			recasting->sources[i] = SIZE_MAX;
}

int recast_rows(const struct job *job, struct slice rows, const struct colset *from,
		const struct colset *to, struct buf *out)
{
	struct recasting recasting = {
		.ncells = colset_len(from),
		.ncolumns = colset_len(to),
		.at = rows.ptr,
		.end = rows.ptr + rows.len,
	};
	size_t before = out->len;
	bool right = true;

	dialect_of_job(job, &recasting.dialect);
	recasting.sources = xcalloc(recasting.ncolumns + 1, sizeof(*recasting.sources));
	recasting.cells = xcalloc(recasting.ncells + 1, sizeof(*recasting.cells));
	match(&recasting, from, to);
	while (right && recasting.at < recasting.end) {
		right = take_row(&recasting);
		if (right)
			write_row(&recasting, out);
	}
	free(recasting.sources);
	free(recasting.cells);
	if (!right || out->full)
		buf_cut(out, before);
	return !right ? -EINVAL : out->full ? -E2BIG : 0;
}
