/* Formats: from records to the bytes of rows. One row of formats[] each. Pure; any thread. */
#ifndef DATA_FORMAT_H
#define DATA_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "data/colset.h"
#include "data/extract.h"
#include "spec/job.h"

/* What metadata columns say about one response; texts borrowed. */
struct row_meta {
	int64_t fetched_ms, scheduled_ms; /* UNIX milliseconds */
	uint64_t run, request;            /* the run, the point's index */
	uint32_t page;                    /* of the point, from 0 */
	int status;
	const char *url; /* as it may be shown */
	const struct matrix *matrix;
	const struct point *point;
};

/* Rows ready to append. */
struct rows {
	struct buf bytes; /* appended to; its ceiling bounds memory */
	uint64_t count;   /* added to: records that became rows */
	bool unknown;     /* set when, with automatic columns, a record had a key that is not in the
			     set and the set may take it: `new_columns: rotate`, or an empty set;
			     everything else is then as it was before the call */
	struct buf rejects; /* one JSON object a line: the records that are no rows because a value
			       is not of its column's type, and why; appended to */
	uint64_t rejected;  /* how many; added to */
	uint64_t lacking;   /* rows without a value that `expect` requires; added to */
	struct buf keys;    /* `expect.unique`: a hash of 8 bytes for each row's key; appended to */
};

struct format {
	const char *name;      /* "csv": as in output.format */
	const char *extension; /* ".csv" */
	const char *summary;
	enum job_format kind;
	bool has_header;  /* every file begins with one */
	bool uses_colset; /* false: with automatic columns the record lands as it came (JSONL) */
	/* Stands behind the last row of every file, also of the live one, where the next append
	 * writes over it: "\n]\n" for JSON; "" for most. */
	const char *footer;
	/* How many of the first bytes of a row only part it from the row before, and are left out
	 * of the first row in a file: 1 for JSON's comma. */
	size_t lead;
	/* Appends the first bytes of every file, as the job wants them (for CSV: its dialect;
	 * nothing while the set is empty). 0 or -E2BIG. */
	int (*header)(const struct job *job, const struct colset *set, struct buf *out);
	/* Appends all records of one response. 0; -EINVAL with a sentence naming record, column and
	 * pointer when a value is not of its column's type (`on_error: fail`), and naming the key
	 * when a name is too long or not among the columns (`new_columns: fail`); -E2BIG, and
	 * rows->bytes or rows->rejects is `full` then. All or nothing. `set` must be of this job:
	 * for declared columns its names are the job's. `meta` may be NULL without metadata
	 * columns. */
	int (*encode)(const struct job *job, const struct colset *set,
		      const struct extract *extract, const struct row_meta *meta, struct rows *rows,
		      struct err *err);
};

extern const struct format formats[]; /* ends with a NULL name */
const struct format *format_of(enum job_format kind);
const struct format *format_by_extension(const char *extension); /* NULL: there is none */
/* What a data file is, by its name alone: live, closed, waiting to be compressed, compressed, part
 * of a snapshot ("x-1.csv.gz", "rows.json.live"). NULL: no format has such a name. */
const struct format *format_by_name(const char *name, enum job_compress *compress);

/* How this job's files are to be read, as JSON: {"delimiter": ";", "crlf": true, "null": "NULL",
 * "bom": true, "guard": true}, each member only when it differs from the default; NULL when none
 * does, and for formats other than CSV. The caller's. Kept with outputs and closed files. */
struct json *format_policy(const struct job *job);
/* May this job's rows be appended to a file that was begun with that policy? */
bool format_fits_policy(const struct job *job, const struct json *policy);

/* Gives an automatic set all columns the records need, in order of first sight: when *set lacks
 * any, its reference is given back and a wider set stands in its place, extended once (extending
 * copies). Declared sets stay, and so do those that have columns unless `new_columns` is rotate.
 * 0; -EINVAL: a name is too long; -E2BIG: the set would pass COLSET_MAX. *set is untouched on
 * failure. */
int format_widen(const struct extract *extract, struct colset **set, struct err *err);

#endif
