/* The table of formats, and the look for new columns: see format.h. */
#include "data/format.h"

#include <errno.h>
#include <string.h>

#include "data/csv.h"
#include "data/dialect.h"
#include "data/jsonarray.h"
#include "data/jsonl.h"
#include "data/pack.h"
#include "data/rows.h"
#include "data/shred.h"

const struct format formats[] = {
	{ .name = "csv",
	  .extension = ".csv",
	  .summary = "comma-separated values, RFC 4180, UTF-8, a header in every file",
	  .kind = JOB_FORMAT_CSV,
	  .has_header = true,
	  .uses_colset = true,
	  .footer = "",
	  .header = csv_header,
	  .encode = csv_encode },
	{ .name = "jsonl",
	  .extension = ".jsonl",
	  .summary = "one compact JSON record a line",
	  .kind = JOB_FORMAT_JSONL,
	  .has_header = false,
	  .uses_colset = false,
	  .footer = "",
	  .header = jsonl_header,
	  .encode = jsonl_encode },
	{ .name = "json",
	  .extension = ".json",
	  .summary = "one JSON array a file, valid whenever it is looked at",
	  .kind = JOB_FORMAT_JSON,
	  .has_header = true,
	  .uses_colset = false,
	  .footer = JSONARRAY_FOOTER,
	  .lead = JSONARRAY_LEAD,
	  .header = jsonarray_header,
	  .encode = jsonarray_encode },
	{ .name = "rejects",
	  .extension = ".ndjson",
	  .summary = "records that were rejected, and why: one JSON object a line",
	  .kind = JOB_FORMAT_REJECTS,
	  .has_header = false,
	  .uses_colset = false,
	  .footer = "",
	  .header = jsonl_header,
	  .encode = jsonl_encode },
	{ .name = NULL },
};

const struct format *format_of(enum job_format kind)
{
	const struct format *format = formats;

	while (format->name && format->kind != kind)
		format++;
	return format->name ? format : NULL;
}

const struct format *format_by_extension(const char *extension)
{
	for (const struct format *format = formats; format->name; format++)
		if (strcmp(format->extension, extension) == 0)
			return format;
	return NULL;
}

/* The length of `name` without `suffix`, if that is how its first `len` bytes end. */
static size_t without(const char *name, size_t len, const char *suffix)
{
	size_t end = strlen(suffix);
	bool ends = end > 0 && len > end && memcmp(name + len - end, suffix, end) == 0;

	return ends ? len - end : len;
}

const struct format *format_by_name(const char *name, enum job_compress *compress)
{
	static const char *const marks[] = { ".part", ".live", ".closed" };
	enum job_compress found = JOB_COMPRESS_NONE;
	size_t len = strlen(name), bare;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		len = without(name, len, marks[i]);
	for (int kind = JOB_COMPRESS_GZIP; kind <= JOB_COMPRESS_ZSTD; kind++) {
		bare = without(name, len, pack_extension((enum job_compress)kind));
		if (bare < len)
			found = (enum job_compress)kind;
		len = bare;
	}
	for (const struct format *format = formats; format->name; format++) {
		if (without(name, len, format->extension) == len)
			continue;
		*compress = found;
		return format;
	}
	return NULL;
}

struct json *format_policy(const struct job *job)
{
	struct dialect dialect;

	if (job->format != JOB_FORMAT_CSV)
		return NULL;
	dialect_of_job(job, &dialect);
	return dialect_policy(&dialect);
}

bool format_fits_policy(const struct job *job, const struct json *policy)
{
	struct json *own = format_policy(job);
	bool fits = json_equal(own, policy);

	json_unref(own);
	return fits;
}

/* Names that the set lacks, each once, in order of first sight. */
struct finding {
	struct names names;
	size_t room; /* how many the set may still take */
};

static void note(struct slice name, const struct cell *value, void *arg)
{
	struct finding *finding = arg;

	if (finding->names.len <= finding->room)
		names_add(&finding->names, name);
}

static int too_many(struct err *err)
{
	return err_set(err, -E2BIG,
		       "there would be more than %d columns: declare those that are wanted under "
		       "`columns:`",
		       COLSET_MAX);
}

static int find_names(const struct colset *set, const struct extract *extract,
		      struct finding *finding, struct err *err)
{
	struct shred shred;
	int code = 0;

	shred_init(&shred, colset_keys(set), true, rows_end(extract));
	shred.found = note;
	shred.arg = finding;
	for (size_t i = 0; i < extract->len && code == 0; i++) {
		code = shred_record(&shred, extract->records[i], err);
		if (code == 0 && finding->names.len > finding->room)
			code = too_many(err);
		if (code < 0)
			err_within(err, "record %zu of %zu", i + 1, extract->len);
	}
	shred_done(&shred);
	return code;
}

static int extend(struct colset **set, const struct names *names, struct err *err)
{
	struct colset *wider = colset_extend(*set, names->items, names->len);

	if (!wider)
		return too_many(err);
	colset_unref(*set);
	*set = wider;
	return 0;
}

int format_widen(const struct extract *extract, struct colset **set, struct err *err)
{
	size_t len = colset_len(*set);
	struct finding finding = { .room = len < COLSET_MAX ? COLSET_MAX - len : 0 };
	int code;

	if (!colset_auto(*set) || colset_policy(*set) != JOB_NEW_ROTATE)
		return 0;
	code = find_names(*set, extract, &finding, err);
	if (code == 0 && finding.names.len > 0)
		code = extend(set, &finding.names, err);
	names_done(&finding.names);
	return code;
}
