/* Datasets: from a query to a page, from a page to its records, cursor and links. */
#include "fetchmock/dataset.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "fetchmock/seed.h"

#define PARAM_MAX 64 /* bytes of a decoded parameter that can be right */

const char *const dataset_pages_names[] = { NULL, "link", "cursor", NULL };

struct dataset *dataset_new(void)
{
	struct dataset *dataset = xcalloc(1, sizeof(*dataset));

	dataset->size = 10;
	dataset->max_size = 1000;
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

static int parse_cursor(const struct page *page, const char *text, uint64_t *offset)
{
	char again[PARAM_MAX];
	uint64_t value = strtoull(text, NULL, 16);

	write_cursor(page->seed, value, again);
	if (strcmp(again, text) != 0 || value > page->dataset->count)
		return -EINVAL;
	*offset = value;
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

static int find_offset(const struct page *page, struct slice query, uint64_t *offset,
		       struct err *err)
{
	const struct dataset *dataset = page->dataset;
	bool cursor = dataset->pages == DATASET_CURSOR;
	struct buf text;
	uint64_t number = 1;
	int rc = 0;

	*offset = 0;
	buf_init(&text, PARAM_MAX);
	if (query_find(query, dataset->param, &text))
		rc = cursor ? parse_cursor(page, buf_text(&text), offset)
			    : parse_number(buf_text(&text), 1, DATASET_COUNT_MAX, &number);
	if (rc)
		err_set(err, rc, "%s: expected %s and not \"%s\"", dataset->param,
			cursor ? "a cursor that this API gave out" : "a page number from 1 up",
			buf_text(&text));
	else if (!cursor)
		*offset = number - 1 > dataset->count / page->size ? dataset->count
								   : (number - 1) * page->size;
	buf_done(&text);
	return rc;
}

int page_find(const struct dataset *dataset, const struct ask *ask, struct page *out,
	      struct err *err)
{
	struct page page = { .dataset = dataset,
			     .count = dataset->count,
			     .size = dataset->count,
			     .seed = seed_text(dataset->seed, ask->path) };
	int rc;

	if (dataset->pages != DATASET_WHOLE) {
		rc = find_size(dataset, ask->query, &page.size, err);
		if (rc == 0)
			rc = find_offset(&page, ask->query, &page.first, err);
		if (rc)
			return rc;
		if (page.first > dataset->count)
			page.first = dataset->count;
		page.count = dataset->count - page.first;
		if (page.count > page.size)
			page.count = page.size;
	}
	*out = page;
	return 0;
}

bool page_has_next(const struct page *page)
{
	return page->first + page->count < page->dataset->count;
}

void page_cursor(const struct page *page, struct buf *out)
{
	char text[PARAM_MAX];

	write_cursor(page->seed, page->first + page->count, text);
	buf_add_text(out, text);
}

/* <http://host/path?other=1&page=N>; rel="REL" */
static void add_link(const struct page *page, const struct ask *ask, uint64_t number,
		     const char *rel, struct buf *out)
{
	struct slice rest = ask->query;
	const char *host = ask->header ? ask->header("Host", ask->arg) : NULL;
	struct query_pair pair;

	buf_add_text(out, out->len ? ", <" : "<");
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
	buf_addf(out, "%s=%" PRIu64 ">; rel=\"%s\"", page->dataset->param, number, rel);
}

void page_link(const struct page *page, const struct ask *ask, struct buf *out)
{
	uint64_t number = page->first / page->size + 1;
	uint64_t last = page->dataset->count ? (page->dataset->count - 1) / page->size + 1 : 1;

	if (number > 1) {
		add_link(page, ask, 1, "first", out);
		add_link(page, ask, number - 1, "prev", out);
	}
	if (page_has_next(page)) {
		add_link(page, ask, number + 1, "next", out);
		add_link(page, ask, last, "last", out);
	}
}

void page_records(const struct page *page, const struct fill *request, struct buf *out)
{
	const struct dataset *dataset = page->dataset;

	buf_add_char(out, '[');
	for (uint64_t i = page->first; i < page->first + page->count && !out->full; i++) {
		struct fill fill = { .lookup = request->lookup, .arg = request->arg };

		fill.seq = request->seq;
		fill.index = i;
		random_seed(&fill.random, seed_number(page->seed, i));
		if (i > page->first)
			buf_add_char(out, ',');
		body_render(dataset->rows ? dataset->rows[i] : dataset->record, &fill, out);
	}
	buf_add_char(out, ']');
}
