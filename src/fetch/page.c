/* The paginators and what ends their chains: see page.h. */
#include "fetch/page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/scan.h"
#include "base/xalloc.h"
#include "fetch/link.h"
#include "fetch/url.h"

#define CURSOR_MAX_BYTES 16384

const struct paging *page_paging(const struct request *request)
{
	return request->paging ? request->paging : &request->scope->job->paging;
}

static enum outcome no_token(const struct request *request, const struct response *response,
			     const struct page_answer *answer, char **token, struct err *err)
{
	*token = NULL;
	return OUTCOME_OK;
}

/* ---- addresses: link, next_url ---- */

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

bool page_may_lead_to(const struct paging *paging, const char *from, const char *url, bool *away)
{
	*away = !url_same_origin(from, url);
	for (size_t i = 0; *away && i < paging->norigins; i++)
		if (url_same_origin(paging->origins[i], url))
			return true;
	return !*away;
}

/* An address as the server gave it, against the URL that was fetched in the end. From another
 * origin it may lead back; page_place has the last word. */
static enum outcome address_token(const struct request *request, const char *target, char **token,
				  struct err *err)
{
	char *url = NULL;
	bool away;
	int rc = url_resolve(request->url, target, &url, err);

	if (rc == 0 && !request->away &&
	    !page_may_lead_to(page_paging(request), request->url, url, &away))
		rc = err_set(err, -EPERM,
			     "it leads to another origin than %s, which pages.origins does not "
			     "allow",
			     request->host);
	if (rc < 0) {
		err_within(err, "the next page's link");
		free(url);
		return OUTCOME_BAD_PAGE;
	}
	*token = without_key(request->scope->job, url);
	return OUTCOME_OK;
}

static enum outcome link_token(const struct request *request, const struct response *response,
			       const struct page_answer *answer, char **token, struct err *err)
{
	const char *header = response->headers[HEADER_LINK];
	char *target = NULL;
	int found = header ? link_next(header, &target) : 0;
	enum outcome outcome = OUTCOME_OK;

	*token = NULL;
	if (found < 0) {
		err_set(err, 0, "the Link header is malformed");
		return OUTCOME_BAD_PAGE;
	}
	if (found > 0)
		outcome = address_token(request, target, token, err);
	free(target);
	return outcome;
}

/* ---- cursors ---- */

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

/* Absent, null, false and "" are the ways APIs say "that was all". */
static bool says_no_more(struct slice value)
{
	return !value.ptr || slice_is(value, "null") || slice_is(value, "false");
}

static enum outcome header_token(const struct request *request, const char *text, char **token,
				 struct err *err)
{
	struct json *value;

	if (!text || !*text)
		return OUTCOME_OK;
	if (strlen(text) > CURSOR_MAX_BYTES)
		return bad_cursor(err, "is too long");
	if (page_paging(request)->body) {
		value = json_new_string(text);
		*token = json_text(value, false);
		json_unref(value);
	} else {
		*token = xstrdup(text);
	}
	return OUTCOME_OK;
}

/* What goes back into a JSON body stays JSON: there a number and the text of it differ. */
static enum outcome cursor_token(const struct request *request, const struct response *response,
				 const struct page_answer *answer, char **token, struct err *err)
{
	struct slice cursor = answer->cursor;

	*token = NULL;
	if (page_paging(request)->from_header)
		return header_token(request, response->headers[HEADER_PAGE_CURSOR], token, err);
	if (says_no_more(cursor) || slice_is(cursor, "\"\""))
		return OUTCOME_OK;
	if (cursor.len > CURSOR_MAX_BYTES)
		return bad_cursor(err, "is too long");
	if (*cursor.ptr == '"' && !page_paging(request)->body)
		return text_token(cursor, token, err);
	if (!memchr("\"-0123456789", *cursor.ptr, 12))
		return bad_cursor(err, "is neither text nor a number");
	*token = xstrndup(cursor.ptr, cursor.len);
	return OUTCOME_OK;
}

static enum outcome next_url_token(const struct request *request, const struct response *response,
				   const struct page_answer *answer, char **token, struct err *err)
{
	char *target = NULL;
	enum outcome outcome;

	*token = NULL;
	if (says_no_more(answer->cursor))
		return OUTCOME_OK;
	if (*answer->cursor.ptr != '"') {
		err_set(err, 0, "the address of the next page is not text");
		return OUTCOME_BAD_PAGE;
	}
	outcome = text_token(answer->cursor, &target, err);
	if (outcome == OUTCOME_OK && target)
		outcome = address_token(request, target, token, err);
	free(target);
	return outcome;
}

/* ---- numbers: page, offset ---- */

static uint64_t number_of(const struct request *request)
{
	return request->page_token ? strtoull(request->page_token, NULL, 10)
				   : page_paging(request)->start;
}

static enum outcome number_token(const struct request *request, const struct response *response,
				 const struct page_answer *answer, char **token, struct err *err)
{
	uint64_t number = number_of(request);

	*token = answer->last != PAGE_UNSAID && number >= answer->last
			 ? NULL
			 : xasprintf("%" PRIu64, number + 1);
	return OUTCOME_OK;
}

/* By what was served, not by what was asked for: servers have limits of their own. */
static enum outcome offset_token(const struct request *request, const struct response *response,
				 const struct page_answer *answer, char **token, struct err *err)
{
	uint64_t overlap = page_paging(request)->overlap;

	*token = answer->served <= overlap
			 ? NULL
			 : xasprintf("%" PRIu64, number_of(request) + answer->served - overlap);
	return OUTCOME_OK;
}

const struct paginator paginators[] = {
	{ "none", "one page a request", JOB_PAGES_NONE, no_token },
	{ "link", "the Link header's rel=\"next\" (RFC 8288)", JOB_PAGES_LINK, link_token },
	{ "cursor", "a value of the answer that is sent back", JOB_PAGES_CURSOR, cursor_token },
	{ "page", "a page's number, counted up", JOB_PAGES_PAGE, number_token },
	{ "offset", "the number of records before it", JOB_PAGES_OFFSET, offset_token },
	{ "next_url", "an address in the body", JOB_PAGES_NEXT_URL, next_url_token },
	{ "auto", "recognised on the first answer", JOB_PAGES_AUTO, no_token },
	{ .name = NULL },
};

const struct paginator *paginator_of(enum job_pages kind)
{
	for (const struct paginator *row = paginators; row->name; row++)
		if (row->kind == kind)
			return row;
	return &paginators[0];
}

/* ---- what ends a chain ---- */

/* Is this page the last although one could ask for another? What the answer itself says of it
 * comes before what is concluded from numbers. */
static bool is_last(const struct request *request, const struct page_answer *answer)
{
	const struct paging *paging = page_paging(request);

	if (answer->more >= 0)
		return answer->more == 0;
	if (answer->served == 0 && (paging_counts(paging) || paging->stop & PAGES_STOP_EMPTY))
		return true;
	if (paging->stop & PAGES_STOP_SHORT && answer->served < paging->size)
		return true;
	return paging->stop & PAGES_STOP_TOTAL && answer->total != PAGE_UNSAID &&
	       request->chain_records + answer->records >= answer->total;
}

enum outcome page_next(const struct request *request, const struct response *response,
		       const struct page_answer *answer, char **token, struct err *err)
{
	const struct paginator *row = paginator_of(page_paging(request)->by);
	enum outcome outcome = OUTCOME_OK;

	*token = NULL;
	if (row->next == no_token || is_last(request, answer))
		return OUTCOME_OK;
	outcome = row->next(request, response, answer, token, err);
	if (outcome != OUTCOME_OK || answer->more != 1)
		return outcome;
	if (*token && answer->served > 0)
		return OUTCOME_OK;
	err_set(err, 0, "the answer says that another page follows, but %s",
		*token ? "it holds no record itself" : "not which");
	free(*token);
	*token = NULL;
	return OUTCOME_BAD_PAGE;
}
