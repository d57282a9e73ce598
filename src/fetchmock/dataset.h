/* A dataset: many records behind one route, given out in pages.
 *
 * Records are computed from their index, never stored, so a million of them cost nothing; record i
 * is the same whatever page it comes in. Pages are asked for by number, offset or cursor,
 * and named by a Link header (RFC 8288; a page number as GitHub has it), a cursor or an address in
 * the body.
 *
 * A dataset may drift: after every so many requests records appear in front of the others (with
 * indexes above theirs), or the first ones go. Numbered pages then move; cursors do not.
 */
#ifndef FETCHMOCK_DATASET_H
#define FETCHMOCK_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetchmock/ask.h"
#include "fetchmock/body.h"

#define DATASET_COUNT_MAX (UINT64_C(1) << 40)

enum dataset_pages {
	DATASET_WHOLE,
	DATASET_LINK,
	DATASET_CURSOR,
	DATASET_PAGE,
	DATASET_OFFSET,
	DATASET_NEXT_URL,
	DATASET_PAGES__COUNT
};
extern const char *const dataset_pages_names[]; /* NULL for DATASET_WHOLE's place */

struct dataset {
	char *name;
	uint64_t count;
	struct body **rows;  /* `count` of them, one a record; NULL: all are `record` */
	struct body *record; /* ${index} is the record's, from 0 */
	enum dataset_pages pages;
	uint64_t size, max_size;          /* records a page: unless asked, and at most */
	char *param, *limit_param;        /* query parameters: which page or cursor; how many */
	char *param_header;               /* a request header for the first of them; NULL: none */
	struct pointer *param_body;       /* or a place in the JSON body; NULL: none */
	char *next_header, *total_header; /* headers of the answer, for what they say; NULL */
	uint64_t start;                   /* number of the first page */
	struct drift {
		uint64_t every, times;   /* after so many requests; so often (0: on and on) */
		uint64_t added, removed; /* records in front, each time */
	} drift;
	uint64_t asked; /* the number of this request, from 1: what drift goes by */
	uint64_t seed;
};

struct dataset *dataset_new(void);
void dataset_free(struct dataset *dataset);

/* The part of the dataset one request asks for. */
struct page {
	const struct dataset *dataset;
	uint64_t first, count;   /* positions in the list as it is now */
	uint64_t size, total;    /* of a full page; of the list */
	uint64_t added, removed; /* by drift: in front of record `removed` */
	uint64_t seed; /* of the dataset under this path: /orders/{customer} differs for each */
};

/* -EINVAL with a sentence for a page number, cursor or limit that is none of this dataset's. */
int page_find(const struct dataset *dataset, const struct ask *ask, struct page *page,
	      struct err *err);
bool page_has_next(const struct page *page);
uint64_t page_number(const struct page *page); /* from dataset->start */
uint64_t page_last(const struct page *page);   /* the number of the last one */
/* The cursor of the page after this one. */
void page_cursor(const struct page *page, struct buf *out);
/* The address of the page after this one, on this host. */
void page_address(const struct page *page, const struct ask *ask, struct buf *out);
/* The value of the Link header (first, prev, next, last as they exist); nothing when there is only
 * one page. Addresses are absolute when the request named its host. */
void page_link(const struct page *page, const struct ask *ask, struct buf *out);
/* The records as a JSON array; their templates may look up names of the request in `request`. */
void page_records(const struct page *page, const struct fill *request, struct buf *out);

#endif
