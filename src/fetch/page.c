/* Paginators: see page.h. */
#include "fetch/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/scan.h"
#include "base/xalloc.h"
#include "fetch/url.h"

#define CURSOR_MAX_BYTES 16384

/* ---- the Link header, RFC 8288 section 3 ---- */

static const char *skip(const char *p, const char *set)
{
	return p + strspn(p, set);
}

/* A token or a quoted-string with its backslashes undone; moves *at behind it. False: malformed. */
static bool take_value(const char **at, struct buf *out)
{
	const char *p = *at;

	buf_clear(out);
	if (*p != '"') {
		size_t len = strcspn(p, " \t,;=\"");

		*at = p + len;
		return buf_add(out, p, len) == 0;
	}
	for (p++; *p && *p != '"'; p++) {
		if (*p == '\\' && p[1])
			p++;
		buf_add_char(out, *p);
	}
	*at = p + (*p == '"');
	return *p == '"';
}

static bool has_word(const char *words, const char *word)
{
	while (*(words = skip(words, " \t"))) {
		size_t len = strcspn(words, " \t");

		if (len == strlen(word) && strncasecmp(words, word, len) == 0)
			return true;
		words += len;
	}
	return false;
}

struct link {
	struct slice target;
	bool next;     /* its first rel names "next" */
	bool anchored; /* speaks of another page than this one: not ours */
};

static bool take_param(const char **at, struct link *link, bool *rel_seen, struct buf *value)
{
	const char *name = skip(*at, " \t");
	size_t len = strcspn(name, " \t=,;\"<>");

	*at = skip(name + len, " \t");
	buf_clear(value);
	if (**at == '=') {
		*at = skip(*at + 1, " \t");
		if (!take_value(at, value))
			return false;
	}
	if (len == 3 && strncasecmp(name, "rel", 3) == 0 && !*rel_seen) {
		*rel_seen = true;
		link->next = has_word(buf_text(value), "next");
	}
	link->anchored |= len == 6 && strncasecmp(name, "anchor", 6) == 0;
	*at = skip(*at, " \t");
	return true;
}

/* One link-value and the comma behind it. */
static bool take_link(const char **at, struct link *link, struct buf *value)
{
	bool rel_seen = false;
	const char *close;

	*link = (struct link) { .next = false };
	*at = skip(*at, " \t,");
	if (**at != '<')
		return false;
	close = strchr(*at, '>');
	if (!close)
		return false;
	link->target = (struct slice) { *at + 1, (size_t)(close - *at - 1) };
	*at = skip(close + 1, " \t");
	while (**at == ';') {
		++*at;
		if (!take_param(at, link, &rel_seen, value))
			return false;
	}
	return **at == ',' || **at == '\0';
}

/* 1 and the target of rel=next, 0 when there is none, -EINVAL when the header is malformed. */
static int find_next(const char *header, char **target)
{
	struct buf value;
	struct link link;
	int found = 0;

	buf_init(&value, strlen(header));
	while (found == 0 && *skip(header, " \t,")) {
		if (!take_link(&header, &link, &value))
			found = -EINVAL;
		else if (link.next && !link.anchored)
			found = 1;
	}
	buf_done(&value);
	if (found == 1)
		*target = xstrndup(link.target.ptr, link.target.len);
	return found;
}

char *link_next(const char *header)
{
	char *target = NULL;

	return header && find_next(header, &target) == 1 ? target : NULL;
}

/* ---- rows ---- */

static enum outcome no_next(const struct request *request, const struct response *response,
			    struct slice cursor, char **token, struct err *err)
{
	*token = NULL;
	return OUTCOME_OK;
}

static char *no_url(const struct job *job, const char *first_url, const char *token,
		    struct err *err)
{
	return xstrdup(first_url);
}

/* The token outlives the run in the ledger, so a key that the server repeats in its links must not
 * be in it; request_build sets it again. */
static char *without_key(const struct job *job, char *url)
{
	char *bare;

	if (job->auth != JOB_AUTH_API_KEY || job->key_place != JOB_KEY_QUERY)
		return url;
	bare = url_without_query(url, job->key_name);
	free(url);
	return bare;
}

static enum outcome link_token(const struct request *request, const struct response *response,
			       struct slice cursor, char **token, struct err *err)
{
	const char *header = response->headers[HEADER_LINK];
	char *target = NULL, *url = NULL;
	int found = header ? find_next(header, &target) : 0;
	int rc;

	if (found < 0) {
		err_set(err, 0, "the Link header is malformed");
		return OUTCOME_BAD_PAGE;
	}
	if (found == 0) {
		*token = NULL;
		return OUTCOME_OK;
	}
	rc = url_resolve(request->url, target, &url, err);
	free(target);
	if (rc == 0 && !url_same_origin(request->url, url))
		rc = err_set(err, -EPERM, "it leads to another origin than %s", request->host);
	if (rc < 0) {
		err_within(err, "the next page's link");
		free(url);
		return OUTCOME_BAD_PAGE;
	}
	*token = without_key(request->scope->job, url);
	return OUTCOME_OK;
}

static char *link_url(const struct job *job, const char *first_url, const char *token,
		      struct err *err)
{
	char *url;

	if (url_resolve(NULL, token, &url, err) < 0)
		return NULL;
	if (url_same_origin(first_url, url))
		return url;
	free(url);
	err_set(err, -EPERM, "the next page's link leads to another origin");
	return NULL;
}

static enum outcome bad_cursor(struct err *err, const char *why)
{
	err_set(err, 0, "the cursor of the next page %s", why);
	return OUTCOME_BAD_PAGE;
}

static enum outcome text_token(struct slice quoted, char **token, struct err *err)
{
	struct buf text;

	if (quoted.len < 2 || quoted.ptr[quoted.len - 1] != '"')
		return bad_cursor(err, "is not JSON");
	buf_init(&text, CURSOR_MAX_BYTES);
	scan_unescape((struct slice) { quoted.ptr + 1, quoted.len - 2 }, &text);
	if (text.full || strlen(buf_text(&text)) != text.len) {
		buf_done(&text);
		return bad_cursor(err, "is too long or holds a NUL");
	}
	*token = text.len ? buf_take(&text) : NULL;
	buf_done(&text);
	return OUTCOME_OK;
}

/* Absent, null and "" are the ways APIs say "that was all". */
static enum outcome cursor_token(const struct request *request, const struct response *response,
				 struct slice cursor, char **token, struct err *err)
{
	if (!cursor.ptr || slice_is(cursor, "null")) {
		*token = NULL;
		return OUTCOME_OK;
	}
	if (cursor.len > CURSOR_MAX_BYTES)
		return bad_cursor(err, "is too long");
	if (*cursor.ptr == '"')
		return text_token(cursor, token, err);
	if (!memchr("-0123456789", *cursor.ptr, 11))
		return bad_cursor(err, "is neither text nor a number");
	*token = xstrndup(cursor.ptr, cursor.len);
	return OUTCOME_OK;
}

static char *cursor_url(const struct job *job, const char *first_url, const char *token,
			struct err *err)
{
	return url_with_query(first_url, job->page_param, token);
}

const struct paginator paginators[] = {
	{ "none", "one page a request", JOB_PAGES_NONE, no_next, no_url },
	{ "link", "the Link header's rel=\"next\" (RFC 8288)", JOB_PAGES_LINK, link_token,
	  link_url },
	{ "cursor", "a value in the body, sent back as a query parameter", JOB_PAGES_CURSOR,
	  cursor_token, cursor_url },
	{ .name = NULL },
};

const struct paginator *paginator_of(enum job_pages kind)
{
	for (const struct paginator *row = paginators; row->name; row++)
		if (row->kind == kind)
			return row;
	return &paginators[0];
}
