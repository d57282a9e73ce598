/* What the tests of this folder share: jobs made by hand, and bodies turned into records. */
#ifndef TESTS_UNIT_DATA_SAMPLE_H
#define TESTS_UNIT_DATA_SAMPLE_H

#include <errno.h>
#include <string.h>

#include "../unit.h"
#include "base/xalloc.h"
#include "data/extract.h"
#include "data/format.h"

static inline struct pointer *sample_pointer(const char *text)
{
	struct pointer *pointer;
	struct err err;

	ck_assert_msg(pointer_parse(text, &pointer, &err) == 0, "%s", err.text);
	return pointer;
}

static inline int sample_extract(const char *body, const char *records, struct extract *extract)
{
	struct pointer *pointer = sample_pointer(records);
	const struct extract_ask ask = { .records = pointer };
	struct err err = ERR_INIT;
	bool truncated;
	int code;

	*extract = (struct extract) { 0 };
	code = extract_records(slice_of(body), &ask, extract, &truncated, &err);
	pointer_free(pointer);
	return code;
}

struct sample_column {
	const char *name, *from; /* from NULL: metadata */
	enum job_column_type type;
	enum job_meta meta;
	const char *param;
	const char *format, *fallback, *value; /* borrowed by the job */
	enum job_on_error on_error;
};

/* A job with nothing but columns; `columns` ends with a NULL name, or is NULL for automatic
 * ones. */
static inline struct job *sample_job(const struct sample_column *columns)
{
	struct job *job = xcalloc(1, sizeof(*job));

	job->columns_auto = !columns;
	job->columns = xcalloc(64, sizeof(*job->columns));
	for (; columns && columns->name; columns++) {
		struct job_column *column = &job->columns[job->ncolumns++];

		column->name = xstrdup(columns->name);
		column->from = columns->from ? sample_pointer(columns->from) : NULL;
		column->type = columns->type;
		column->meta = columns->meta;
		column->param = columns->param ? xstrdup(columns->param) : NULL;
		column->format = (char *)columns->format;
		column->fallback = (char *)columns->fallback;
		column->value = (char *)columns->value;
		column->on_error = columns->on_error;
	}
	return job;
}

static inline void sample_job_free(struct job *job)
{
	for (size_t i = 0; i < job->ncolumns; i++) {
		free(job->columns[i].name);
		free(job->columns[i].param);
		pointer_free(job->columns[i].from);
	}
	free(job->columns);
	free(job);
}

/* The set with every column these records need. */
static inline struct colset *sample_grown(struct colset *set, const struct extract *extract)
{
	struct err err = ERR_INIT;

	ck_assert_msg(format_widen(extract, &set, &err) == 0, "%s", err.text);
	return set;
}

/* The file that holds the records of a body, as one text, and behind it the rejects; the caller's
 * to free. An error's sentence instead. */
static inline char *sample_file(const struct job *job, enum job_format kind, const char *body,
				const struct row_meta *meta)
{
	const struct format *format = format_of(kind);
	struct colset *set = colset_new(job);
	struct rows rows = { .count = 0 };
	struct buf file;
	struct err err = ERR_INIT;
	struct extract extract;
	char *text;

	buf_init(&rows.bytes, 1 << 20);
	buf_init(&rows.rejects, 1 << 20);
	ck_assert_int_eq(sample_extract(body, "", &extract), 0);
	set = sample_grown(set, &extract);
	buf_init(&file, 1 << 20);
	ck_assert_int_eq(format->header(job, set, &file), 0);
	if (format->encode(job, set, &extract, meta, &rows, &err) < 0) {
		text = xstrdup(err.text);
	} else {
		if (rows.count > 0)
			buf_add_text(&file, buf_text(&rows.bytes) + format->lead);
		buf_add_text(&file, format->footer);
		buf_add_slice(&file, buf_slice(&rows.rejects));
		text = buf_take(&file);
	}
	buf_done(&file);
	buf_done(&rows.bytes);
	buf_done(&rows.rejects);
	extract_done(&extract);
	colset_unref(set);
	return text;
}

/* The same of a job that says nothing but its columns. */
static inline char *sample_rows(enum job_format kind, const struct sample_column *columns,
				const char *body, const struct row_meta *meta)
{
	struct job *job = sample_job(columns);
	char *text = sample_file(job, kind, body, meta);

	sample_job_free(job);
	return text;
}

#define sample_expect(kind, columns, body, expected)                                               \
	do {                                                                                       \
		char *rows_ = sample_rows(kind, columns, body, NULL);                              \
		ck_assert_str_eq(rows_, expected);                                                 \
		free(rows_);                                                                       \
	} while (0)

#endif
