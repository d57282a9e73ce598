/* The digest: see digest.h. It reads as the list of steps a response must pass; the first that
 * does not say OK names the outcome.
 */
#include "run/digest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/pick.h"
#include "base/xalloc.h"
#include "fetch/charset.h"
#include "fetch/decode.h"
#include "fetch/headers.h"
#include "fetch/page.h"
#include "fetch/retry.h"
#include "run/context.h"
#include "run/reading.h"
#include "run/recalled.h"

/* Rows may be larger than the body they came from (metadata, quoting), but not without bound. */
#define ROWS_CEILING(body) ((body)*8 + (size_t)4 * 1024 * 1024)

/* The single values that are looked for in every body. */
enum { PROBE_CURSOR, PROBE_TOTAL, PROBE_MORE, PROBE_LAST, PROBE_EXPECTED };

struct digesting {
	struct parcel *parcel;
	struct request *request;
	struct response *response;
	const struct job *job;
	struct err err;
};

typedef enum outcome digest_step_fn(struct digesting *d);

static enum outcome transferred(struct digesting *d)
{
	if (d->response->transfer != OUTCOME_OK)
		err_set(&d->err, 0, "%s",
			d->response->error[0] ? d->response->error
					      : outcomes[d->response->transfer].sentence);
	return d->response->transfer;
}

/* Nothing is unchanged for one who never said what he has: a 304 to a plain request brings no
 * records, and would end a chain in its middle. */
static bool is_unasked_304(const struct request *request, enum outcome outcome)
{
	return outcome == OUTCOME_UNCHANGED && !headers_has(request->headers, "If-None-Match") &&
	       !headers_has(request->headers, "If-Modified-Since");
}

static char *copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* The page is what it was, and so is what its chain makes of it. */
static enum outcome as_before(struct digesting *d)
{
	const struct validator_record *validator = &d->request->recalled->validator;
	struct page_view *view = &d->parcel->page;

	if (validator->view_len == sizeof(*view))
		memcpy(view, validator->view, sizeof(*view));
	view->recognised = copy(validator->paging);
	d->parcel->next_token = copy(validator->token);
	if (!view->recognised)
		return OUTCOME_UNCHANGED;
	paging_free(d->request->paging);
	d->request->paging = paging_parse(view->recognised, &d->err);
	return d->request->paging ? OUTCOME_UNCHANGED : OUTCOME_BAD_PAGE;
}

static enum outcome status_means(struct digesting *d)
{
	enum outcome outcome = outcome_of_status(d->response->status);
	const char *location = d->response->headers[HEADER_LOCATION];

	if (outcome == OUTCOME_UNCHANGED && d->request->recalled)
		outcome = as_before(d);
	if (is_unasked_304(d->request, outcome)) {
		err_set(&d->err, 0, "the server answered %d to a request without a condition",
			d->response->status);
		return OUTCOME_HTTP_OTHER;
	}
	if (outcome == OUTCOME_FOLLOW) {
		if (!location) {
			err_set(&d->err, 0, "the server answered %d without a Location to follow",
				d->response->status);
			return OUTCOME_REDIRECT;
		}
		d->parcel->location = xstrdup(location);
	} else if (outcomes[outcome].counts == COUNTS_FAILED) {
		err_set(&d->err, 0, "the server answered %d", d->response->status);
	}
	return outcome;
}

static enum outcome decoded(struct digesting *d)
{
	enum outcome outcome = decode_body(d->response->headers[HEADER_CONTENT_ENCODING],
					   &d->response->body, d->job->max_body_bytes, &d->err);

	if (outcome == OUTCOME_OK)
		outcome = charset_to_utf8(d->job->decode.charset,
					  d->response->headers[HEADER_CONTENT_TYPE],
					  &d->response->body, d->job->max_body_bytes, &d->err);
	if (outcome == OUTCOME_OK && d->response->body.len == 0) {
		err_set(&d->err, 0, "%s", outcomes[OUTCOME_EMPTY_BODY].sentence);
		return OUTCOME_EMPTY_BODY;
	}
	return outcome;
}

/* A count in an answer, also as a text: "120". */
static bool count_of(struct slice value, uint64_t *count)
{
	uint64_t read = 0;

	if (value.len > 2 && *value.ptr == '"')
		value = (struct slice) { value.ptr + 1, value.len - 2 };
	if (value.len == 0 || value.len > 18)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
		read = read * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	*count = read;
	return true;
}

static enum outcome extracted(struct digesting *d)
{
	const struct paging *paging = page_paging(d->request);
	const struct extract_ask ask = {
		.records = d->job->records,
		.probes = { [PROBE_CURSOR] = paging->from,
			    [PROBE_TOTAL] = paging->total,
			    [PROBE_MORE] = paging->more,
			    [PROBE_LAST] = paging->last,
			    [PROBE_EXPECTED] = d->job->expect.total },
	};
	enum outcome outcome =
		reading_records(d->job, d->response, &ask, &d->parcel->extract, &d->err);

	if (outcome == OUTCOME_OK && d->job->expect.total && d->request->page == 0)
		d->parcel->untold =
			!count_of(d->parcel->extract.found[PROBE_EXPECTED], &d->parcel->expected);
	return outcome;
}

/* by: auto, on the first page: from here on this request is of a chain of that kind. */
static enum outcome recognised(struct digesting *d, struct slice body, struct page_found *found)
{
	struct page_view *view = &d->parcel->page;
	enum outcome outcome = page_recognise(d->request, d->response, body, d->parcel->extract.len,
					      &view->recognised, &d->err);
	struct paging *paging;
	struct slice values[4];

	if (outcome != OUTCOME_OK)
		return outcome;
	paging_free(d->request->paging);
	d->request->paging = paging = paging_parse(view->recognised, &d->err);
	if (!paging)
		return OUTCOME_BAD_PAGE;
	if (pick((const struct pointer *[]) { paging->from, paging->total, paging->more,
					      paging->last },
		 4, body, values, NULL) == 0)
		*found = (struct page_found) { values[0], values[1], values[2], values[3] };
	return OUTCOME_OK;
}

/* What the answer says of its chain, and of the next page. */
static enum outcome read_page(struct digesting *d, const struct page_found *found)
{
	struct page_view *view = &d->parcel->page;
	struct page_answer answer = { .served = d->parcel->extract.len };
	enum outcome outcome = page_read(d->request, d->response, found, &answer, &d->err);

	if (outcome == OUTCOME_OK)
		outcome = page_view_fill(view, d->request, &d->parcel->extract, &d->err);
	view->total = answer.total;
	answer.records = view->records;
	if (outcome == OUTCOME_OK)
		outcome = page_next(d->request, d->response, &answer, &d->parcel->next_token,
				    &d->err);
	return outcome;
}

static enum outcome paged(struct digesting *d)
{
	const struct slice *probes = d->parcel->extract.found;
	struct page_found found = { probes[PROBE_CURSOR], probes[PROBE_TOTAL], probes[PROBE_MORE],
				    probes[PROBE_LAST] };
	enum outcome outcome = OUTCOME_OK;

	if (page_paging(d->request)->by == JOB_PAGES_AUTO)
		outcome = recognised(d, buf_slice(&d->response->body), &found);
	if (outcome != OUTCOME_OK || page_paging(d->request)->by == JOB_PAGES_NONE)
		return outcome;
	return read_page(d, &found);
}

static enum outcome exploded(struct digesting *d)
{
	d->parcel->records = d->parcel->extract.len; /* what pages have in common is taken out */
	return reading_explode(d->job, &d->parcel->extract, &d->err);
}

/* After the pagination rule, which counts what the server sent. */
static enum outcome picked(struct digesting *d)
{
	int code = 0;

	if (d->job->incremental.cursor)
		d->parcel->increment =
			increment_pick(d->job, request_mark(d->request->scope, d->request->index),
				       &d->parcel->extract, &code, &d->err);
	return code < 0 ? OUTCOME_BAD_VALUE : OUTCOME_OK;
}

static enum outcome encoded(struct digesting *d)
{
	int rc = digest_encode(d->parcel, d->request->context->colset, &d->err);

	return rc == 0 ? OUTCOME_OK : rc == -E2BIG ? OUTCOME_TOO_BIG : OUTCOME_BAD_VALUE;
}

static digest_step_fn *const steps[] = { transferred, status_means, decoded, extracted,
					 paged,       exploded,     picked,  encoded };

int digest_encode(struct parcel *parcel, const struct colset *colset, struct err *err)
{
	const struct request *request = parcel->request;
	const struct request_scope *scope = request->scope;
	struct digest_context *context = request->context;
	struct point point;
	char *url = request_url_shown(request, request->url);
	struct row_meta meta = {
		.fetched_ms = parcel->fetched_ms,
		.scheduled_ms = scope->scheduled_ms,
		.run = scope->run,
		.request = request->index,
		.page = request->page,
		.status = parcel->status,
		.url = url,
		.matrix = &scope->job->matrix,
		.point = &point,
	};
	int rc;

	matrix_point(&scope->job->matrix, request->index, &point);
	buf_clear(&parcel->rows.bytes);
	buf_clear(&parcel->rows.rejects);
	parcel->rows.count = 0;
	parcel->rows.rejected = 0;
	buf_clear(&parcel->rows.keys);
	parcel->rows.lacking = 0;
	parcel->rows.unknown = false;
	rc = context->format->encode(scope->job, colset, &parcel->extract, &meta, &parcel->rows,
				     err);
	if (rc == 0) {
		colset_unref(parcel->colset);
		parcel->colset = colset_ref(colset);
	}
	free(url);
	return rc;
}

/* Only automatic columns of a format with a header may have to be encoded again by the lander. */
static bool body_is_kept(const struct digesting *d)
{
	const struct digest_context *context = d->request->context;

	return d->request->keep_raw ||
	       (context->format->uses_colset && colset_auto(context->colset));
}

static struct parcel *parcel_begin(struct request *request, const struct response *response)
{
	struct parcel *parcel = xcalloc(1, sizeof(*parcel));

	parcel->request = request;
	parcel->status = response->status;
	parcel->fetched_ms = response->started_ms;
	parcel->taken_us = response->taken_us;
	parcel->wire_bytes = response->wire_bytes;
	parcel->connections = response->connections;
	parcel->pid = response->pid;
	parcel->tid = response->tid;
	if (response->headers[HEADER_SET_COOKIE])
		parcel->cookies = xstrdup(response->headers[HEADER_SET_COOKIE]);
	parcel->retry_after_ms = retry_after_ms(response->headers[HEADER_RETRY_AFTER],
						response->headers[HEADER_DATE],
						response->started_ms + response->taken_us / 1000);
	return parcel;
}

/* The slices of `extract` point into the body: it moves as a whole, or they are forgotten. */
static void settle_body(struct digesting *d)
{
	struct parcel *parcel = d->parcel;
	struct buf *body = &d->response->body;

	if (body_is_kept(d)) {
		size_t ceiling = body->ceiling;

		parcel->body = *body;
		buf_init(body, ceiling);
		if (d->request->keep_raw && d->response->headers[HEADER_CONTENT_TYPE])
			parcel->content_type = xstrdup(d->response->headers[HEADER_CONTENT_TYPE]);
	} else {
		extract_done(&parcel->extract);
		parcel->extract = (struct extract) { 0 };
	}
}

/* The answer to an errand has no rows: it is handed over as it came, for fetch/grant.h to read. */
static struct parcel *hand_over(struct request *request, struct response *response)
{
	struct parcel *parcel = parcel_begin(request, response);
	size_t ceiling = response->body.ceiling;

	buf_init(&parcel->rows.bytes, 0);
	parcel->outcome = response->transfer;
	if (parcel->outcome == OUTCOME_OK)
		parcel->outcome = outcome_of_status(response->status);
	else
		parcel->error = xstrdup(response->error[0] ? response->error
							   : outcomes[parcel->outcome].sentence);
	parcel->body = response->body;
	buf_init(&response->body, ceiling);
	return parcel;
}

struct parcel *digest(struct request *request, struct response *response)
{
	enum outcome outcome = OUTCOME_OK;
	struct digesting d;

	if (request->errand)
		return hand_over(request, response);
	d = (struct digesting) {
		.parcel = parcel_begin(request, response),
		.request = request,
		.response = response,
		.job = request->scope->job,
		.err = ERR_INIT,
	};

	if (d.job->conditional) {
		d.parcel->etag = copy(response->headers[HEADER_ETAG]);
		d.parcel->modified = copy(response->headers[HEADER_LAST_MODIFIED]);
	}
	buf_init(&d.parcel->rows.bytes, ROWS_CEILING(d.job->max_body_bytes));
	buf_init(&d.parcel->rows.keys, SIZE_MAX / 4); /* 8 bytes a row */
	buf_init(&d.parcel->rows.rejects, ROWS_CEILING(d.job->max_body_bytes));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && outcome == OUTCOME_OK; i++)
		outcome = steps[i](&d);
	d.parcel->outcome = outcome;
	if (outcome == OUTCOME_EMPTY) /* it ends its chain, which must be whole by then */
		d.parcel->page = (struct page_view) { .paged = true, .total = PAGE_UNSAID };
	if (outcomes[outcome].counts == COUNTS_FAILED)
		d.parcel->error = xstrdup(d.err.text[0] ? d.err.text : outcomes[outcome].sentence);
	settle_body(&d);
	return d.parcel;
}
