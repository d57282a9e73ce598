/* Metadata cells: see meta.h. */
#include "data/meta.h"

#include <inttypes.h>
#include <stdio.h>

static struct cell text(const char *value)
{
	struct cell none = { .kind = CELL_NULL };

	return value ? cell_text(slice_of(value)) : none;
}

static struct cell number(const char *digits)
{
	struct cell cell = text(digits);

	cell.kind = CELL_NUMBER;
	return cell;
}

static struct cell param(const struct row_meta *meta, const char *name)
{
	struct slice value = point_value(meta->matrix, meta->point, slice_of(name));
	struct cell none = { .kind = CELL_NULL };

	return value.ptr ? cell_text(value) : none;
}

static void write_texts(const struct row_meta *meta, struct meta_texts *texts)
{
	clock_format(meta->fetched_ms, texts->fetched_at);
	clock_format(meta->scheduled_ms, texts->scheduled);
	snprintf(texts->run, sizeof(texts->run), "%" PRIu64, meta->run);
	snprintf(texts->request, sizeof(texts->request), "%" PRIu64, meta->request);
	snprintf(texts->page, sizeof(texts->page), "%" PRIu32, meta->page);
	snprintf(texts->status, sizeof(texts->status), "%d", meta->status);
}

static struct cell cell_of(const struct job_column *column, const struct row_meta *meta,
			   const struct meta_texts *texts)
{
	switch (column->meta) {
	case JOB_META_FETCHED_AT:
		return text(texts->fetched_at);
	case JOB_META_SCHEDULED:
		return text(texts->scheduled);
	case JOB_META_URL:
		return text(meta->url);
	case JOB_META_STATUS:
		return number(texts->status);
	case JOB_META_RUN:
		return number(texts->run);
	case JOB_META_REQUEST:
		return number(texts->request);
	case JOB_META_PAGE:
		return number(texts->page);
	case JOB_META_PARAM:
		return param(meta, column->param);
	case JOB_META_NONE:
		break;
	}
	return (struct cell) { .kind = CELL_NULL };
}

void meta_cells(const struct job *job, const struct row_meta *meta, struct meta_texts *texts,
		struct cell *cells)
{
	bool written = false;

	for (size_t i = 0; i < job->ncolumns; i++) {
		if (job->columns[i].meta == JOB_META_NONE)
			continue;
		if (!written)
			write_texts(meta, texts);
		written = true;
		cells[i] = cell_of(&job->columns[i], meta, texts);
	}
}
