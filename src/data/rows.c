/* From records to cells to rows: see rows.h. */
#include "data/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "data/meta.h"
#include "data/shred.h"

const char *rows_end(const struct extract *extract)
{
	struct slice last;

	if (extract->len == 0)
		return NULL;
	last = extract->records[extract->len - 1];
	return last.ptr + last.len;
}

int rows_finish(struct rows *rows, size_t before, int code, struct err *err)
{
	if (code == 0 && rows->bytes.full)
		code = err_set(err, -E2BIG, "the rows of one response would pass %zu bytes",
			       rows->bytes.ceiling);
	if (code < 0)
		buf_cut(&rows->bytes, before);
	return code;
}

/* The value at a declared column's pointer. */
static struct cell pick(const struct shred *shred, size_t key, const struct pointer *from)
{
	size_t steps = pointer_steps(from), i = 0;
	struct cell cell = shred->record;

	if (key != SIZE_MAX && *cell.ptr == '{') {
		cell = shred->cells[key];
		i = 1;
	}
	for (; i < steps && cell.kind != CELL_NONE; i++)
		cell = cell_step(cell, pointer_step(from, i), pointer_index(from, i));
	return cell;
}

/* Fills `cells`, but for metadata, which stands there for all rows. */
static int declared(const struct encoding *encoding, const struct shred *shred, struct cell *cells,
		    struct err *err)
{
	for (size_t i = 0; i < encoding->job->ncolumns; i++) {
		const struct job_column *column = &encoding->job->columns[i];

		if (!column->from)
			continue;
		cells[i] = pick(shred, colset_column_key(encoding->set, i), column->from);
		if (cell_convert(&cells[i], column->type, err) < 0) {
			err_within(err, "column %s (%s)", column->name, pointer_text(column->from));
			return -EINVAL;
		}
	}
	return 0;
}

static void forget(struct shred *shred)
{
	if (shred->keys->len)
		memset(shred->cells, 0, shred->keys->len * sizeof(*shred->cells));
}

static int encode_all(const struct encoding *encoding, struct shred *shred, struct row *row,
		      struct sink *sink, struct err *err)
{
	for (size_t i = 0; i < encoding->extract->len; i++) {
		int code = shred_record(shred, encoding->extract->records[i], err);

		if (code == 0 && !shred->flatten)
			code = declared(encoding, shred, (struct cell *)row->cells, err);
		if (code < 0) {
			err_within(err, "record %zu of %zu", i + 1, encoding->extract->len);
			return code;
		}
		if (shred->unknown)
			return 0;
		encoding->write(row, sink);
		forget(shred);
	}
	return 0;
}

int rows_encode(const struct encoding *encoding, struct rows *rows, struct err *err)
{
	const struct job *job = encoding->job;
	size_t before = rows->bytes.len;
	struct meta_texts texts;
	struct shred shred;
	struct buf scratch;
	struct sink sink;
	struct row row = { .state = encoding->state, .scratch = &scratch };
	struct cell *cells = NULL;
	int code;

	shred_init(&shred, colset_keys(encoding->set), colset_auto(encoding->set),
		   rows_end(encoding->extract));
	buf_init(&scratch, rows->bytes.ceiling);
	if (!shred.flatten) {
		cells = xcalloc(job->ncolumns, sizeof(*cells));
		meta_cells(job, encoding->meta, &texts, cells);
	}
	row.cells = shred.flatten ? shred.cells : cells;
	row.ncells = shred.flatten ? shred.keys->len : job->ncolumns;
	sink_open(&sink, &rows->bytes);
	code = encode_all(encoding, &shred, &row, &sink, err);
	sink_close(&sink);
	code = rows_finish(rows, before, code, err);
	if (code == 0 && shred.unknown) {
		rows->unknown = true;
		buf_cut(&rows->bytes, before);
	} else if (code == 0) {
		rows->count += encoding->extract->len;
	}
	free(cells);
	buf_done(&scratch);
	shred_done(&shred);
	return code;
}
