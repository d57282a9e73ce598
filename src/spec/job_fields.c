/* The field table of a job: everything a user may write under jobs.NAME, with its default.
 *
 * Names that later versions will have stand here too (FIELD_RESERVED), so that nobody is told that
 * "schedule" is a misspelling.
 */
#include <stddef.h>

#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, member)

#define SECOND INT64_C(1000)
#define HOUR   (3600 * SECOND)
#define DAY    (24 * HOUR)

static const char *const engines[] = { "async", "threads", NULL };
static const char *const engines_later[] = { "processes", NULL };
static const char *const combines[] = { [MATRIX_PRODUCT] = "product", [MATRIX_ZIP] = "zip", NULL };
static const char *const retry_classes[] = {
	"connect", "timeout", "408", "425", "429", "5xx", NULL
};
static const char *const new_columns[] = {
	[JOB_NEW_ROTATE] = "rotate",
	[JOB_NEW_EXTRA] = "extra",
	[JOB_NEW_DROP] = "drop",
	[JOB_NEW_FAIL] = "fail",
	NULL,
};

static const char *const errors[] = {
	[JOB_ERROR_FAIL] = "fail",
	[JOB_ERROR_NULL] = "null",
	[JOB_ERROR_REJECT] = "reject",
	NULL,
};

static bool applies_auth(const void *job)
{
	return ((const struct job *)job)->auth != JOB_AUTH_NONE;
}

static bool applies_incremental(const void *job)
{
	return ((const struct job *)job)->incremental.cursor != NULL;
}

static const struct field limits_fields[] = {
	{ .name = "per_host",
	  .type = FIELD_COUNT,
	  .offset = AT(per_host),
	  .max = 100000,
	  .def = "0",
	  .help = "most requests of this job in flight at one host; 0: no cap",
	  .example = "10" },
	{ .name = "rate",
	  .type = FIELD_RATE,
	  .offset = AT(rate_ns),
	  .help = "most requests of this job in a time, tries again counted; evenly spread",
	  .example = "20/s" },
	{ .name = "burst",
	  .type = FIELD_COUNT,
	  .offset = AT(burst),
	  .min = 1,
	  .max = 1000000,
	  .def = "1",
	  .help = "requests that may go at once when none went for a while; all but one of them, "
		  "as they do not arrive as evenly as they are sent",
	  .example = "5" },
	{ .name = NULL },
};

static const struct field retry_fields[] = {
	{ .name = "attempts",
	  .type = FIELD_COUNT,
	  .offset = AT(retry_attempts),
	  .min = 1,
	  .max = 1000,
	  .def = "5",
	  .help = "how often a request is tried, the first time included",
	  .example = "5" },
	{ .name = "first",
	  .type = FIELD_DURATION,
	  .offset = AT(retry_first_ms),
	  .max = DAY,
	  .def = "500ms",
	  .help = "the longest wait before the second try; it doubles with every further one",
	  .example = "500ms" },
	{ .name = "max",
	  .type = FIELD_DURATION,
	  .offset = AT(retry_max_ms),
	  .max = DAY,
	  .def = "30s",
	  .help = "no wait is longer, unless the server asks for it",
	  .example = "30s" },
	{ .name = "budget",
	  .type = FIELD_DURATION,
	  .offset = AT(retry_budget_ms),
	  .max = 365 * DAY,
	  .def = "10m",
	  .help = "no further try of a request this long after its first",
	  .example = "10m" },
	{ .name = "on",
	  .type = FIELD_SET,
	  .offset = AT(retry_on),
	  .choices = retry_classes,
	  .def = "[connect, timeout, 408, 425, 429, 5xx]",
	  .help = "the failures that are tried again",
	  .example = "[connect, timeout, 429]" },
	{ .name = NULL },
};

const struct field job_fields[] = {
	{ .name = "description",
	  .type = FIELD_TEXT,
	  .offset = AT(description),
	  .def = "",
	  .flags = FIELD_RELOADS,
	  .help = "a sentence for people",
	  .example = "Products and materials in stock" },
	{ .name = "enabled",
	  .type = FIELD_BOOL,
	  .offset = AT(enabled),
	  .def = "true",
	  .flags = FIELD_RELOADS,
	  .help = "a disabled job runs only by hand; fetchctl enable and disable win over it",
	  .example = "false" },
	{ .name = "engine",
	  .type = FIELD_TEXT,
	  .offset = AT(engine),
	  .choices = engines,
	  .later = engines_later,
	  .def = "async",
	  .flags = FIELD_RELOADS,
	  .help = "what fetches: an event loop, or a thread for each worker",
	  .example = "threads" },
	{ .name = "workers",
	  .type = FIELD_COUNT,
	  .offset = AT(workers),
	  .min = 1,
	  .max = JOB_WORKERS_MAX,
	  .def = "4",
	  .flags = FIELD_RELOADS,
	  .help = "requests in flight at once",
	  .example = "3" },
	{ .name = "request",
	  .type = FIELD_GROUP,
	  .flags = FIELD_REQUIRED | FIELD_RELOADS,
	  .fields = job_request_fields,
	  .help = "what is sent" },
	{ .name = "params",
	  .type = FIELD_CUSTOM,
	  .custom = &job_params,
	  .flags = FIELD_RELOADS,
	  .help = "the parameters; one request for each combination of their values",
	  .example = "{category: [materials, products], id: {range: [0, 49]}}" },
	{ .name = "combine",
	  .type = FIELD_CHOICE,
	  .offset = AT(matrix.combine),
	  .choices = combines,
	  .def = "product",
	  .flags = FIELD_RELOADS,
	  .help = "every value with every other (the first varies slowest), or side by side",
	  .example = "zip" },
	{ .name = "exclude",
	  .type = FIELD_CUSTOM,
	  .custom = &job_exclude,
	  .flags = FIELD_RELOADS,
	  .help = "requests that are not made: those with all the values of one of these",
	  .example = "[{category: products, id: 7}]" },
	{ .name = "include",
	  .type = FIELD_CUSTOM,
	  .custom = &job_include,
	  .flags = FIELD_RELOADS,
	  .help = "requests made besides, behind the others: each a value of every parameter",
	  .example = "[{category: returns, id: 9}]" },
	{ .name = "pages",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = job_pages_fields,
	  .help = "how answers that come in pages are followed" },
	{ .name = "auth",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = job_auth_fields,
	  .applies = applies_auth,
	  .help = "how requests prove who asks; one of these" },
	{ .name = "decode",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = job_decode_fields,
	  .help = "how the body of an answer is read" },
	{ .name = "records",
	  .type = FIELD_POINTER,
	  .offset = AT(records),
	  .def = "",
	  .flags = FIELD_RELOADS,
	  .help = "where the records are in the answer; a list there is one record an element, and "
		  "\"*\" "
		  "leads to every element of a list and every member of a map",
	  .example = "/data/*/items" },
	{ .name = "explode",
	  .type = FIELD_POINTER,
	  .offset = AT(explode),
	  .flags = FIELD_RELOADS,
	  .help = "a list inside each record: the record lands once for each element, with the "
		  "element in the list's place",
	  .example = "/lines" },
	{ .name = "columns",
	  .type = FIELD_CUSTOM,
	  .custom = &job_columns,
	  .def = "auto",
	  .flags = FIELD_RELOADS,
	  .help = "the columns of a row; auto: whatever keys the records have",
	  .example = "[{name: id, from: /id, type: int}, {name: price}]" },
	{ .name = "on_error",
	  .type = FIELD_CHOICE,
	  .offset = AT(on_error),
	  .choices = errors,
	  .def = "fail",
	  .flags = FIELD_RELOADS,
	  .help = "a value that is not of its column's type: the request fails, the value lands as "
		  "null, or the record goes to the rejects, a file beside the output's",
	  .example = "reject" },
	{ .name = "new_columns",
	  .type = FIELD_CHOICE,
	  .offset = AT(new_columns),
	  .choices = new_columns,
	  .def = "rotate",
	  .flags = FIELD_RELOADS,
	  .help = "a key that no automatic column has: a new file with a wider header, a last "
		  "column "
		  "_extra with all such keys as JSON, nothing, or a failure of the request",
	  .example = "extra" },
	{ .name = "incremental",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = job_incremental_fields,
	  .applies = applies_incremental,
	  .help = "asks only for what is new since the last run" },
	{ .name = "conditional",
	  .type = FIELD_BOOL,
	  .offset = AT(conditional),
	  .def = "false",
	  .flags = FIELD_RELOADS,
	  .help = "keeps the ETag and Last-Modified of each answer and sends them back; what the "
		  "server then calls unchanged (304) is not fetched again",
	  .example = "true" },
	{ .name = "limits",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = limits_fields,
	  .help = "how hard the job may press" },
	{ .name = "retry",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = retry_fields,
	  .help = "when and how often a failed request is tried again" },
	{ .name = "output",
	  .type = FIELD_GROUP,
	  .flags = FIELD_RELOADS,
	  .fields = job_output_fields,
	  .help = "where the rows land" },
	{ .name = "schedule", .type = FIELD_RESERVED },
	{ .name = "response", .type = FIELD_RESERVED },
	{ .name = "expect", .type = FIELD_RESERVED },
	{ .name = NULL },
};
