/* Expectations: see expect.h. One row of rules[] each. */
#include "run/expect.h"

#include <inttypes.h>

#include "base/buf.h"

#define VERDICT_MAX_BYTES 4096

struct asked {
	const struct job_expect *expect;
	const struct run_counts *counts;
	const struct expect_before *before;
};

typedef void expect_rule_fn(const struct asked *asked, struct buf *said);

static void all_came(const struct asked *asked, struct buf *said)
{
	const struct run_counts *counts = asked->counts;

	if (!asked->expect->total)
		return;
	if (counts->untold > 0)
		buf_addf(said,
			 "; of %" PRIu64 " of %" PRIu64
			 " requests the API did not say how many records there are, at \"%s\"",
			 counts->untold, counts->total, pointer_text(asked->expect->total));
	else if (counts->records != counts->expected)
		buf_addf(said, "; %" PRIu64 " records came where the API counts %" PRIu64,
			 counts->records, counts->expected);
}

static void enough(const struct asked *asked, struct buf *said)
{
	if (asked->counts->rows < asked->expect->min_rows)
		buf_addf(said, "; %" PRIu64 " rows landed where at least %" PRIu64 " are expected",
			 asked->counts->rows, asked->expect->min_rows);
}

static void not_too_many(const struct asked *asked, struct buf *said)
{
	if (asked->expect->max_rows > 0 && asked->counts->rows > asked->expect->max_rows)
		buf_addf(said, "; %" PRIu64 " rows landed where at most %" PRIu64 " are expected",
			 asked->counts->rows, asked->expect->max_rows);
}

static void as_many_as_before(const struct asked *asked, struct buf *said)
{
	const struct expect_before *before = asked->before;
	unsigned percent = asked->expect->max_drop - 1;

	if (asked->expect->max_drop == 0 || before->run == 0 ||
	    (double)asked->counts->rows * 100 >= (double)before->rows * (100 - percent))
		return;
	buf_addf(said,
		 "; %" PRIu64 " rows landed where run %" PRIu64 " had %" PRIu64
		 ": more than %u%% fewer",
		 asked->counts->rows, before->run, before->rows, percent);
}

static void add_names(const struct job_names *names, struct buf *said)
{
	for (size_t i = 0; i < names->n; i++)
		buf_addf(said, "%s%s", i ? ", " : "", names->at[i]);
}

static void nothing_lacks(const struct asked *asked, struct buf *said)
{
	if (asked->counts->lacking == 0)
		return;
	buf_addf(said, "; %" PRIu64 " of %" PRIu64 " rows lack a value that is required (",
		 asked->counts->lacking, asked->counts->rows);
	add_names(&asked->expect->required, said);
	buf_add_char(said, ')');
}

static void no_doubles(const struct asked *asked, struct buf *said)
{
	if (asked->counts->doubled == 0)
		return;
	buf_addf(said, "; %" PRIu64 " of %" PRIu64 " rows have a key that another row has (",
		 asked->counts->doubled, asked->counts->rows);
	add_names(&asked->expect->unique, said);
	buf_add_char(said, ')');
}

static expect_rule_fn *const rules[] = { all_came,          enough,        not_too_many,
					 as_many_as_before, nothing_lacks, no_doubles };

char *expect_verdict(const struct job *job, const struct run_counts *counts,
		     const struct expect_before *before)
{
	const struct asked asked = { &job->expect, counts, before };
	struct buf said;

	buf_init(&said, VERDICT_MAX_BYTES);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		rules[i](&asked, &said);
	if (said.len > 0) {
		buf_drop_front(&said, 2); /* "; " */
		return buf_take(&said);
	}
	buf_done(&said);
	return NULL;
}
