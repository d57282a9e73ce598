/* The rows of a job's `output`: in which files the rows land, what they look like and how long they
 * stay. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

#define DAY            (INT64_C(86400) * 1000)
#define NULL_MAX_BYTES 64 /* of the text that stands for null */

static const char *const formats[] = {
	[JOB_FORMAT_CSV] = "csv",
	[JOB_FORMAT_JSONL] = "jsonl",
	[JOB_FORMAT_JSON] = "json",
	NULL,
};
static const char *const modes[] = {
	[JOB_MODE_APPEND] = "append", [JOB_MODE_SNAPSHOT] = "snapshot", NULL
};
static const char *const compressions[] = {
	[JOB_COMPRESS_NONE] = "none",
	[JOB_COMPRESS_GZIP] = "gzip",
	[JOB_COMPRESS_ZSTD] = "zstd",
	NULL,
};
static const char *const orders[] = {
	[JOB_ORDER_COMPLETED] = "completed", [JOB_ORDER_REQUESTED] = "requested", NULL
};

static bool applies_csv(const void *job)
{
	return ((const struct job *)job)->format == JOB_FORMAT_CSV;
}

/* RFC 4180 section 2, and what a number is made of: those are written without quotes. */
static int check_delimiter(const char *text, struct err *err)
{
	if (strlen(text) == 1 &&
	    (*text == '\t' || (isgraph((unsigned char)*text) && !isalnum((unsigned char)*text) &&
			       !strchr("\"+-.", *text))))
		return 0;
	return err_set(err, -EINVAL,
		       "expected one character, \",\" or \";\" or a tab (\"\\t\") for example; no "
		       "letter, digit, space, quote, plus, minus or point");
}

static int check_null(const char *text, struct err *err)
{
	size_t len = strlen(text);

	for (size_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)text[i]) && !strchr("\t\r\n", text[i]))
			return err_set(err, -EINVAL, "expected a text without control bytes");
	return len <= NULL_MAX_BYTES
		       ? 0
		       : err_set(err, -EINVAL, "the text has more than %d bytes", NULL_MAX_BYTES);
}

static const struct field rotate_fields[] = {
	{ .name = "size",
	  .type = FIELD_SIZE,
	  .offset = AT(rotate_bytes),
	  .max = INT64_MAX,
	  .def = "256MiB",
	  .unit = "bytes",
	  .help = "a new file begins when the live one has this size; 0: never",
	  .example = "64MiB" },
	{ .name = "rows",
	  .type = FIELD_BIG,
	  .offset = AT(rotate_rows),
	  .max = INT64_MAX,
	  .def = "0",
	  .help = "a new file begins after this many rows; 0: never",
	  .example = "1000000" },
	{ .name = "every",
	  .type = FIELD_DURATION,
	  .offset = AT(rotate_every_ms),
	  .max = 3650 * DAY,
	  .def = "0",
	  .help = "a new file begins when a multiple of this, counted in UTC, has passed, whether "
		  "or "
		  "not the job runs; 0: never",
	  .example = "1d" },
	{ .name = NULL },
};

static const struct field keep_fields[] = {
	{ .name = "files",
	  .type = FIELD_BIG,
	  .offset = AT(keep.files),
	  .max = INT64_MAX,
	  .def = "0",
	  .help = "the oldest go when there are more than this many; 0: no limit",
	  .example = "30" },
	{ .name = "age",
	  .type = FIELD_DURATION,
	  .offset = AT(keep.age_ms),
	  .max = 36500 * DAY,
	  .def = "0",
	  .help = "those go that were closed or published longer ago than this; 0: no limit",
	  .example = "90d" },
	{ .name = "bytes",
	  .type = FIELD_SIZE,
	  .offset = AT(keep.bytes),
	  .max = INT64_MAX,
	  .def = "0",
	  .unit = "bytes",
	  .help = "the oldest go when all together are larger than this; 0: no limit",
	  .example = "10GiB" },
	{ .name = NULL },
};

static const struct field csv_fields[] = {
	{ .name = "delimiter",
	  .type = FIELD_TEXT,
	  .offset = AT(csv.delimiter),
	  .check = check_delimiter,
	  .def = ",",
	  .help = "the character between two fields",
	  .example = ";" },
	{ .name = "crlf",
	  .type = FIELD_BOOL,
	  .offset = AT(csv.crlf),
	  .def = "false",
	  .help = "rows end with CR LF, not with LF alone",
	  .example = "true" },
	{ .name = "null",
	  .type = FIELD_TEXT,
	  .offset = AT(csv.null),
	  .check = check_null,
	  .def = "",
	  .help = "what stands for null; an empty text has quotes",
	  .example = "\\N" },
	{ .name = "bom",
	  .type = FIELD_BOOL,
	  .offset = AT(csv.bom),
	  .def = "false",
	  .help = "each file begins with a byte order mark, by which Excel knows UTF-8",
	  .example = "true" },
	{ .name = "guard",
	  .type = FIELD_BOOL,
	  .offset = AT(csv.guard),
	  .def = "false",
	  .help = "a text that a spreadsheet would take for a formula gets a \"'\" in front",
	  .example = "true" },
	{ .name = NULL },
};

const struct field job_output_fields[] = {
	{ .name = "format",
	  .type = FIELD_CHOICE,
	  .offset = AT(format),
	  .choices = formats,
	  .def = "csv",
	  .help = "the form of the files: CSV (RFC 4180), one JSON record a line, or one JSON list",
	  .example = "jsonl" },
	{ .name = "mode",
	  .type = FIELD_CHOICE,
	  .offset = AT(mode),
	  .choices = modes,
	  .def = "append",
	  .help = "runs add to one growing file that is closed now and then, or each makes a set "
		  "of "
		  "files that is published as a whole",
	  .example = "snapshot" },
	{ .name = "path",
	  .type = FIELD_TEMPLATE,
	  .offset = AT(path),
	  .place = TEMPLATE_PATH,
	  .def = "${job}/${job}",
	  .help = "under data_dir, without extension; may hold parameters and %Y %m %d %H %M %S %j "
		  "of "
		  "the time the run stands for, in UTC",
	  .example = "shop/dt=%Y-%m-%d/category=${category}/rows" },
	{ .name = "rotate",
	  .type = FIELD_GROUP,
	  .fields = rotate_fields,
	  .help = "when the live file is closed and a new one begins" },
	{ .name = "keep",
	  .type = FIELD_GROUP,
	  .fields = keep_fields,
	  .help = "which closed files or published snapshots stay" },
	{ .name = "compress",
	  .type = FIELD_CHOICE,
	  .offset = AT(compress),
	  .choices = compressions,
	  .def = "none",
	  .help = "how closed files are compressed",
	  .example = "gzip" },
	{ .name = "order",
	  .type = FIELD_CHOICE,
	  .offset = AT(order),
	  .choices = orders,
	  .def = "completed",
	  .help = "rows land as their requests end, or in the order of the requests",
	  .example = "requested" },
	{ .name = "csv",
	  .type = FIELD_GROUP,
	  .fields = csv_fields,
	  .applies = applies_csv,
	  .help = "how CSV is written" },
	{ .name = NULL },
};
