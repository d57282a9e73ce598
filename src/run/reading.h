/* How the body of an answer becomes records: which reader it is given to. */
#ifndef RUN_READING_H
#define RUN_READING_H

#include "data/extract.h"
#include "fetch/response.h"
#include "spec/job.h"

/* What the body is: as the job says, or by its Content-Type (NULL: none). */
enum job_decode_as reading_of(const struct job *job, const char *content_type);

/* Fills `extract` from the decoded body of `response`: records and, where it is JSON, probes.
 * OUTCOME_OK; TRUNCATED, NOT_JSON, NOT_CSV, NO_RECORDS or TOO_BIG with a
 * sentence. */
enum outcome reading_records(const struct job *job, const struct response *response,
			     const struct extract_ask *ask, struct extract *extract,
			     struct err *err);

/* Does what the job's `explode` says; after the records were counted as the API counts them.
 * OUTCOME_OK, or TOO_BIG with a sentence. */
enum outcome reading_explode(const struct job *job, struct extract *extract, struct err *err);

#endif
