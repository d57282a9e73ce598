/* Checks of rows: see checks.h. */
#include "data/checks.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/scan.h"
#include "base/xalloc.h"
#include "data/rows.h"
#include "data/shred.h"

#define KEY_TEXT_MAX ((size_t)1 << 30)

bool checks_asked(const struct job *job)
{
	return job->expect.required.n > 0 || job->expect.unique.n > 0;
}

static size_t column_named(const struct colset *set, const char *name)
{
	size_t column;

	return colset_find(set, slice_of(name), &column) ? column : SIZE_MAX;
}

void checks_init(struct checks *checks, const struct job *job, const struct colset *set)
{
	const struct job_names *required = &job->expect.required, *key = &job->expect.unique;

	*checks = (struct checks) { .nrequired = required->n, .nkey = key->n };
	buf_init(&checks->text, KEY_TEXT_MAX);
	checks->columns = xcalloc(required->n + key->n + 1, sizeof(*checks->columns));
	for (size_t i = 0; i < required->n; i++)
		checks->columns[i] = column_named(set, required->at[i]);
	for (size_t i = 0; i < key->n; i++)
		checks->columns[required->n + i] = column_named(set, key->at[i]);
}

void checks_done(struct checks *checks)
{
	free(checks->columns);
	buf_done(&checks->text);
}

static const struct cell *cell_at(const struct cell *cells, size_t column)
{
	static const struct cell none = { .kind = CELL_NONE };

	return column == SIZE_MAX ? &none : &cells[column];
}

static bool lacks(const struct checks *checks, const struct cell *cells)
{
	for (size_t i = 0; i < checks->nrequired; i++)
		if (cell_at(cells, checks->columns[i])->kind <= CELL_NULL)
			return true;
	return false;
}

/* A text is the same however it was escaped; its length keeps neighbours apart. */
static void add_value(struct buf *text, const struct cell *cell)
{
	struct slice value = { cell->ptr, cell->len };
	size_t from = text->len;

	if (cell->kind == CELL_STRING && cell->flags & WALK_ESCAPED)
		scan_unescape(value, text);
	else
		buf_add_slice(text, value);
	buf_addf(text, ",%zu,%d;", text->len - from, cell->kind == CELL_STRING);
}

/* False: some part of it is null. */
static bool make_key(struct checks *checks, const struct cell *cells, uint64_t *key)
{
	buf_clear(&checks->text);
	for (size_t i = 0; i < checks->nkey; i++) {
		const struct cell *cell = cell_at(cells, checks->columns[checks->nrequired + i]);

		if (cell->kind <= CELL_NULL)
			return false;
		add_value(&checks->text, cell);
	}
	*key = hash_bytes(checks->text.data, checks->text.len);
	return true;
}

void checks_row(struct checks *checks, const struct cell *cells, struct rows *rows)
{
	uint64_t key;

	rows->lacking += lacks(checks, cells);
	if (checks->nkey > 0 && make_key(checks, cells, &key))
		buf_add(&rows->keys, &key, sizeof(key));
}

/* The columns that are asked for, as a set of their own. */
static struct colset *asked_columns(const struct job *job)
{
	const struct job_names *required = &job->expect.required, *key = &job->expect.unique;
	struct slice *asked = xcalloc(required->n + key->n, sizeof(*asked));
	struct colset *empty = colset_new(job), *set;

	for (size_t i = 0; i < required->n; i++)
		asked[i] = slice_of(required->at[i]);
	for (size_t i = 0; i < key->n; i++)
		asked[required->n + i] = slice_of(key->at[i]);
	set = colset_extend(empty, asked, required->n + key->n);
	colset_unref(empty);
	free(asked);
	return set;
}

int checks_records(const struct job *job, const struct extract *extract, struct rows *rows,
		   struct err *err)
{
	struct colset *set = asked_columns(job);
	struct checks checks;
	struct shred shred;
	int code = 0;

	checks_init(&checks, job, set);
	shred_init(&shred, colset_keys(set), true, rows_end(extract));
	for (size_t i = 0; i < extract->len && code == 0; i++) {
		memset(shred.cells, 0, colset_len(set) * sizeof(*shred.cells));
		code = shred_record(&shred, extract->records[i], err);
		if (code == 0)
			checks_row(&checks, shred.cells, rows);
	}
	shred_done(&shred);
	checks_done(&checks);
	colset_unref(set);
	return code;
}
