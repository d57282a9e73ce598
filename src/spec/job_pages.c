/* The rows of `pages:`: how answers that come in pages are followed, and when a chain is at its
 * end. What each paginator makes of them is in fetch/page.c. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "spec/job_parts.h"

#define AT(member) offsetof(struct job, paging.member)

#define ORIGINS_MAX 20

const char *const paging_names[] = {
	[JOB_PAGES_NONE] = "none",     [JOB_PAGES_LINK] = "link",
	[JOB_PAGES_CURSOR] = "cursor", [JOB_PAGES_PAGE] = "page",
	[JOB_PAGES_OFFSET] = "offset", [JOB_PAGES_NEXT_URL] = "next_url",
	[JOB_PAGES_AUTO] = "auto",     NULL
};
static const char *const stops[] = { "empty", "short", "total", NULL };

static int check_header(const char *name, struct err *err)
{
	if (!*name || name[strspn(name, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
					"WXYZ!#$%&'*+-.^_`|~")])
		return err_set(err, -EINVAL, "expected a header's name, \"X-Next\" for example");
	return 0;
}

/* Other origins that pages may come from. */

/* RFC 6454 section 6.1: a scheme, a host, a port perhaps, and nothing behind them. */
static bool is_origin(const char *text)
{
	size_t scheme = strncasecmp(text, "http://", 7) == 0    ? 7
			: strncasecmp(text, "https://", 8) == 0 ? 8
								: 0;
	const char *host = text + scheme;

	return scheme && *host && *host != ':' && !host[strcspn(host, "/?#@ \\")];
}

static void read_origins(const struct field *field, const struct json *value, void *to,
			 const struct walk *walk, const struct trail *at)
{
	struct paging *paging = &((struct job *)to)->paging;
	struct trail item = { .up = at };

	if (walk_wrong_type(walk, at, value, JSON_ARRAY, "a list"))
		return;
	if (json_len(value) > ORIGINS_MAX) {
		walk_problem(walk, at, AT_VALUE, "more than %d of them", ORIGINS_MAX);
		return;
	}
	paging->origins = xcalloc(json_len(value) + 1, sizeof(char *));
	for (; item.index < json_len(value); item.index++) {
		const char *text = json_str(json_at(value, item.index));

		if (text && is_origin(text))
			paging->origins[paging->norigins++] = xstrdup(text);
		else
			walk_problem(walk, &item, AT_VALUE,
				     "expected an origin, \"https://cdn.example\" for example");
	}
}

static struct json *show_origins(const void *to)
{
	const struct paging *paging = &((const struct job *)to)->paging;
	struct json *list = json_new_array();

	for (size_t i = 0; i < paging->norigins; i++)
		json_push(list, json_new_string(paging->origins[i]));
	return list;
}

static void done_origins(void *to)
{
	struct paging *paging = &((struct job *)to)->paging;

	for (size_t i = 0; i < paging->norigins; i++)
		free(paging->origins[i]);
	free(paging->origins);
	paging->origins = NULL;
	paging->norigins = 0;
}

static const struct field_custom origins = {
	.shape = "list of texts",
	.read = read_origins,
	.show = show_origins,
	.done = done_origins,
};

/* What is shown must be a job that can be read again: only what its paginator makes use of. */

static const struct paging *paging_in(const void *job)
{
	return &((const struct job *)job)->paging;
}

static bool applies_pages(const void *job)
{
	return paging_in(job)->by != JOB_PAGES_NONE;
}

static bool applies_counts(const void *job)
{
	return paging_counts(paging_in(job));
}

static bool applies_offset(const void *job)
{
	return paging_in(job)->by == JOB_PAGES_OFFSET;
}

static bool applies_stop(const void *job)
{
	return paging_in(job)->stop != 0;
}

static bool applies_origins(const void *job)
{
	return paging_in(job)->norigins > 0;
}

const struct field job_pages_fields[] = {
	{ .name = "by",
	  .type = FIELD_CHOICE,
	  .offset = AT(by),
	  .choices = paging_names,
	  .def = "none",
	  .help = "how the next page is found: the Link header (rel=next), a cursor, a page's "
		  "number, an offset, an address in the body; auto: as the first answer shows",
	  .example = "cursor" },
	{ .name = "from",
	  .type = FIELD_POINTER,
	  .offset = AT(from),
	  .help = "cursor, next_url: where in the body the next cursor or address is",
	  .example = "/next" },
	{ .name = "from_header",
	  .type = FIELD_TEXT,
	  .offset = AT(from_header),
	  .check = check_header,
	  .help = "cursor: or the header of the answer that has it",
	  .example = "X-Next-Cursor" },
	{ .name = "param",
	  .type = FIELD_TEXT,
	  .offset = AT(param),
	  .check = job_check_param,
	  .help = "page, offset, cursor: the query parameter that carries it; page and offset "
		  "are called so unless told",
	  .example = "cursor" },
	{ .name = "header",
	  .type = FIELD_TEXT,
	  .offset = AT(header),
	  .check = check_header,
	  .help = "or the request header that carries it",
	  .example = "X-Page" },
	{ .name = "body",
	  .type = FIELD_POINTER,
	  .offset = AT(body),
	  .help = "or the place in the JSON body that carries it",
	  .example = "/variables/after" },
	{ .name = "start",
	  .type = FIELD_BIG,
	  .applies = applies_counts,
	  .offset = AT(start),
	  .max = INT64_C(1) << 53,
	  .help = "page, offset: of the first page; 1 for page and 0 for offset unless told",
	  .example = "0" },
	{ .name = "size",
	  .type = FIELD_BIG,
	  .applies = applies_pages,
	  .offset = AT(size),
	  .max = INT64_C(1) << 32,
	  .def = "0",
	  .help = "records in a full page; 0: not known",
	  .example = "100" },
	{ .name = "size_param",
	  .type = FIELD_TEXT,
	  .offset = AT(size_param),
	  .check = job_check_param,
	  .help = "the query parameter that asks for so many; offset: limit unless told",
	  .example = "per_page" },
	{ .name = "overlap",
	  .type = FIELD_BIG,
	  .applies = applies_offset,
	  .offset = AT(overlap),
	  .max = 1000000,
	  .def = "0",
	  .help = "offset: fetch so many records of the page before again, to notice and mend "
		  "what moved",
	  .example = "10" },
	{ .name = "stop",
	  .type = FIELD_SET,
	  .applies = applies_stop,
	  .offset = AT(stop),
	  .choices = stops,
	  .help = "what ends a chain although a next page could be asked for; page and offset: "
		  "[empty, total] unless told",
	  .example = "[short]" },
	{ .name = "total",
	  .type = FIELD_POINTER,
	  .offset = AT(total),
	  .help = "where the answer says how many records there are; fewer than that are a "
		  "failure",
	  .example = "/total" },
	{ .name = "total_header",
	  .type = FIELD_TEXT,
	  .offset = AT(total_header),
	  .check = check_header,
	  .help = "or the header that says it",
	  .example = "X-Total-Count" },
	{ .name = "more",
	  .type = FIELD_POINTER,
	  .offset = AT(more),
	  .help = "where the answer says whether another page follows: true or false",
	  .example = "/has_more" },
	{ .name = "last",
	  .type = FIELD_POINTER,
	  .offset = AT(last),
	  .help = "page: where the answer says the number of the last page",
	  .example = "/total_pages" },
	{ .name = "max",
	  .type = FIELD_BIG,
	  .applies = applies_pages,
	  .offset = AT(max),
	  .max = INT64_C(1) << 32,
	  .def = "0",
	  .help = "most pages of one chain; 0: no limit",
	  .example = "1000" },
	{ .name = "key",
	  .type = FIELD_POINTER,
	  .offset = AT(key),
	  .help = "what in a record tells it from others, to notice rows that moved; the whole "
		  "record unless told",
	  .example = "/id" },
	{ .name = "origins",
	  .type = FIELD_CUSTOM,
	  .applies = applies_origins,
	  .custom = &origins,
	  .help = "other origins that addresses of pages may lead to; credentials do not",
	  .example = "[\"https://cdn.example\"]" },
	{ .name = NULL },
};

/* ---- what goes with what ---- */

#define BY(kind)  (1u << JOB_PAGES_##kind)
#define COUNTED   (BY(PAGE) | BY(OFFSET))
#define ADDRESSED (BY(LINK) | BY(NEXT_URL))
#define ANY       (COUNTED | ADDRESSED | BY(CURSOR) | BY(AUTO))

static const struct {
	const char *name;
	unsigned by; /* the paginators that make use of it */
} uses[] = {
	{ "from", BY(CURSOR) | BY(NEXT_URL) },
	{ "from_header", BY(CURSOR) },
	{ "param", COUNTED | BY(CURSOR) },
	{ "header", COUNTED | BY(CURSOR) },
	{ "body", COUNTED | BY(CURSOR) },
	{ "start", COUNTED },
	{ "size", ANY },
	{ "size_param", ANY },
	{ "overlap", BY(OFFSET) },
	{ "stop", ANY },
	{ "total", ANY },
	{ "total_header", ANY },
	{ "more", ANY },
	{ "last", BY(PAGE) },
	{ "max", ANY },
	{ "key", ANY },
	{ "origins", ADDRESSED | BY(AUTO) },
};

static bool is_given(const struct json *pages, const char *name)
{
	return json_type(json_get(pages, name)) != JSON_NULL;
}

static void check_uses(const struct job *job, const struct json *pages, const struct walk *walk)
{
	enum job_pages by = job->paging.by;
	const char *word = json_str(json_get(pages, "by"));

	if (!word || strcmp(word, paging_names[by]) != 0) /* it is wrong itself */
		return;
	for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
		char *at;

		if (!is_given(pages, uses[i].name) || uses[i].by & 1u << by)
			continue;
		at = xasprintf("/pages/%s", uses[i].name);
		walk_problem_at(walk, at, AT_VALUE, "by: %s makes no use of it", paging_names[by]);
		free(at);
	}
}

static int carriers(const struct json *pages)
{
	return is_given(pages, "param") + is_given(pages, "header") + is_given(pages, "body");
}

static bool cursor_from_nowhere(const struct job *job, const struct json *pages)
{
	return job->paging.by == JOB_PAGES_CURSOR && !is_given(pages, "from") &&
	       !is_given(pages, "from_header");
}

static bool cursor_to_nowhere(const struct job *job, const struct json *pages)
{
	return job->paging.by == JOB_PAGES_CURSOR && carriers(pages) == 0;
}

static bool carried_twice(const struct job *job, const struct json *pages)
{
	return carriers(pages) > 1;
}

static bool address_from_nowhere(const struct job *job, const struct json *pages)
{
	return job->paging.by == JOB_PAGES_NEXT_URL && !is_given(pages, "from");
}

static bool two_sources(const struct job *job, const struct json *pages)
{
	return is_given(pages, "from") && is_given(pages, "from_header");
}

static bool two_totals(const struct job *job, const struct json *pages)
{
	return is_given(pages, "total") && is_given(pages, "total_header");
}

static bool no_json_body(const struct job *job, const struct json *pages)
{
	return is_given(pages, "body") &&
	       (job->body_kind == JOB_BODY_NONE || job->body_kind == JOB_BODY_TEXT ||
		job->body_kind == JOB_BODY_FORM);
}

static bool short_of_nothing(const struct job *job, const struct json *pages)
{
	return job->paging.stop & PAGES_STOP_SHORT && job->paging.size == 0;
}

static bool stop_without_total(const struct job *job, const struct json *pages)
{
	return is_given(pages, "stop") && job->paging.stop & PAGES_STOP_TOTAL &&
	       job->paging.by != JOB_PAGES_AUTO && !paging_counts(&job->paging) &&
	       !is_given(pages, "total") && !is_given(pages, "total_header");
}

static bool size_unsaid(const struct job *job, const struct json *pages)
{
	return is_given(pages, "size_param") && job->paging.size == 0;
}

static bool nothing_new(const struct job *job, const struct json *pages)
{
	return job->paging.overlap > 0 && job->paging.size > 0 &&
	       job->paging.overlap >= job->paging.size;
}

static const struct {
	const char *pointer;
	bool (*broken)(const struct job *job, const struct json *pages);
	const char *sentence;
} rules[] = {
	{ "/pages", cursor_from_nowhere,
	  "by: cursor needs from, where the next cursor is in the body (\"/next\" for example), or "
	  "from_header" },
	{ "/pages", cursor_to_nowhere,
	  "by: cursor needs param, the query parameter that carries it, or header, or body" },
	{ "/pages", carried_twice, "give one of param, header and body" },
	{ "/pages", address_from_nowhere,
	  "by: next_url needs from, where the address of the next page is in the body (\"/next\" "
	  "for example)" },
	{ "/pages", two_sources, "give one of from and from_header" },
	{ "/pages", two_totals, "give one of total and total_header" },
	{ "/pages/body", no_json_body, "the request has no JSON body to put it into" },
	{ "/pages/stop", short_of_nothing, "short needs size, the records in a full page" },
	{ "/pages/stop", stop_without_total, "total needs total or total_header" },
	{ "/pages/size_param", size_unsaid, "it needs size, the number to ask for" },
	{ "/pages/overlap", nothing_new, "a page of size records would hold nothing new" },
};

void job_check_pages(const struct job *job, const struct json *definition, const struct walk *walk)
{
	const struct json *pages = json_get(definition, "pages");

	if (json_type(pages) != JSON_OBJECT)
		return;
	if (job->paging.by == JOB_PAGES_NONE && !is_given(pages, "by") && json_len(pages) > 0) {
		walk_problem_at(walk, "/pages", AT_VALUE,
				"required: by, which is page, offset, cursor, link, next_url or "
				"auto");
		return;
	}
	check_uses(job, pages, walk);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].broken(job, pages))
			walk_problem_at(walk, rules[i].pointer, AT_VALUE, "%s", rules[i].sentence);
}
