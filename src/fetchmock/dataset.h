/* A dataset: many records behind one route, given out in pages.
 *
 * Records are computed from their index, never stored, so a million of them cost nothing; record i
 * is the same whatever page it comes in. Pages are linked by a Link header (RFC 8288; a page number
 * as GitHub has it) or by a cursor in the body.
 */
#ifndef FETCHMOCK_DATASET_H
#define FETCHMOCK_DATASET_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "fetchmock/ask.h"
#include "fetchmock/body.h"

#define DATASET_COUNT_MAX (UINT64_C(1) << 40)

enum dataset_pages { DATASET_WHOLE, DATASET_LINK, DATASET_CURSOR, DATASET_PAGES__COUNT };
extern const char *const dataset_pages_names[]; /* NULL for DATASET_WHOLE's place */

struct dataset {
	char *name;
	uint64_t count;
	struct body **rows;  /* `count` of them, one a record; NULL: all are `record` */
	struct body *record; /* ${index} is the record's, from 0 */
	enum dataset_pages pages;
	uint64_t size, max_size;   /* records a page: unless asked, and at most */
	char *param, *limit_param; /* query parameters: which page or cursor; how many */
	uint64_t seed;
};

struct dataset *dataset_new(void);
void dataset_free(struct dataset *dataset);

/* The part of the dataset one request asks for. */
struct page {
	const struct dataset *dataset;
	uint64_t first, count;
	uint64_t size;
	uint64_t seed; /* of the dataset under this path: /orders/{customer} differs for each */
};

/* -EINVAL with a sentence for a page number, cursor or limit that is none of this dataset's. */
int page_find(const struct dataset *dataset, const struct ask *ask, struct page *page,
	      struct err *err);
bool page_has_next(const struct page *page);
/* The cursor of the page after this one. */
void page_cursor(const struct page *page, struct buf *out);
/* The value of the Link header (first, prev, next, last as they exist); nothing when there is only
 * one page. Addresses are absolute when the request named its host. */
void page_link(const struct page *page, const struct ask *ask, struct buf *out);
/* The records as a JSON array; their templates may look up names of the request in `request`. */
void page_records(const struct page *page, const struct fill *request, struct buf *out);

#endif
