/* From a point of the matrix to a request that can be sent: see request.h. Redirects are in
 * redirect.c. */
#include "fetch/request.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/random.h"
#include "base/xalloc.h"
#include "fetch/auth.h"
#include "fetch/decode.h"
#include "fetch/headers.h"
#include "fetch/page.h"
#include "fetch/url.h"

#define BODY_MAX_BYTES   (16u << 20) /* of a request */
#define HEADER_MAX_BYTES 65536

/* The values that templates may name: the point's parameters, and what the run itself is. */
struct values {
	const struct request_scope *scope;
	struct point point;
	char run[24], scheduled[CLOCK_TEXT_MAX];
	struct buf mark; /* that an incremental job asks from */
};

const char *request_mark(const struct request_scope *scope, uint64_t index)
{
	if (!scope->marks)
		return "";
	return spool_value(scope->marks,
			   scope->job->incremental.per == JOB_MARK_PER_JOB ? 0 : index);
}

static void fill_values(struct values *values, const struct request_scope *scope, uint64_t index)
{
	values->scope = scope;
	matrix_point(&scope->job->matrix, index, &values->point);
	snprintf(values->run, sizeof(values->run), "%" PRIu64, scope->run);
	clock_format(scope->scheduled_ms, values->scheduled);
	buf_init(&values->mark, MARK_MAX);
	if (scope->job->incremental.cursor)
		job_mark_sent(scope->job, request_mark(scope, index), &values->mark, NULL);
}

static struct slice look_up(struct slice name, void *arg)
{
	const struct values *values = arg;
	const struct job *job = values->scope->job;
	struct slice value = point_value(&job->matrix, &values->point, name);

	if (value.ptr)
		return value;
	if (slice_is(name, "job"))
		return slice_of(job->name);
	if (slice_is(name, "run"))
		return slice_of(values->run);
	if (slice_is(name, "scheduled"))
		return slice_of(values->scheduled);
	if (slice_is(name, "mark") && values->mark.len > 0)
		return buf_slice(&values->mark);
	return (struct slice) { NULL, 0 };
}

static int expand(const struct template *template, struct values *values, struct buf *out,
		  struct err *err)
{
	int rc = template_expand(template, look_up, values, out, err);

	return rc == -E2BIG ? err_set(err, rc, "longer than %zu bytes", out->ceiling) : rc;
}

/* "name=value" pairs of a query or a form; what their templates give is encoded already. */
static int add_pairs(const struct job_pair *pairs, size_t n, struct values *values, struct buf *out,
		     struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		int rc;

		if (i > 0)
			buf_add_char(out, '&');
		url_encode(slice_of(pairs[i].name), out);
		buf_add_char(out, '=');
		rc = expand(pairs[i].value, values, out, err);
		if (rc < 0) {
			err_within(err, "%s", pairs[i].name);
			return rc;
		}
	}
	return 0;
}

static void begin_pair(struct buf *url)
{
	if (!memchr(buf_text(url), '?', url->len))
		buf_add_char(url, '?');
	else if (!strchr("?&", url->data[url->len - 1]))
		buf_add_char(url, '&');
}

static void add_mark(const struct job *job, const struct values *values, struct buf *url)
{
	if (!job->incremental.param || values->mark.len == 0)
		return;
	begin_pair(url);
	url_encode(slice_of(job->incremental.param), url);
	buf_add_char(url, '=');
	url_encode(buf_slice(&values->mark), url);
}

/* The text of the chain's first URL: the template, then the `query` pairs and the mark, before any
 * fragment. */
static int first_url_text(const struct job *job, struct values *values, struct buf *url,
			  struct err *err)
{
	int rc = expand(job->url, values, url, err);

	if (rc < 0) {
		err_within(err, "request.url");
		return rc;
	}
	buf_cut(url, strcspn(buf_text(url), "#"));
	if (job->nquery > 0)
		begin_pair(url);
	rc = add_pairs(job->query, job->nquery, values, url, err);
	if (rc < 0)
		err_within(err, "request.query");
	else
		add_mark(job, values, url);
	return rc;
}

static int first_url(const struct job *job, struct values *values, char **url, struct err *err)
{
	struct buf text;
	int rc;

	buf_init(&text, URL_MAX);
	rc = first_url_text(job, values, &text, err);
	if (rc == 0) {
		rc = url_resolve(NULL, buf_text(&text), url, err);
		if (rc < 0)
			err_within(err, "request.url");
	}
	buf_done(&text);
	return rc;
}

static int build_headers(struct request *request, struct values *values, struct err *err)
{
	const struct job *job = request->scope->job;
	struct buf value;
	int rc = 0;

	buf_init(&value, HEADER_MAX_BYTES);
	for (size_t i = 0; i < job->nheaders && rc == 0; i++) {
		buf_clear(&value);
		rc = expand(job->headers[i].value, values, &value, err);
		if (rc == 0 && strlen(buf_text(&value)) != value.len)
			rc = err_set(err, -EINVAL, "the value holds a control character");
		if (rc == 0)
			rc = headers_add(&request->headers, job->headers[i].name, buf_text(&value),
					 err);
		if (rc < 0)
			err_within(err, "request.headers.%s", job->headers[i].name);
	}
	buf_done(&value);
	headers_default(&request->headers, "Accept", "application/json");
	headers_default(&request->headers, "Accept-Encoding", DECODE_ACCEPT);
	headers_default(&request->headers, "User-Agent", "fetchd/" PACKAGE_VERSION);
	return rc;
}

static const struct body_kind {
	const char *content_type; /* NULL: there is no body */
	const char *setting;
} body_kinds[] = {
	[JOB_BODY_NONE] = { NULL, NULL },
	[JOB_BODY_TEXT] = { "text/plain; charset=utf-8", "request.text" },
	[JOB_BODY_JSON] = { "application/json", "request.json" },
	[JOB_BODY_FORM] = { "application/x-www-form-urlencoded", "request.form" },
	[JOB_BODY_GRAPHQL] = { "application/json", "request.graphql" },
};

static int build_body(struct request *request, struct values *values, struct err *err)
{
	const struct job *job = request->scope->job;
	const struct body_kind *kind = &body_kinds[job->body_kind];
	struct buf body;
	int rc;

	if (!kind->content_type)
		return 0;
	buf_init(&body, BODY_MAX_BYTES);
	if (job->body_kind == JOB_BODY_FORM)
		rc = add_pairs(job->form, job->nform, values, &body, err);
	else
		rc = expand(job->body, values, &body, err);
	if (rc < 0) {
		err_within(err, "%s", kind->setting);
	} else {
		request->body_len = body.len;
		request->body = buf_take(&body);
		headers_default(&request->headers, "Content-Type", kind->content_type);
	}
	buf_done(&body);
	return rc;
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t len)
{
	uint64_t both[2] = { hash, len > 0 ? hash_bytes(bytes, len) : 0 };

	return hash_bytes(both, sizeof(both));
}

static uint64_t identify(const struct request *request)
{
	uint64_t hash = mix(0, request->method, strlen(request->method));

	hash = mix(hash, request->url, strlen(request->url));
	for (char **line = request->headers; line && *line; line++)
		hash = mix(hash, *line, strlen(*line));
	return mix(hash, request->body, request->body_len);
}

void request_condition(struct request *request, const char *etag, const char *modified)
{
	if (etag)
		headers_add(&request->headers, "If-None-Match", etag, NULL);
	if (modified)
		headers_add(&request->headers, "If-Modified-Since", modified, NULL);
}

static int fill(struct request *request, struct err *err)
{
	const struct request_scope *scope = request->scope;
	struct values values;
	int rc;

	if (!token_valid(scope->job->method))
		return err_set(err, -EINVAL, "request.method: \"%s\" is not a method",
			       scope->job->method);
	request->method = xstrdup(scope->job->method);
	fill_values(&values, scope, request->index);
	rc = first_url(scope->job, &values, &request->url, err);
	if (rc == 0)
		rc = build_headers(request, &values, err);
	if (rc == 0)
		rc = build_body(request, &values, err);
	if (rc == 0)
		rc = page_place(request, err);
	if (rc == 0) {
		request->identity = identify(request);
		rc = auth_apply(scope, request, err);
	}
	if (rc == 0)
		request->host = url_host(request->url);
	buf_done(&values.mark);
	return rc;
}

static void join_chain(struct request *request, const struct request_chain *chain)
{
	request->page = chain->page;
	request->page_token = chain->token ? xstrdup(chain->token) : NULL;
	request->chain_records = chain->records;
	request->chain_last = chain->last;
}

int request_build_page(const struct request_scope *scope, uint64_t index,
		       const struct request_chain *chain, struct request **request, struct err *err)
{
	struct request *made = xcalloc(1, sizeof(*made));
	int rc = 0;

	assert(index < scope->job->matrix.points);
	made->scope = scope;
	made->index = index;
	made->tries = 1;
	join_chain(made, chain);
	if (chain->paging) {
		made->paging = paging_parse(chain->paging, err);
		rc = made->paging ? 0 : -EINVAL;
	}
	if (rc == 0)
		rc = fill(made, err);
	if (rc < 0) {
		request_free(made);
		return -EINVAL;
	}
	*request = made;
	return 0;
}

int request_build(const struct request_scope *scope, uint64_t index, uint32_t page,
		  const char *page_token, struct request **request, struct err *err)
{
	struct request_chain chain = { .page = page, .token = page_token };

	return request_build_page(scope, index, &chain, request, err);
}

void request_free(struct request *request)
{
	if (!request)
		return;
	free(request->page_token);
	paging_free(request->paging);
	free(request->method);
	free(request->url);
	free(request->host);
	headers_free(request->headers);
	if (request->errand && request->body) /* a password, or a refresh token */
		explicit_bzero(request->body, request->body_len);
	free(request->body);
	if (request->token)
		explicit_bzero(request->token, strlen(request->token));
	free(request->token);
	free(request);
}
