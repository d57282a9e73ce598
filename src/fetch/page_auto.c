/* Recognising how an API pages from the first answer of a chain: see page_recognise in page.h.
 *
 * Tables of the places where APIs are known to say it, tried in order: the Link header, addresses
 * and cursors in the body, then numbers. What is found is written down in the words of `pages:`,
 * so that it can be shown, kept, and put into the job file. An answer that says there is more and
 * not where is a failure: one page of many must never pass for all.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/pick.h"
#include "base/xalloc.h"
#include "fetch/link.h"
#include "fetch/page.h"

/* Where an address, or a cursor for `param`, is found. */
struct spot {
	const char *pointer;
	const char *param; /* NULL: an address */
};

static const struct spot places[] = {
	{ "/next", NULL },
	{ "/links/next", NULL },
	{ "/links/next/href", NULL },
	{ "/_links/next", NULL },
	{ "/_links/next/href", NULL },
	{ "/paging/next", NULL },
	{ "/pagination/next", NULL },
	{ "/pagination/next_url", NULL },
	{ "/meta/next", NULL },
	{ "/info/next", NULL },
	{ "/next_url", NULL },
	{ "/nextUrl", NULL },
	{ "/next_page", NULL },
	{ "/nextPage", NULL },
	{ "/next_page_url", NULL },
	{ "/nextPageUrl", NULL },
	{ "/nextLink", NULL },
	{ "/@odata.nextLink", NULL },
	{ "/next_cursor", "cursor" },
	{ "/nextCursor", "cursor" },
	{ "/meta/next_cursor", "cursor" },
	{ "/meta/nextCursor", "cursor" },
	{ "/pagination/next_cursor", "cursor" },
	{ "/pagination/nextCursor", "cursor" },
	{ "/response_metadata/next_cursor", "cursor" },
	{ "/paging/cursors/after", "after" },
	{ "/next_page_token", "page_token" },
	{ "/nextPageToken", "pageToken" },
	{ "/next_token", "next_token" },
	{ "/nextToken", "nextToken" },
	{ "/NextToken", "NextToken" },
	{ "/continuation_token", "continuation_token" },
	{ "/continuationToken", "continuationToken" },
	{ "/cursor", "cursor" },
	{ "/next", "cursor" }, /* when it is no address */
	{ "/meta/next", "cursor" },
	{ "/pagination/next", "cursor" },
};
#define NPLACES (sizeof(places) / sizeof(places[0]))

static const char *const totals[] = {
	"/total",
	"/total_count",
	"/totalCount",
	"/total_results",
	"/totalResults",
	"/total_items",
	"/totalItems",
	"/totalElements",
	"/meta/total",
	"/meta/total_count",
	"/meta/totalCount",
	"/page/totalElements",
	"/paging/total",
	"/pagination/total",
	"/pagination/total_count",
	"/info/count",
	"/count",
};
#define NTOTALS (sizeof(totals) / sizeof(totals[0]))

static const char *const mores[] = {
	"/has_more",
	"/hasMore",
	"/has_next",
	"/hasNext",
	"/has_next_page",
	"/hasNextPage",
	"/meta/has_more",
	"/pagination/has_more",
	"/pagination/has_next",
};
#define NMORES (sizeof(mores) / sizeof(mores[0]))

/* Where an answer repeats which part it is, and the query parameter that asks for another. */
struct number {
	enum job_pages by;
	const char *pointer, *param;
};

static const struct number numbers[] = {
	{ JOB_PAGES_PAGE, "/page", "page" },
	{ JOB_PAGES_PAGE, "/current_page", "page" },
	{ JOB_PAGES_PAGE, "/currentPage", "page" },
	{ JOB_PAGES_PAGE, "/page_number", "page" },
	{ JOB_PAGES_PAGE, "/meta/page", "page" },
	{ JOB_PAGES_PAGE, "/meta/current_page", "page" },
	{ JOB_PAGES_PAGE, "/pagination/page", "page" },
	{ JOB_PAGES_PAGE, "/pagination/current_page", "page" },
	{ JOB_PAGES_OFFSET, "/offset", "offset" },
	{ JOB_PAGES_OFFSET, "/meta/offset", "offset" },
	{ JOB_PAGES_OFFSET, "/pagination/offset", "offset" },
	{ JOB_PAGES_OFFSET, "/skip", "skip" },
	{ JOB_PAGES_OFFSET, "/startAt", "startAt" },
};
#define NNUMBERS (sizeof(numbers) / sizeof(numbers[0]))

static const char *const lasts[] = {
	"/total_pages",
	"/totalPages",
	"/pages",
	"/last_page",
	"/lastPage",
	"/page_count",
	"/meta/total_pages",
	"/meta/last_page",
	"/meta/page_count",
	"/pagination/pages",
	"/pagination/total_pages",
	"/pagination/last_page",
};
#define NLASTS (sizeof(lasts) / sizeof(lasts[0]))

/* Parameters of a URL that say which part it is. */
static const struct number params[] = {
	{ JOB_PAGES_PAGE, NULL, "page" },      { JOB_PAGES_PAGE, NULL, "_page" },
	{ JOB_PAGES_PAGE, NULL, "p" },         { JOB_PAGES_PAGE, NULL, "pageNumber" },
	{ JOB_PAGES_OFFSET, NULL, "offset" },  { JOB_PAGES_OFFSET, NULL, "skip" },
	{ JOB_PAGES_OFFSET, NULL, "start" },   { JOB_PAGES_OFFSET, NULL, "_start" },
	{ JOB_PAGES_OFFSET, NULL, "startAt" },
};
#define NPARAMS (sizeof(params) / sizeof(params[0]))

struct guess {
	const struct request *request;
	const struct response *response;
	struct slice body;
	uint64_t records;
	struct json *map; /* what is found, in the words of `pages:` */
};

/* ---- looking ---- */

/* The values at a list of pointers. */
static void look_up(const struct guess *guess, const char *const *texts, size_t n,
		    struct slice *found)
{
	struct pointer *pointers[PICK_MAX] = { NULL };

	for (size_t i = 0; i < n; i++) {
		found[i] = (struct slice) { NULL, 0 };
		pointer_parse(texts[i], &pointers[i], NULL);
	}
	if (pick((const struct pointer *const *)pointers, n, guess->body, found, NULL) < 0)
		memset(found, 0, n * sizeof(*found)); /* of what is no JSON nothing counts */
	for (size_t i = 0; i < n; i++)
		pointer_free(pointers[i]);
}

static bool is_number(struct slice value, uint64_t *number)
{
	char text[20];

	if (!value.ptr || value.len == 0 || value.len >= sizeof(text))
		return false;
	memcpy(text, value.ptr, value.len);
	text[value.len] = '\0';
	*number = strtoull(text, NULL, 10);
	return strspn(text, "0123456789") == value.len;
}

/* "http...", "/..." or "?..." as JSON text. */
static bool is_address(struct slice value)
{
	return value.len > 2 && value.ptr[0] == '"' &&
	       (memchr("/?", value.ptr[1], 2) ||
		(value.len > 8 && strncmp(value.ptr + 1, "http", 4) == 0));
}

static bool is_cursor(struct slice value)
{
	uint64_t number;

	return (value.len > 2 && value.ptr[0] == '"' && !is_address(value)) ||
	       is_number(value, &number);
}

/* Present, and saying that nothing follows. */
static bool is_end(struct slice value)
{
	return value.ptr &&
	       (slice_is(value, "null") || slice_is(value, "\"\"") || slice_is(value, "false"));
}

/* ---- what is found ---- */

static void take_place(struct guess *guess, const struct spot *place)
{
	json_put_str(guess->map, "by", place->param ? "cursor" : "next_url");
	json_put_str(guess->map, "from", place->pointer);
	if (place->param)
		json_put_str(guess->map, "param", place->param);
}

static bool by_link(struct guess *guess)
{
	const char *header = guess->response->headers[HEADER_LINK];
	char *target = NULL;

	if (!header || link_next(header, &target) == 0)
		return false;
	free(target); /* a malformed one is refused by its paginator, in its words */
	json_put_str(guess->map, "by", "link");
	return true;
}

/* A place that names a next page; failing that, one that says there is none. */
static bool by_place(struct guess *guess)
{
	const char *texts[NPLACES];
	struct slice found[NPLACES];
	const struct spot *end = NULL;

	for (size_t i = 0; i < NPLACES; i++)
		texts[i] = places[i].pointer;
	look_up(guess, texts, NPLACES, found);
	for (size_t i = 0; i < NPLACES; i++) {
		if (places[i].param ? is_cursor(found[i]) : is_address(found[i])) {
			take_place(guess, &places[i]);
			return true;
		}
		if (!end && is_end(found[i]))
			end = &places[i];
	}
	if (end)
		take_place(guess, end);
	return end != NULL;
}

/* The value of a parameter in the URL, when it is a number. */
static bool in_url(const struct guess *guess, const char *name, uint64_t *value)
{
	const char *at = strchr(guess->request->url, '?');
	size_t len = strlen(name);

	while (at) {
		const char *pair = at + 1;

		at = strchr(pair, '&');
		if (strncmp(pair, name, len) == 0 && pair[len] == '=')
			return is_number(
				(struct slice) { pair + len + 1, strcspn(pair + len + 1, "&#") },
				value);
	}
	return false;
}

static void take_number(struct guess *guess, const struct number *number, uint64_t start)
{
	json_put_str(guess->map, "by", paging_names[number->by]);
	json_put_str(guess->map, "param", number->param);
	json_put_int(guess->map, "start", (int64_t)start);
}

static bool by_param(struct guess *guess)
{
	uint64_t start;

	for (size_t i = 0; i < NPARAMS; i++)
		if (in_url(guess, params[i].param, &start)) {
			take_number(guess, &params[i], start);
			return true;
		}
	return false;
}

static void find_last(struct guess *guess)
{
	struct slice found[NLASTS];
	uint64_t last;

	look_up(guess, lasts, NLASTS, found);
	for (size_t i = 0; i < NLASTS; i++)
		if (is_number(found[i], &last)) {
			json_put_str(guess->map, "last", lasts[i]);
			return;
		}
}

/* The answer repeats its page or offset. */
static bool by_number(struct guess *guess)
{
	const char *texts[NNUMBERS];
	struct slice found[NNUMBERS];
	uint64_t start;

	for (size_t i = 0; i < NNUMBERS; i++)
		texts[i] = numbers[i].pointer;
	look_up(guess, texts, NNUMBERS, found);
	for (size_t i = 0; i < NNUMBERS; i++) {
		if (!is_number(found[i], &start))
			continue;
		if (!by_param(guess))
			take_number(guess, &numbers[i], start);
		if (strcmp(json_str(json_get(guess->map, "by")), "page") == 0)
			find_last(guess);
		return true;
	}
	return by_param(guess);
}

/* A "count" may be that of the page: only one that goes beyond it is a total. */
static uint64_t find_total(struct guess *guess)
{
	const char *header = guess->response->headers[HEADER_PAGE_TOTAL];
	struct slice found[NTOTALS];
	uint64_t total;

	if (header && is_number(slice_of(header), &total)) {
		json_put_str(guess->map, "total_header", guess->response->total_header);
		return total;
	}
	look_up(guess, totals, NTOTALS, found);
	for (size_t i = 0; i < NTOTALS; i++) {
		bool count = strcmp(totals[i], "/count") == 0;

		if (!is_number(found[i], &total) || total < guess->records ||
		    (count && total == guess->records))
			continue;
		json_put_str(guess->map, "total", totals[i]);
		return total;
	}
	return PAGE_UNSAID;
}

static bool find_more(struct guess *guess)
{
	struct slice found[NMORES];

	look_up(guess, mores, NMORES, found);
	for (size_t i = 0; i < NMORES; i++)
		if (slice_is(found[i], "true") || slice_is(found[i], "false")) {
			json_put_str(guess->map, "more", mores[i]);
			return slice_is(found[i], "true");
		}
	return false;
}

/* ---- what the job says itself counts more ---- */

static void put_pointer(struct json *map, const char *key, const struct pointer *pointer)
{
	if (pointer)
		json_put_str(map, key, pointer_text(pointer));
}

static void put_stops(struct json *map, unsigned stop)
{
	struct json *list = json_put(map, "stop", json_new_array());

	if (stop & PAGES_STOP_EMPTY)
		json_push(list, json_new_string("empty"));
	if (stop & PAGES_STOP_SHORT)
		json_push(list, json_new_string("short"));
	if (stop & PAGES_STOP_TOTAL)
		json_push(list, json_new_string("total"));
}

static void put_own(struct json *map, const struct paging *own)
{
	if (own->total || own->total_header) {
		json_remove(map, own->total ? "total_header" : "total");
		put_pointer(map, "total", own->total);
		if (own->total_header)
			json_put_str(map, "total_header", own->total_header);
	}
	put_pointer(map, "more", own->more);
	put_pointer(map, "key", own->key);
	if (own->size > 0)
		json_put_int(map, "size", (int64_t)own->size);
	if (own->size_param)
		json_put_str(map, "size_param", own->size_param);
	if (own->stop)
		put_stops(map, own->stop);
	if (own->norigins > 0) {
		struct json *list = json_put(map, "origins", json_new_array());

		for (size_t i = 0; i < own->norigins; i++)
			json_push(list, json_new_string(own->origins[i]));
	}
}

static enum outcome not_known(const struct guess *guess, uint64_t total, struct err *err)
{
	if (total == PAGE_UNSAID)
		err_set(err, 0,
			"the answer says that another page follows, but not in a way that by: "
			"auto knows: say how in pages.by");
	else
		err_set(err, 0,
			"the answer has %llu of %llu records, and shows no way to the others that "
			"by: auto knows: say how in pages.by",
			(unsigned long long)guess->records, (unsigned long long)total);
	return OUTCOME_BAD_PAGE;
}

enum outcome page_recognise(const struct request *request, const struct response *response,
			    struct slice body, uint64_t records, char **text, struct err *err)
{
	struct guess guess = { request, response, body, records, json_new_object() };
	bool found = by_link(&guess) || by_place(&guess) || by_number(&guess);
	uint64_t total = find_total(&guess);
	bool more = find_more(&guess);
	enum outcome outcome = OUTCOME_OK;

	if (!found && (more || (total != PAGE_UNSAID && total > records)))
		outcome = not_known(&guess, more ? PAGE_UNSAID : total, err);
	if (outcome == OUTCOME_OK && found)
		put_own(guess.map, &request->scope->job->paging);
	if (outcome == OUTCOME_OK)
		*text = found ? json_text(guess.map, false) : xstrdup("{\"by\":\"none\"}");
	json_unref(guess.map);
	return outcome;
}
