/* From records to cells to rows: see rows.h. */
#include "data/rows.h"

#include <errno.h>
#include <string.h>

#include "base/printable.h"
#include "data/checks.h"
#include "data/columns.h"
#include "data/extra.h"
#include "data/reject.h"

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

/* Where everything stood before the call. */
struct mark {
	size_t bytes, rejects, keys;
	uint64_t rejected, lacking;
};

static void forget(struct shred *shred)
{
	if (shred->keys->len)
		memset(shred->cells, 0, shred->keys->len * sizeof(*shred->cells));
}

/* All that one call works with. */
struct work {
	const struct encoding *encoding;
	struct rows *rows;
	enum job_new_columns policy;
	struct shred shred;
	struct extra extra;
	struct columns columns; /* declared ones */
	struct refusal refusal;
	struct checks checks;
	bool checked;
	struct row row;
	struct sink sink;
	uint64_t count;
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

static int encode_record(struct work *work, size_t at, struct err *err)
{
	struct slice record = work->encoding->extract->records[at];
	struct shred *shred = &work->shred;
	int code = shred_record(shred, record, err);

	work->refusal.column = NULL;
	if (code == 0 && !shred->flatten)
		code = columns_fill(&work->columns, shred, &work->refusal, err);
	if (code == 0 && work->policy != JOB_NEW_ROTATE)
		code = place_unknown(work, err);
	if (code < 0 || shred->unknown)
		return code;
	if (work->refusal.column) {
		reject_record(work->encoding, at, &work->refusal, work->rows);
	} else {
		if (work->checked)
			checks_row(&work->checks, work->row.cells, work->rows);
		work->encoding->write(&work->row, &work->sink);
		work->count++;
	}
	forget(shred);
	return 0;
}

static int encode_all(struct work *work, struct err *err)
{
	const struct extract *extract = work->encoding->extract;
	int code = 0;

	for (size_t i = 0; i < extract->len && code == 0 && !work->shred.unknown; i++) {
		code = encode_record(work, i, err);
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

/* What was written counts only when all was. */
static int settle(struct work *work, struct mark before, int code, struct err *err)
{
	struct rows *rows = work->rows;

	code = rows_finish(rows, before.bytes, code, err);
	if (code == 0 && rows->rejects.full)
		code = err_set(err, -E2BIG,
			       "the rejected records of one response would pass %zu bytes",
			       rows->rejects.ceiling);
	if (code == 0 && !work->shred.unknown) {
		rows->count += work->count;
		return 0;
	}
	rows->unknown |= code == 0;
	buf_cut(&rows->bytes, before.bytes);
	buf_cut(&rows->rejects, before.rejects);
	buf_cut(&rows->keys, before.keys);
	rows->rejected = before.rejected;
	rows->lacking = before.lacking;
	return code;
}

int rows_encode(const struct encoding *encoding, struct rows *rows, struct err *err)
{
	const struct mark before = { rows->bytes.len, rows->rejects.len, rows->keys.len,
				     rows->rejected, rows->lacking };
	struct work work = { .encoding = encoding, .rows = rows };
	struct buf scratch;
	int code;

	begin(&work, rows->bytes.ceiling);
	buf_init(&scratch, rows->bytes.ceiling);
	columns_init(&work.columns, encoding);
	work.checked = checks_asked(encoding->job);
	if (work.checked)
		checks_init(&work.checks, encoding->job, encoding->set);
	work.row = (struct row) {
		.cells = work.columns.cells ? work.columns.cells : work.shred.cells,
		.ncells = colset_len(encoding->set),
		.state = encoding->state,
		.scratch = &scratch,
	};
	sink_open(&work.sink, &rows->bytes);
	code = encode_all(&work, err);
	sink_close(&work.sink);
	code = settle(&work, before, code, err);
	columns_done(&work.columns);
	if (work.checked)
		checks_done(&work.checks);
	buf_done(&scratch);
	extra_done(&work.extra);
	shred_done(&work.shred);
	return code;
}
