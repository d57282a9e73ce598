/* What no single setting can check: rules over several of them.
 *
 * They run also when a setting is wrong by itself, so that one pass finds everything: a predicate
 * must bear members that were not filled.
 */
#include <string.h>
#include <strings.h>

#include "spec/job_parts.h"

bool job_written(const struct json *definition, const char *pointer)
{
	return json_type(json_find(definition, pointer)) != JSON_NULL;
}

/* The request. */

static bool two_bodies(const struct job *job, const struct json *definition)
{
	static const char *const bodies[] = { "/request/text", "/request/json", "/request/form",
					      "/request/graphql" };
	int n = 0;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++)
		n += job_written(definition, bodies[i]);
	return n > 1;
}

static bool cert_without_key(const struct job *job, const struct json *definition)
{
	return job_written(definition, "/request/tls/cert") !=
	       job_written(definition, "/request/tls/key");
}

static bool proxy_and_socket(const struct job *job, const struct json *definition)
{
	return job_written(definition, "/request/proxy") &&
	       job_written(definition, "/request/unix_socket");
}

static bool not_http(const struct job *job, const struct json *definition)
{
	const char *url = job->url ? template_source(job->url) : "http://";

	return strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0;
}

/* The authority part of the url as written; empty when there is none. */
static struct slice authority(const struct job *job)
{
	const char *at = job->url ? strstr(template_source(job->url), "://") : NULL;

	at = at ? at + 3 : "";
	return (struct slice) { at, strcspn(at, "/?#") };
}

static bool no_host(const struct job *job, const struct json *definition)
{
	struct slice host = authority(job);

	return job->url && !not_http(job, definition) && (host.len == 0 || *host.ptr == ':');
}

static bool user_in_url(const struct job *job, const struct json *definition)
{
	struct slice host = authority(job);

	return host.len && memchr(host.ptr, '@', host.len);
}

static bool odd_url(const struct job *job, const struct json *definition)
{
	const char *at = job->url ? template_source(job->url) : "";

	for (; *at; at++) {
		const char *close = at[0] == '$' && at[1] == '{' ? strchr(at, '}') : NULL;

		if (close)
			at = close; /* filters may hold what they like */
		else if ((unsigned char)*at <= 0x20 || *at == 0x7f)
			return true;
	}
	return false;
}

/* Records, retry, output. */

static bool csv_records(const struct job *job, const struct json *definition)
{
	return job->decode.as == JOB_DECODE_CSV && job->records && pointer_steps(job->records) > 0;
}

static bool csv_settings_elsewhere(const struct job *job, const struct json *definition)
{
	return (job->decode.as == JOB_DECODE_JSON || job->decode.as == JOB_DECODE_NDJSON) &&
	       (job_written(definition, "/decode/delimiter") ||
		job_written(definition, "/decode/header"));
}

static bool first_beyond_max(const struct job *job, const struct json *definition)
{
	return job->retry_max_ms > 0 && job->retry_first_ms > job->retry_max_ms;
}

static bool every_not_whole(const struct job *job, const struct json *definition)
{
	return job->rotate_every_ms % 1000 != 0;
}

static bool snapshot_every(const struct job *job, const struct json *definition)
{
	return job->mode == JOB_MODE_SNAPSHOT && job->rotate_every_ms > 0;
}

static bool csv_elsewhere(const struct job *job, const struct json *definition)
{
	return job->format != JOB_FORMAT_CSV && job_written(definition, "/output/csv");
}

/* RFC 4180 section 2: what would end the field early has no quotes around it, when it is a null. */
static bool null_breaks_rows(const struct job *job, const struct json *definition)
{
	return job->csv.null && job->csv.delimiter &&
	       (strpbrk(job->csv.null, "\"\r\n") || strstr(job->csv.null, job->csv.delimiter));
}

/* To YAML NULL is no text: whoever writes it here would have no NULL in the file, and no word. */
static bool null_is_no_text(const struct job *job, const struct json *definition)
{
	const struct json *csv = json_find(definition, "/output/csv");

	return json_has(csv, "null") && !job_written(csv, "/null");
}

static bool new_columns_elsewhere(const struct job *job, const struct json *definition)
{
	return job->new_columns != JOB_NEW_ROTATE &&
	       (!job->columns_auto || job->format != JOB_FORMAT_CSV);
}

static bool expect_of_unchanged(const struct job *job, const struct json *definition)
{
	return job->conditional && job_written(definition, "/expect");
}

static const struct job_rule rules[] = {
	{ "/request", two_bodies, "only one of text, json, form and graphql can be the body" },
	{ "/request/tls", cert_without_key, "cert and key belong together" },
	{ "/request/proxy", proxy_and_socket,
	  "a request goes through a proxy or to a unix_socket" },
	{ "/request/url", not_http,
	  "expected an address that begins with \"http://\" or \"https://\"" },
	{ "/request/url", no_host, "the address has no host" },
	{ "/request/url", user_in_url,
	  "a user or password does not stand in the address; use \"auth\"" },
	{ "/request/url", odd_url,
	  "a space or control byte in the address; write %20 for a space" },
	{ "/records", csv_records,
	  "the records of a CSV answer are its rows: there is nothing for a pointer to lead to" },
	{ "/decode", csv_settings_elsewhere, "delimiter and header are for as: csv" },
	{ "/retry/first", first_beyond_max,
	  "the first wait is longer than the longest, retry.max" },
	{ "/output/rotate/every", every_not_whole,
	  "expected whole seconds, \"1d\" or \"90s\" for example; 0: never" },
	{ "/output/rotate/every", snapshot_every,
	  "the files of a snapshot end with its run; rotate.every is for mode: append" },
	{ "/output/csv", csv_elsewhere, "these are settings of format: csv" },
	{ "/output/csv/null", null_breaks_rows,
	  "the text for null may hold no delimiter, quote or line end" },
	{ "/output/csv/null", null_is_no_text,
	  "a bare null is no text; put quotes around it, \"NULL\" for example" },
	{ "/new_columns", new_columns_elsewhere,
	  "only rotate fits here: extra, drop and fail are for columns: auto with format: csv "
	  "(declared columns never change, and a JSON record lands with all its keys)" },
	{ "/expect", expect_of_unchanged,
	  "with conditional: true an answer that has not changed brings no rows, so what a run "
	  "brings cannot be held against this" },
	{ .pointer = NULL },
};

/* `meta: param.NAME` names a parameter. */
static void check_meta(const struct job *job, const struct walk *walk)
{
	struct trail columns = { .key = "columns" };

	for (size_t i = 0; i < job->ncolumns; i++) {
		const struct job_column *column = &job->columns[i];
		struct trail item = { .up = &columns, .index = i };
		struct trail meta = { .up = &item, .key = "meta" };
		bool declared = !column->param;

		for (size_t k = 0; k < job->matrix.nparams && !declared; k++)
			declared = strcmp(job->matrix.params[k].name, column->param) == 0;
		if (!declared)
			walk_problem(walk, &meta, AT_VALUE,
				     "no parameter \"%.64s\" is declared under params",
				     column->param);
	}
}

static void check_all(const struct job_rule *rule, const struct job *job,
		      const struct json *definition, const struct walk *walk)
{
	for (; rule->pointer; rule++)
		if (rule->broken(job, definition))
			walk_problem_at(walk, rule->pointer, AT_VALUE, "%s", rule->sentence);
}

void job_check_rules(const struct job *job, const struct json *definition, const struct walk *walk)
{
	check_all(rules, job, definition, walk);
	check_all(job_auth_rules, job, definition, walk);
	check_meta(job, walk);
	job_check_pages(job, definition, walk);
	job_check_expect(job, walk);
}
