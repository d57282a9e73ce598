/* Declared columns: see columns.h. */
#include "data/columns.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* The value that a JSON text of the job's definition is; the text lives as long as the job. */
static struct cell literal(const char *json)
{
	struct cell cell;

	cell_read(json, json + strlen(json), &cell);
	return cell;
}

void columns_init(struct columns *columns, const struct encoding *encoding)
{
	const struct job *job = encoding->job;

	*columns = (struct columns) { .job = job, .set = encoding->set };
	if (colset_auto(encoding->set))
		return;
	columns->cells = xcalloc(job->ncolumns, sizeof(*columns->cells));
	columns->fallbacks = xcalloc(job->ncolumns, sizeof(*columns->fallbacks));
	columns->made = xcalloc(job->ncolumns, sizeof(*columns->made));
	meta_cells(job, encoding->meta, &columns->texts, columns->cells);
	for (size_t i = 0; i < job->ncolumns; i++) {
		if (job->columns[i].value)
			columns->cells[i] = literal(job->columns[i].value);
		if (job->columns[i].fallback)
			columns->fallbacks[i] = literal(job->columns[i].fallback);
	}
}

void columns_done(struct columns *columns)
{
	free(columns->cells);
	free(columns->fallbacks);
	free(columns->made);
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

static enum job_on_error policy(const struct job *job, const struct job_column *column)
{
	return column->on_error == JOB_ERROR_INHERIT ? job->on_error : column->on_error;
}

/* A value that is not of the type: one of three things becomes of it. */
static int refuse(const struct columns *columns, size_t i, struct refusal *refusal, struct err *err)
{
	const struct job_column *column = &columns->job->columns[i];

	columns->cells[i] = (struct cell) { .kind = CELL_NULL };
	switch (policy(columns->job, column)) {
	case JOB_ERROR_NULL:
		return 0;
	case JOB_ERROR_REJECT:
		refusal->column = column;
		return 0;
	default:
		break;
	}
	if (err)
		*err = refusal->reason;
	err_within(err, "column %s (%s)", column->name, pointer_text(column->from));
	return -EINVAL;
}

static int fill(struct columns *columns, const struct shred *shred, size_t i,
		struct refusal *refusal, struct err *err)
{
	const struct job_column *column = &columns->job->columns[i];
	struct cell *cell = &columns->cells[i];

	*cell = pick(shred, colset_column_key(columns->set, i), column->from);
	if (cell->kind <= CELL_NULL) {
		*cell = columns->fallbacks[i];
		return 0;
	}
	if (column->type == JOB_TYPE_ANY ||
	    cast_cell(cell, column, columns->made[i], &refusal->reason) == 0)
		return 0;
	return refuse(columns, i, refusal, err);
}

int columns_fill(struct columns *columns, const struct shred *shred, struct refusal *refusal,
		 struct err *err)
{
	const struct job *job = columns->job;
	int code = 0;

	for (size_t i = 0; i < job->ncolumns && code == 0 && !refusal->column; i++)
		if (job->columns[i].from)
			code = fill(columns, shred, i, refusal, err);
	return code;
}
