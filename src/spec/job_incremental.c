/* `incremental:` of a job: where records say how new they are, and how the mark is sent; and
 * whether `conditional:` can be. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, incremental.member)

#define YEAR    (365 * INT64_C(86400000))
#define KEY_MAX 16 /* members of a record's key */

static const char *const types[] = {
	[MARK_TIME] = "time", [MARK_NUMBER] = "number", [MARK_TEXT] = "text", NULL
};
static const char *const pers[] = {
	[JOB_MARK_PER_REQUEST] = "request", [JOB_MARK_PER_JOB] = "job", NULL
};

static int check_param(const char *name, struct err *err)
{
	for (const char *at = name; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return err_set(err, -EINVAL, "a control byte");
	return *name ? 0 : err_set(err, -EINVAL, "expected the name of a query parameter");
}

/* `start`: a number too is what it was written as. */

static void read_start(const struct field *field, const struct json *value, void *to,
		       const struct walk *walk, const struct trail *at)
{
	char **start = to;

	free(*start);
	*start = job_scalar_text(value);
	if (!*start)
		walk_problem(walk, at, AT_VALUE, "expected a time, a number or a text, found %s",
			     walk_type_name(value));
}

static struct json *show_start(const void *from)
{
	const char *start = *(char *const *)from;

	return start ? json_new_string(start) : NULL;
}

static void done_start(void *to)
{
	char **start = to;

	free(*start);
	*start = NULL;
}

static const struct field_custom start_custom = {
	.shape = "time, number or text", .read = read_start, .show = show_start, .done = done_start
};

/* `key`: names of members, or pointers. */

static void done_key(void *to)
{
	struct job_incremental *incremental = to;

	for (size_t i = 0; i < incremental->nkey; i++)
		pointer_free(incremental->key[i]);
	free(incremental->key);
	incremental->key = NULL;
	incremental->nkey = 0;
}

static struct pointer *key_pointer(const char *text, struct err *err)
{
	struct pointer *pointer = NULL;

	if (*text != '/')
		return *text ? job_pointer_to(text) : NULL;
	return pointer_parse(text, &pointer, err) == 0 ? pointer : NULL;
}

static void read_key(const struct field *field, const struct json *value, void *to,
		     const struct walk *walk, const struct trail *at)
{
	struct job_incremental *incremental = to;
	struct trail item = { .up = at };

	done_key(incremental);
	if (walk_wrong_type(walk, at, value, JSON_ARRAY, "a list such as [id]"))
		return;
	if (json_len(value) == 0 || json_len(value) > KEY_MAX) {
		walk_problem(walk, at, AT_VALUE, "expected 1 to %d names", KEY_MAX);
		return;
	}
	incremental->key = xcalloc(json_len(value), sizeof(*incremental->key));
	for (; item.index < json_len(value); item.index++) {
		const char *text = json_str(json_at(value, item.index));
		struct err err = ERR_INIT;
		struct pointer *pointer = text ? key_pointer(text, &err) : NULL;

		if (pointer)
			incremental->key[incremental->nkey++] = pointer;
		else
			walk_problem(walk, &item, AT_VALUE, "%s",
				     err.text[0] ? err.text
						 : "expected the name of a record's member, or a "
						   "JSON pointer");
	}
}

static struct json *show_key(const void *from)
{
	const struct job_incremental *incremental = from;
	struct json *list = incremental->nkey ? json_new_array() : NULL;

	for (size_t i = 0; i < incremental->nkey; i++)
		json_push(list, json_new_string(pointer_text(incremental->key[i])));
	return list;
}

static const struct field_custom key_custom = {
	.shape = "a list of names", .read = read_key, .show = show_key, .done = done_key
};

const struct field job_incremental_fields[] = {
	{ .name = "cursor",
	  .type = FIELD_POINTER,
	  .offset = AT(cursor),
	  .flags = FIELD_REQUIRED,
	  .help = "where a record says how new it is; the highest value seen is the mark",
	  .example = "/updated_at" },
	{ .name = "param",
	  .type = FIELD_TEXT,
	  .offset = AT(param),
	  .check = check_param,
	  .help = "the query parameter that carries the mark; ${mark} may stand in the request "
		  "instead",
	  .example = "since" },
	{ .name = "start",
	  .type = FIELD_CUSTOM,
	  .offset = AT(start),
	  .custom = &start_custom,
	  .help = "the mark of the first run; without it that run asks for everything",
	  .example = "2026-01-01T00:00:00Z" },
	{ .name = "lookback",
	  .type = FIELD_DURATION,
	  .offset = AT(lookback_ms),
	  .max = 100 * YEAR,
	  .def = "0",
	  .help = "how far before the mark is asked again, for records that show up late; type: "
		  "time",
	  .example = "1h" },
	{ .name = "type",
	  .type = FIELD_CHOICE,
	  .offset = AT(type),
	  .choices = types,
	  .def = "time",
	  .help = "how values compare: as instants (RFC 3339), as decimals, or by their bytes",
	  .example = "number" },
	{ .name = "key",
	  .type = FIELD_CUSTOM,
	  .offset = offsetof(struct job, incremental),
	  .custom = &key_custom,
	  .help = "what tells records of the same value apart, so that none of them lands twice; "
		  "without it, the whole record",
	  .example = "[id]" },
	{ .name = "per",
	  .type = FIELD_CHOICE,
	  .offset = AT(per),
	  .choices = pers,
	  .def = "request",
	  .help = "whether each combination of parameters has a mark of its own, or the job one "
		  "for all",
	  .example = "job" },
	{ .name = NULL },
};

int job_mark_sent(const struct job *job, const char *frozen, struct buf *out, struct err *err)
{
	const struct job_incremental *incremental = &job->incremental;
	struct slice mark = mark_thaw(frozen).value;

	if (mark.ptr)
		return mark_back(incremental->type, mark, incremental->lookback_ms, out, err);
	return incremental->start ? buf_add_text(out, incremental->start) : 0;
}

static bool has_star(const struct pointer *pointer)
{
	for (size_t i = 0; i < pointer_steps(pointer); i++)
		if (slice_is(pointer_step(pointer, i), "*"))
			return true;
	return false;
}

static bool in_query(const struct job *job, const char *name)
{
	for (size_t i = 0; i < job->nquery; i++)
		if (job->query[i].name && strcmp(job->query[i].name, name) == 0)
			return true;
	return false;
}

static void check_start(const struct job_incremental *incremental, const struct walk *walk)
{
	struct err err = ERR_INIT;
	struct buf rank;

	buf_init(&rank, MARK_RANK_MAX);
	if (mark_rank(incremental->type, slice_of(incremental->start), &rank, &err) < 0)
		walk_problem_at(walk, "/incremental/start", AT_VALUE, "%s", err.text);
	buf_done(&rank);
}

/* RFC 9110 section 13.1.2: only the answer to GET and HEAD is 304. */
static void check_conditional(const struct job *job, const struct walk *walk)
{
	if (job->method && strcmp(job->method, "GET") != 0)
		walk_problem_at(walk, "/conditional", AT_VALUE,
				"only GET requests can be conditional");
	for (size_t i = 0; i < job->nheaders; i++)
		if (job->headers[i].name &&
		    (strcasecmp(job->headers[i].name, "If-None-Match") == 0 ||
		     strcasecmp(job->headers[i].name, "If-Modified-Since") == 0))
			walk_problem_at(walk, "/request/headers", AT_VALUE,
					"with conditional: true fetchd sends %s itself",
					job->headers[i].name);
}

void job_check_incremental(const struct job *job, const struct walk *walk)
{
	const struct job_incremental *incremental = &job->incremental;

	if (job->conditional)
		check_conditional(job, walk);
	if (!incremental->cursor)
		return;
	if (has_star(incremental->cursor))
		walk_problem_at(walk, "/incremental/cursor", AT_VALUE,
				"a record has one cursor: \"*\" does not stand here");
	if (incremental->start)
		check_start(incremental, walk);
	if (incremental->lookback_ms > 0 && incremental->type != MARK_TIME)
		walk_problem_at(walk, "/incremental/lookback", AT_VALUE,
				"only type: time can look back");
	if (incremental->param && in_query(job, incremental->param))
		walk_problem_at(walk, "/incremental/param", AT_VALUE,
				"request.query has \"%.64s\" already", incremental->param);
}
