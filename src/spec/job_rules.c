/* What no single setting can check: rules over several of them, and over what a template makes.
 *
 * They run also when a setting is wrong by itself, so that one pass finds everything: a predicate
 * must bear members that were not filled.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "io/file.h"
#include "spec/job_parts.h"

struct rule {
	const char *pointer; /* where the fault is shown */
	bool (*broken)(const struct job *job, const struct json *definition);
	const char *sentence;
};

static bool written(const struct json *definition, const char *pointer)
{
	return json_type(json_find(definition, pointer)) != JSON_NULL;
}

/* The request. */

static bool two_bodies(const struct job *job, const struct json *definition)
{
	return written(definition, "/request/text") + written(definition, "/request/json") +
		       written(definition, "/request/form") >
	       1;
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

/* Pages. */

static bool pages_without_by(const struct job *job, const struct json *definition)
{
	return job->pages == JOB_PAGES_NONE && !written(definition, "/pages/by") &&
	       (written(definition, "/pages/from") || written(definition, "/pages/param") ||
		written(definition, "/pages/max"));
}

static bool cursor_without_from(const struct job *job, const struct json *definition)
{
	return job->pages == JOB_PAGES_CURSOR && !written(definition, "/pages/from");
}

static bool cursor_without_param(const struct job *job, const struct json *definition)
{
	return job->pages == JOB_PAGES_CURSOR && !written(definition, "/pages/param");
}

static bool link_with_from(const struct job *job, const struct json *definition)
{
	return job->pages == JOB_PAGES_LINK && written(definition, "/pages/from");
}

static bool link_with_param(const struct job *job, const struct json *definition)
{
	return job->pages == JOB_PAGES_LINK && written(definition, "/pages/param");
}

/* Auth. */

static bool two_auths(const struct job *job, const struct json *definition)
{
	return written(definition, "/auth/basic") + written(definition, "/auth/bearer") +
		       written(definition, "/auth/api_key") >
	       1;
}

static bool key_nowhere(const struct job *job, const struct json *definition)
{
	return json_type(json_find(definition, "/auth/api_key")) == JSON_OBJECT &&
	       !written(definition, "/auth/api_key/header") &&
	       !written(definition, "/auth/api_key/query");
}

static bool key_twice(const struct job *job, const struct json *definition)
{
	return written(definition, "/auth/api_key/header") &&
	       written(definition, "/auth/api_key/query");
}

/* Records, retry, output. */

static bool starred(const struct pointer *pointer)
{
	for (size_t i = 0; pointer && i < pointer_steps(pointer); i++)
		if (slice_is(pointer_step(pointer, i), "*"))
			return true;
	return false;
}

static bool starred_records(const struct job *job, const struct json *definition)
{
	return starred(job->records);
}

static bool first_beyond_max(const struct job *job, const struct json *definition)
{
	return job->retry_max_ms > 0 && job->retry_first_ms > job->retry_max_ms;
}

static bool path_absolute(const struct job *job, const struct json *definition)
{
	return job->path && template_source(job->path)[0] == '/';
}

static bool path_by_time(const struct job *job, const struct json *definition)
{
	return job->path && strchr(template_source(job->path), '%');
}

static struct slice look_up(struct slice name, void *arg)
{
	const struct job *job = arg;

	return slice_is(name, "job") ? slice_of(job->name) : (struct slice) { NULL, 0 };
}

/* A file's name may have 255 bytes; "-TIME-NUMBER.csv" and the like need some of them. */
static bool part_too_long(const char *path)
{
	for (size_t len; *path; path += len + (path[len] == '/')) {
		len = strcspn(path, "/");
		if (len > 200)
			return true;
	}
	return false;
}

static bool path_unclean(const struct job *job, const struct json *definition)
{
	struct buf path;
	bool bad;
	int ret;

	if (!job->path || path_absolute(job, definition) || path_by_time(job, definition) ||
	    !job_name_valid(job->name)) /* each of these is told by itself */
		return false;
	buf_init(&path, 4096);
	ret = template_expand(job->path, look_up, (void *)job, &path, NULL);
	if (ret == -ENOENT) /* an unknown name, which is told of elsewhere */
		bad = false;
	else
		bad = ret < 0 || !file_path_clean(buf_text(&path)) ||
		      part_too_long(buf_text(&path));
	buf_done(&path);
	return bad;
}

static const struct rule rules[] = {
	{ "/request", two_bodies, "only one of text, json and form can be the body" },
	{ "/request/url", not_http,
	  "expected an address that begins with \"http://\" or \"https://\"" },
	{ "/request/url", no_host, "the address has no host" },
	{ "/request/url", user_in_url,
	  "a user or password does not stand in the address; use \"auth\"" },
	{ "/request/url", odd_url,
	  "a space or control byte in the address; write %20 for a space" },
	{ "/pages", pages_without_by, "required: by, which is link or cursor" },
	{ "/pages", cursor_without_from,
	  "by: cursor needs from, where the next cursor is in the body (\"/next\" for example)" },
	{ "/pages", cursor_without_param,
	  "by: cursor needs param, the query parameter that carries it" },
	{ "/pages/from", link_with_from, "by: link takes the next page from the Link header" },
	{ "/pages/param", link_with_param, "by: link takes the next page from the Link header" },
	{ "/auth", two_auths, "give one of basic, bearer and api_key" },
	{ "/auth/api_key", key_nowhere,
	  "required: header or query, the name of what carries the key" },
	{ "/auth/api_key", key_twice, "the key goes into a header or into the query, not both" },
	{ "/records", starred_records, "this version does not support \"*\" in a pointer yet" },
	{ "/retry/first", first_beyond_max,
	  "the first wait is longer than the longest, retry.max" },
	{ "/output/path", path_absolute, "expected a path relative to data_dir" },
	{ "/output/path", path_by_time,
	  "this version does not support \"%\" (times) in the path yet" },
	{ "/output/path", path_unclean,
	  "the path must stay below data_dir: no empty, \".\" or \"..\" part, no control byte, no "
	  "part over 200 bytes" },
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

void job_check_rules(const struct job *job, const struct json *definition, const struct walk *walk)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].broken(job, definition))
			walk_problem_at(walk, rules[i].pointer, AT_VALUE, "%s", rules[i].sentence);
	check_meta(job, walk);
}
