/* One page as its chain sees it: how many records, which, and what the API says there are.
 *
 * Records are told apart by marks, 64-bit hashes of the record or of its `pages.key`, so that what
 * is kept of a page is small. A mark is never 0.
 */
#ifndef RUN_PAGE_VIEW_H
#define RUN_PAGE_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "data/extract.h"
#include "fetch/outcome.h"
#include "fetch/page.h"

struct page_view {
	bool paged;         /* false: the others are not filled, it tells its chain nothing */
	uint64_t records;   /* in it, less those known from the page before */
	uint64_t total;     /* PAGE_UNSAID: not said */
	uint64_t mark;      /* of all its records in their order; 0: there is none */
	uint64_t last_mark; /* of its last record; 0: there is none */
	bool repeats_last;  /* the last record of the page before is on it again */
	char *recognised;   /* by: auto, first page: the settings found; NULL otherwise */
};

/* Marks the records. With `pages.overlap` those the page before ended with are taken out of
 * `extract`; PAGE_DRIFT with a sentence when they are not there. */
enum outcome page_view_fill(struct page_view *view, const struct request *request,
			    struct extract *extract, struct err *err);

#endif
