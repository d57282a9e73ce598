/* From records to cells to rows: see rows.h. */
#include "data/rows.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/printable.h"
#include "base/xalloc.h"
#include "data/extra.h"
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

/* All that one call works with. */
struct work {
	const struct encoding *encoding;
	enum job_new_columns policy;
	struct shred shred;
	struct extra extra;
	struct row row;
	struct sink sink;
};

static int refuse_key(const struct work *work, struct err *err)
{
	char key[80];

	printable_copy(key, sizeof(key), work->extra.names.items[0].ptr);
	return err_set(err, -EINVAL,
		       "the key \"%s\" is not among the columns, and new_columns is \"fail\"", key);
}

/* Members of the record that have no column, in a set that takes no more. */
static int place_unknown(struct work *work, struct err *err)
{
	struct shred *shred = &work->shred;

	if (work->policy == JOB_NEW_FAIL && shred->unknown)
		return refuse_key(work, err);
	shred->unknown = false;
	if (work->policy != JOB_NEW_EXTRA)
		return 0;
	if (extra_cell(&work->extra, &shred->cells[shred->keys->len]) < 0)
		sink_refuse(&work->sink);
	extra_forget(&work->extra);
	return 0;
}

static int encode_record(struct work *work, struct slice record, struct err *err)
{
	struct shred *shred = &work->shred;
	int code = shred_record(shred, record, err);

	if (code == 0 && !shred->flatten)
		code = declared(work->encoding, shred, (struct cell *)work->row.cells, err);
	if (code == 0 && work->policy != JOB_NEW_ROTATE)
		code = place_unknown(work, err);
	if (code < 0 || shred->unknown)
		return code;
	work->encoding->write(&work->row, &work->sink);
	forget(shred);
	return 0;
}

static int encode_all(struct work *work, struct err *err)
{
	const struct extract *extract = work->encoding->extract;
	int code = 0;

	for (size_t i = 0; i < extract->len && code == 0 && !work->shred.unknown; i++) {
		code = encode_record(work, extract->records[i], err);
		if (code < 0)
			err_within(err, "record %zu of %zu", i + 1, extract->len);
	}
	return code;
}

/* The walk over the records, and who hears of members without a column. */
static void begin(struct work *work, size_t ceiling)
{
	const struct encoding *encoding = work->encoding;
	bool automatic = colset_auto(encoding->set);

	work->policy = automatic ? colset_policy(encoding->set) : JOB_NEW_ROTATE;
	shred_init(&work->shred, colset_keys(encoding->set), automatic,
		   rows_end(encoding->extract));
	extra_init(&work->extra, ceiling);
	if (work->policy == JOB_NEW_EXTRA || work->policy == JOB_NEW_FAIL) {
		work->shred.found = extra_add;
		work->shred.arg = &work->extra;
	}
}

static void settle(struct work *work, struct rows *rows, size_t before)
{
	if (work->shred.unknown) {
		rows->unknown = true;
		buf_cut(&rows->bytes, before);
	} else {
		rows->count += work->encoding->extract->len;
	}
}

int rows_encode(const struct encoding *encoding, struct rows *rows, struct err *err)
{
	const struct job *job = encoding->job;
	size_t before = rows->bytes.len;
	struct cell *cells = NULL;
	struct meta_texts texts;
	struct work work = { .encoding = encoding };
	struct buf scratch;
	int code;

	begin(&work, rows->bytes.ceiling);
	buf_init(&scratch, rows->bytes.ceiling);
	if (!work.shred.flatten) {
		cells = xcalloc(job->ncolumns, sizeof(*cells));
		meta_cells(job, encoding->meta, &texts, cells);
	}
	work.row = (struct row) {
		.cells = cells ? cells : work.shred.cells,
		.ncells = cells ? job->ncolumns : colset_len(encoding->set),
		.state = encoding->state,
		.scratch = &scratch,
	};
	sink_open(&work.sink, &rows->bytes);
	code = encode_all(&work, err);
	sink_close(&work.sink);
	code = rows_finish(rows, before, code, err);
	if (code == 0)
		settle(&work, rows, before);
	free(cells);
	buf_done(&scratch);
	extra_done(&work.extra);
	shred_done(&work.shred);
	return code;
}
