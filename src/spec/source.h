/* Where the values of a parameter come from when they are not written in the job: read once when a
 * run begins (run/inputs.h), and frozen then. */
#ifndef SPEC_SOURCE_H
#define SPEC_SOURCE_H

#include "base/json.h"
#include "base/pointer.h"

enum source_kind {
	SOURCE_NONE, /* a list or a range: known from the job */
	SOURCE_FILE,
	SOURCE_JOB,     /* what has landed of another job */
	SOURCE_ENV,     /* one value, from the environment of fetchd */
	SOURCE_REQUEST, /* records of an answer, asked for before anything else */
	SOURCE__COUNT
};

struct source {
	enum source_kind kind;
	char *name;   /* the file's absolute path, the job's name, the variable's name, the URL */
	char *column; /* of CSV, or a member of JSON records; NULL: none */
	struct pointer *pointer; /* of JSON records; NULL: none */
	struct json *ask;        /* REQUEST: as written */
};

void source_done(struct source *source);
/* For sentences: "/etc/ids.csv", "the job \"shops\"", "the environment variable REGION". The caller
 * frees. */
char *source_text(const struct source *source);
/* As a user would write it, {"file": ..., "column": ...}; the caller's. */
struct json *source_show(const struct source *source);

#endif
