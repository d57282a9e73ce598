/* Dialects of CSV: see dialect.h. */
#include "data/dialect.h"

static const struct dialect standard = { .delimiter = ',', .null = { "", 0 } };

void dialect_of_job(const struct job *job, struct dialect *dialect)
{
	const struct job_csv *csv = &job->csv;

	*dialect = standard;
	if (csv->delimiter && csv->delimiter[0])
		dialect->delimiter = csv->delimiter[0];
	if (csv->null)
		dialect->null = slice_of(csv->null);
	dialect->crlf = csv->crlf;
	dialect->bom = csv->bom;
	dialect->guard = csv->guard;
}

void dialect_of_policy(const struct json *policy, struct dialect *dialect)
{
	const char *delimiter = json_str(json_get(policy, "delimiter"));
	const char *null = json_str(json_get(policy, "null"));

	*dialect = standard;
	if (delimiter && delimiter[0])
		dialect->delimiter = delimiter[0];
	if (null)
		dialect->null = slice_of(null);
	dialect->crlf = json_bool(json_get(policy, "crlf"), false);
	dialect->bom = json_bool(json_get(policy, "bom"), false);
	dialect->guard = json_bool(json_get(policy, "guard"), false);
}

static void put_if(struct json *policy, const char *key, bool value)
{
	if (value)
		json_put_bool(policy, key, true);
}

struct json *dialect_policy(const struct dialect *dialect)
{
	struct json *policy = json_new_object();

	if (dialect->delimiter != standard.delimiter)
		json_put(policy, "delimiter", json_new_string_len(&dialect->delimiter, 1));
	put_if(policy, "crlf", dialect->crlf);
	put_if(policy, "bom", dialect->bom);
	put_if(policy, "guard", dialect->guard);
	if (dialect->null.len > 0)
		json_put(policy, "null", json_new_string_len(dialect->null.ptr, dialect->null.len));
	if (json_len(policy) > 0)
		return policy;
	json_unref(policy);
	return NULL;
}

bool dialect_is_plain(const struct dialect *dialect)
{
	return dialect->delimiter == standard.delimiter && !dialect->crlf && !dialect->guard &&
	       dialect->null.len == 0;
}
