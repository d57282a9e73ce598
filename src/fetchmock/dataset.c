/* Datasets: from a query to a page, from a page to its records, cursor and links. */
#include "fetchmock/dataset.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/pointer.h"
#include "base/scan.h"
#include "base/xalloc.h"
#include "fetchmock/seed.h"

#define PARAM_MAX 64 /* bytes of a decoded parameter that can be right */

const char *const dataset_pages_names[] = { NULL,     "link",     "cursor", "page",
					    "offset", "next_url", NULL };

struct dataset *dataset_new(void)
{
	struct dataset *dataset = xcalloc(1, sizeof(*dataset));

	dataset->size = 10;
	dataset->max_size = 1000;
	dataset->start = 1;
	return dataset;
}

void dataset_free(struct dataset *dataset)
{
	if (!dataset)
		return;
	for (uint64_t i = 0; dataset->rows && i < dataset->count; i++)
		body_free(dataset->rows[i]);
	free(dataset->rows);
	body_free(dataset->record);
	free(dataset->name);
	free(dataset->param);
	free(dataset->limit_param);
	free(dataset->param_header);
	pointer_free(dataset->param_body);
	free(dataset->next_header);
	free(dataset->total_header);
	free(dataset);
}

/* A cursor is the offset and a check that only this dataset's cursors pass, so that a client which
 * makes up or mixes up cursors is told. */
static void write_cursor(uint64_t seed, uint64_t offset, char text[static PARAM_MAX])
{
	struct random random;

	random_seed(&random, seed_number(seed, offset));
	snprintf(text, PARAM_MAX, "%" PRIx64 "-%06" PRIx64, offset, random_next(&random) >> 40);
}

/* A cursor names a record and no position, so that it means the same after a drift: its index, or
 * for one that drift has added how far it was put in front of them all. */
#define BEFORE_ALL DATASET_COUNT_MAX

static uint64_t name_at(const struct page *page, uint64_t position)
{
	return position < page->added ? BEFORE_ALL + page->added - position
				      : position - page->added + page->removed;
}

static uint64_t position_of(const struct page *page, uint64_t name)
{
	if (name > BEFORE_ALL)
		return page->added - (name - BEFORE_ALL);
	return name < page->removed ? page->added : name - page->removed + page->added;
}

static int parse_cursor(const struct page *page, const char *text, uint64_t *offset)
{
	char again[PARAM_MAX];
	uint64_t value = strtoull(text, NULL, 16);

	write_cursor(page->seed, value, again);
	if (strcmp(again, text) != 0 || (value > page->dataset->count && value <= BEFORE_ALL))
		return -EINVAL;
	*offset = position_of(page, value);
	return 0;
}

static int parse_number(const char *text, uint64_t low, uint64_t high, uint64_t *number)
{
	uint64_t value = 0;

	if (!*text || strspn(text, "0123456789") != strlen(text) || strlen(text) > 18)
		return -EINVAL;
	value = strtoull(text, NULL, 10);
	if (value < low || value > high)
		return -EINVAL;
	*number = value;
	return 0;
}

static int find_size(const struct dataset *dataset, struct slice query, uint64_t *size,
		     struct err *err)
{
	struct buf text;
	int rc = 0;

	*size = dataset->size;
	buf_init(&text, PARAM_MAX);
	if (query_find(query, dataset->limit_param, &text)) {
		rc = parse_number(buf_text(&text), 1, UINT64_MAX, size);
		if (rc)
			err_set(err, rc, "%s: expected a number from 1 up and not \"%s\"",
				dataset->limit_param, buf_text(&text));
		else if (*size > dataset->max_size)
			*size = dataset->max_size;
	}
	buf_done(&text);
	return rc;
}

static const char *what_is_right(enum dataset_pages pages)
{
	return pages == DATASET_CURSOR   ? "a cursor that this API gave out"
	       : pages == DATASET_OFFSET ? "a number of records"
					 : "a page number";
}

/* A text or a number at the place in the body; null is none. */
static bool find_in_body(const struct dataset *dataset, const struct ask *ask, struct buf *text)
{
	struct slice value;

	if (pointer_find(dataset->param_body, ask->body, &value, NULL) < 0 ||
	    slice_is(value, "null"))
		return false;
	if (*value.ptr == '"')
		scan_unescape((struct slice) { value.ptr + 1, value.len - 2 }, text);
	else
		buf_add_slice(text, value);
	return true;
}

/* What was sent for `param`, in the query, in a header or in the body. */
static bool find_asked(const struct dataset *dataset, const struct ask *ask, struct buf *text)
{
	const char *header = NULL;

	if (dataset->param_body && ask->body.ptr)
		return find_in_body(dataset, ask, text);
	if (dataset->param_header && ask->header)
		header = ask->header(dataset->param_header, ask->arg);
	if (header)
		buf_add_text(text, header);
	return header || query_find(ask->query, dataset->param, text);
}

static int parse_asked(const struct page *page, const char *text, uint64_t *offset)
{
	const struct dataset *dataset = page->dataset;
	uint64_t number;
	int rc;

	if (dataset->pages == DATASET_CURSOR)
		return parse_cursor(page, text, offset);
	if (dataset->pages == DATASET_OFFSET)
		return parse_number(text, 0, DATASET_COUNT_MAX, offset);
	rc = parse_number(text, dataset->start, DATASET_COUNT_MAX, &number);
	if (rc == 0)
		*offset = number - dataset->start > page->total / page->size
				  ? page->total
				  : (number - dataset->start) * page->size;
	return rc;
}

static int find_offset(const struct page *page, const struct ask *ask, uint64_t *offset,
		       struct err *err)
{
	const struct dataset *dataset = page->dataset;
	struct buf text;
	int rc = 0;

	*offset = 0;
	buf_init(&text, PARAM_MAX);
	if (find_asked(dataset, ask, &text))
		rc = parse_asked(page, buf_text(&text), offset);
	if (rc)
		err_set(err, rc, "%s: expected %s and not \"%s\"", dataset->param,
			what_is_right(dataset->pages), buf_text(&text));
	buf_done(&text);
	return rc;
}

static void drift(struct page *page)
{
	const struct dataset *dataset = page->dataset;
	uint64_t times;

	if (dataset->drift.every == 0 || dataset->asked == 0)
		return;
	times = (dataset->asked - 1) / dataset->drift.every;
	if (dataset->drift.times > 0 && times > dataset->drift.times)
		times = dataset->drift.times;
	page->added = times * dataset->drift.added;
	page->removed = times * dataset->drift.removed;
	if (page->removed > dataset->count)
		page->removed = dataset->count;
	page->total = dataset->count + page->added - page->removed;
}

int page_find(const struct dataset *dataset, const struct ask *ask, struct page *out,
	      struct err *err)
{
	struct page page = { .dataset = dataset,
			     .total = dataset->count,
			     .seed = seed_text(dataset->seed, ask->path) };
	int rc;

	drift(&page);
	page.count = page.size = page.total;
	if (dataset->pages != DATASET_WHOLE) {
		rc = find_size(dataset, ask->query, &page.size, err);
		if (rc == 0)
			rc = find_offset(&page, ask, &page.first, err);
		if (rc)
			return rc;
		if (page.first > page.total)
			page.first = page.total;
		page.count = page.total - page.first;
		if (page.count > page.size)
			page.count = page.size;
	}
	*out = page;
	return 0;
}

bool page_has_next(const struct page *page)
{
	return page->first + page->count < page->total;
}

uint64_t page_number(const struct page *page)
{
	return page->dataset->start + (page->size ? page->first / page->size : 0);
}

uint64_t page_last(const struct page *page)
{
	return page->dataset->start + (page->total ? (page->total - 1) / page->size : 0);
}

void page_cursor(const struct page *page, struct buf *out)
{
	char text[PARAM_MAX];

	write_cursor(page->seed, name_at(page, page->first + page->count), text);
	buf_add_text(out, text);
}

/* http://host/path?other=1&page=N */
static void add_address(const struct page *page, const struct ask *ask, uint64_t number,
			struct buf *out)
{
	const char *host = ask->header ? ask->header("Host", ask->arg) : NULL;
	struct slice rest = ask->query;
	struct query_pair pair;

	if (host)
		buf_addf(out, "http://%s", host);
	buf_add_slice(out, ask->path);
	buf_add_char(out, '?');
	while (query_next(&rest, &pair)) {
		if (slice_is(pair.name, page->dataset->param))
			continue;
		buf_add_slice(out, pair.name);
		buf_add_char(out, '=');
		buf_add_slice(out, pair.value);
		buf_add_char(out, '&');
	}
	buf_addf(out, "%s=%" PRIu64, page->dataset->param, number);
}

void page_address(const struct page *page, const struct ask *ask, struct buf *out)
{
	add_address(page, ask, page_number(page) + 1, out);
}

/* <ADDRESS>; rel="REL" */
static void add_link(const struct page *page, const struct ask *ask, uint64_t number,
		     const char *rel, struct buf *out)
{
	buf_add_text(out, out->len ? ", <" : "<");
	add_address(page, ask, number, out);
	buf_addf(out, ">; rel=\"%s\"", rel);
}

void page_link(const struct page *page, const struct ask *ask, struct buf *out)
{
	uint64_t number = page_number(page);

	if (number > page->dataset->start) {
		add_link(page, ask, page->dataset->start, "first", out);
		add_link(page, ask, number - 1, "prev", out);
	}
	if (page_has_next(page)) {
		add_link(page, ask, number + 1, "next", out);
		add_link(page, ask, page_last(page), "last", out);
	}
}

/* The record at a position; those that drift added have the indexes above all others. */
static uint64_t index_at(const struct page *page, uint64_t position)
{
	return position < page->added ? page->dataset->count + page->added - 1 - position
				      : position - page->added + page->removed;
}

void page_records(const struct page *page, const struct fill *request, struct buf *out)
{
	const struct dataset *dataset = page->dataset;

	buf_add_char(out, '[');
	for (uint64_t i = page->first; i < page->first + page->count && !out->full; i++) {
		struct fill fill = { .lookup = request->lookup, .arg = request->arg };

		fill.seq = request->seq;
		fill.index = index_at(page, i);
		random_seed(&fill.random, seed_number(page->seed, fill.index));
		if (i > page->first)
			buf_add_char(out, ',');
		body_render(dataset->rows ? dataset->rows[fill.index] : dataset->record, &fill,
			    out);
	}
	buf_add_char(out, ']');
}
