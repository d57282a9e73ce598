/* From a body to records: see reading.h. */
#include "run/reading.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "data/csvbody.h"

/* Records that are written out, or repeat what surrounds them, may be larger than the body. */
#define MADE_CEILING(body) ((body)*8 + (size_t)4 * 1024 * 1024)

#define TABS "text/tab-separated-values"

/* Media types that are not one JSON document. Newline-delimited JSON has no registered one. */
static const struct {
	const char *type;
	enum job_decode_as as;
} types[] = {
	{ "application/x-ndjson", JOB_DECODE_NDJSON },
	{ "application/ndjson", JOB_DECODE_NDJSON },
	{ "application/jsonl", JOB_DECODE_NDJSON },
	{ "application/x-jsonlines", JOB_DECODE_NDJSON },
	{ "application/jsonlines", JOB_DECODE_NDJSON },
	{ "application/json-lines", JOB_DECODE_NDJSON },
	{ "application/stream+json", JOB_DECODE_NDJSON },
	{ "text/csv", JOB_DECODE_CSV },
	{ "application/csv", JOB_DECODE_CSV },
	{ TABS, JOB_DECODE_CSV },
};

static bool is_type(const char *content_type, const char *type)
{
	size_t len = strlen(type);

	return content_type && strncasecmp(content_type, type, len) == 0 &&
	       strchr("; \t,", content_type[len]);
}

/* Rows of CSV lie nowhere but at the top. */
static bool is_elsewhere(const struct job *job, enum job_decode_as as)
{
	return as == JOB_DECODE_CSV && pointer_steps(job->records) > 0;
}

enum job_decode_as reading_of(const struct job *job, const char *content_type)
{
	if (job->decode.as != JOB_DECODE_AUTO)
		return job->decode.as;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is_type(content_type, types[i].type) && !is_elsewhere(job, types[i].as))
			return types[i].as;
	return JOB_DECODE_JSON;
}

static int read_csv(const struct job *job, const struct response *response, struct extract *extract,
		    bool *truncated, struct err *err)
{
	bool tabs = is_type(response->headers[HEADER_CONTENT_TYPE], TABS);
	const struct csvbody_dialect dialect = {
		.delimiter = job->decode.delimiter ? *job->decode.delimiter
			     : tabs                ? '\t'
						   : ',',
		.header = job->decode.header,
	};

	return csvbody_records(buf_slice(&response->body), &dialect,
			       MADE_CEILING(job->max_body_bytes), extract, truncated, err);
}

static enum outcome read_body(const struct job *job, const struct response *response,
			      const struct extract_ask *ask, struct extract *extract,
			      struct err *err)
{
	enum job_decode_as as = reading_of(job, response->headers[HEADER_CONTENT_TYPE]);
	struct extract_ask own = *ask;
	bool truncated;
	int code;

	own.lines = as == JOB_DECODE_NDJSON;
	code = as == JOB_DECODE_CSV ? read_csv(job, response, extract, &truncated, err)
				    : extract_records(buf_slice(&response->body), &own, extract,
						      &truncated, err);
	if (truncated)
		return OUTCOME_TRUNCATED;
	if (code == -EINVAL)
		return as == JOB_DECODE_CSV ? OUTCOME_NOT_CSV : OUTCOME_NOT_JSON;
	return code == -E2BIG ? OUTCOME_TOO_BIG : code < 0 ? OUTCOME_NO_RECORDS : OUTCOME_OK;
}

enum outcome reading_records(const struct job *job, const struct response *response,
			     const struct extract_ask *ask, struct extract *extract,
			     struct err *err)
{
	return read_body(job, response, ask, extract, err);
}

enum outcome reading_explode(const struct job *job, struct extract *extract, struct err *err)
{
	if (job->explode &&
	    extract_explode(extract, job->explode, MADE_CEILING(job->max_body_bytes), err) < 0)
		return OUTCOME_TOO_BIG;
	return OUTCOME_OK;
}
