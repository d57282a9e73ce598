/* From a token to the request of its page: see page_place in page.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/scan.h"
#include "base/xalloc.h"
#include "fetch/headers.h"
#include "fetch/page.h"
#include "fetch/url.h"

/* ---- addresses ---- */

/* What is only ours to know stays here: request_build adds no credentials after that. */
static void go_away(struct request *request)
{
	request->away = true;
	headers_remove(request->headers, "Cookie");
	headers_remove(request->headers, "Authorization");
}

static int place_address(struct request *request, struct err *err)
{
	bool away;
	char *url;

	if (!request->page_token)
		return 0;
	if (url_resolve(NULL, request->page_token, &url, err) < 0)
		return -EINVAL;
	if (!page_may_lead_to(page_paging(request), request->url, url, &away)) {
		free(url);
		return err_set(err, -EPERM, "the next page's link leads to another origin");
	}
	if (away)
		go_away(request);
	free(request->url);
	request->url = url;
	return 0;
}

/* ---- values in a JSON body ---- */

/* The pointer without its last step, and that step. */
static struct pointer *parent_of(const struct pointer *pointer, struct slice *last)
{
	const char *text = pointer_text(pointer);
	char *above = xstrndup(text, (size_t)(strrchr(text, '/') - text));
	struct pointer *parent = NULL;

	pointer_parse(above, &parent, NULL);
	*last = pointer_step(pointer, pointer_steps(pointer) - 1);
	free(above);
	return parent;
}

/* The bytes of `value` go where `gap` is in the body. */
static void splice(struct request *request, struct slice gap, struct slice value)
{
	size_t before = (size_t)(gap.ptr - request->body);
	size_t after = request->body_len - before - gap.len;
	char *body = xmalloc(before + value.len + after + 1);

	memcpy(body, request->body, before);
	memcpy(body + before, value.ptr, value.len);
	memcpy(body + before + value.len, gap.ptr + gap.len, after);
	request->body_len = before + value.len + after;
	body[request->body_len] = '\0';
	free(request->body);
	request->body = body;
}

/* A member that is not there yet becomes the first of its object. */
static int insert(struct request *request, const struct pointer *pointer, const char *value,
		  struct err *err)
{
	struct slice body = { request->body, request->body_len }, object, key;
	struct pointer *parent = parent_of(pointer, &key);
	int rc = pointer_find(parent, body, &object, err);
	struct json *name = json_new_string_len(key.ptr, key.len);
	char *quoted = json_text(name, false), *member;

	if (rc == 0 && *object.ptr != '{')
		rc = -ENOENT;
	if (rc == 0) {
		bool empty = object.ptr[1 + strspn(object.ptr + 1, " \t\r\n")] == '}';

		member = xasprintf("%s:%s%s", quoted, value, empty ? "" : ",");
		splice(request, (struct slice) { object.ptr + 1, 0 }, slice_of(member));
		free(member);
	}
	free(quoted);
	json_unref(name);
	pointer_free(parent);
	return rc;
}

static int place_in_body(struct request *request, const struct pointer *pointer, const char *value,
			 struct err *err)
{
	struct slice body = { request->body, request->body_len }, old;
	int rc = -ENOENT;

	if (request->body && pointer_steps(pointer) > 0)
		rc = pointer_find(pointer, body, &old, err);
	if (rc == 0)
		splice(request, old, slice_of(value));
	else if (rc == -ENOENT && request->body && pointer_steps(pointer) > 0)
		rc = insert(request, pointer, value, err);
	if (rc == -ENOENT)
		err_set(err, rc, "the body has no object to put the page into");
	if (rc < 0)
		err_within(err, "pages.body %s", pointer_text(pointer));
	return rc < 0 ? -EINVAL : 0;
}

/* ---- values anywhere ---- */

static void replace_url(struct request *request, char *url)
{
	free(request->url);
	request->url = url;
}

static int place_value(struct request *request, const char *value, struct err *err)
{
	const struct paging *paging = page_paging(request);

	if (paging->body)
		return place_in_body(request, paging->body, value, err);
	if (paging->header) {
		headers_remove(request->headers, paging->header);
		return headers_add(&request->headers, paging->header, value, err);
	}
	replace_url(request, url_with_query(request->url, paging->param, value));
	return 0;
}

/* The first page of those that are counted has a number too; other chains begin without a token. */
static int place_number(struct request *request, struct err *err)
{
	char first[24];

	snprintf(first, sizeof(first), "%" PRIu64, page_paging(request)->start);
	return place_value(request, request->page_token ? request->page_token : first, err);
}

static void place_size(struct request *request)
{
	const struct paging *paging = page_paging(request);
	char size[24];

	if (!paging->size_param || paging->size == 0)
		return;
	snprintf(size, sizeof(size), "%" PRIu64, paging->size);
	replace_url(request, url_with_query(request->url, paging->size_param, size));
}

int page_place(struct request *request, struct err *err)
{
	const struct paging *paging = page_paging(request);

	if (paging->by == JOB_PAGES_NONE)
		return 0;
	place_size(request);
	if (paging_counts(paging))
		return place_number(request, err);
	if (paging->by != JOB_PAGES_CURSOR)
		return place_address(request, err);
	return request->page_token ? place_value(request, request->page_token, err) : 0;
}
