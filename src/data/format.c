/* The table of formats, and the look for new columns: see format.h. */
#include "data/format.h"

#include <errno.h>

#include "data/csv.h"
#include "data/jsonl.h"
#include "data/rows.h"
#include "data/shred.h"

const struct format formats[] = {
	{ .name = "csv",
	  .extension = ".csv",
	  .summary = "comma-separated values, RFC 4180, UTF-8, a header in every file",
	  .kind = JOB_FORMAT_CSV,
	  .has_header = true,
	  .uses_colset = true,
	  .header = csv_header,
	  .encode = csv_encode },
	{ .name = "jsonl",
	  .extension = ".jsonl",
	  .summary = "one compact JSON record a line",
	  .kind = JOB_FORMAT_JSONL,
	  .has_header = false,
	  .uses_colset = false,
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

/* New names on their way to the caller, each once. */
struct finding {
	struct names seen;
	size_t room; /* names the set may still take */
	void (*found)(struct slice name, void *arg);
	void *arg;
};

static void note(struct slice name, void *arg)
{
	struct finding *finding = arg;
	size_t known = finding->seen.len;

	if (known > finding->room || names_add(&finding->seen, name) < known)
		return;
	if (finding->seen.len <= finding->room)
		finding->found(name, finding->arg);
}

int format_new_columns(const struct colset *set, const struct extract *extract,
		       void (*found)(struct slice name, void *arg), void *arg, struct err *err)
{
	size_t len = colset_len(set);
	struct finding finding = { .room = len < COLSET_MAX ? COLSET_MAX - len : 0,
				   .found = found,
				   .arg = arg };
	struct colset *held;
	struct shred shred;
	int code = 0;

	if (!colset_auto(set))
		return 0;
	held = colset_ref(set); /* `found` may let go of it */
	shred_init(&shred, colset_keys(set), true, rows_end(extract));
	shred.found = note;
	shred.arg = &finding;
	for (size_t i = 0; i < extract->len && code == 0; i++) {
		code = shred_record(&shred, extract->records[i], err);
		if (code < 0)
			err_within(err, "record %zu of %zu", i + 1, extract->len);
		else if (finding.seen.len > finding.room)
			code = err_set(err, -E2BIG,
				       "record %zu of %zu would make more than %d columns; declare "
				       "`columns:` or use the format jsonl",
				       i + 1, extract->len, COLSET_MAX);
	}
	names_done(&finding.seen);
	shred_done(&shred);
	colset_unref(held);
	return code;
}
