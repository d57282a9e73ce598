/* What a chain of pages must not do: come back to where it was, end before its time, or move while
 * it is followed. See chains.h.
 *
 * Where pages are counted (page, offset) a row that is removed before them pulls another one over
 * the edge between two pages, and nobody sees it; one that is added pushes one over the edge again.
 * The API's own total, and the record at the edge, tell. Such a chain is followed to its end, and
 * then is a failure: what came has landed, and the reader knows that it is not all.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "run/chains.h"

static uint64_t records_with(const struct chain *chain, const struct page_view *view)
{
	return view->records + (chain ? chain->watch.records : 0);
}

static uint64_t least_total(const struct chain *chain, const struct page_view *view)
{
	uint64_t low = chain ? chain->watch.total_low : UINT64_MAX;

	return view->total < low ? view->total : low;
}

enum outcome chain_check(const struct chain *chain, const struct page_view *view, bool ends,
			 struct err *err)
{
	uint64_t have = records_with(chain, view), total = least_total(chain, view);

	if (!view->paged)
		return OUTCOME_OK;
	if (chain && view->mark &&
	    (view->mark == chain->watch.mark || view->mark == chain->watch.anchor)) {
		err_set(err, 0,
			"this page holds the very records of one before it: the pages go in a "
			"circle, or the API does not understand how they are asked for");
		return OUTCOME_PAGE_LOOP;
	}
	if (ends && total != PAGE_UNSAID && have < total) {
		err_set(err, 0,
			"the pages end after %" PRIu64 " records, and the API counts %" PRIu64,
			have, total);
		return OUTCOME_PAGES_MISSING;
	}
	return OUTCOME_OK;
}

static void note_drift(struct chain *chain, const struct page_view *view,
		       const struct paging *paging)
{
	const struct chain_watch *watch = &chain->watch;
	bool said = view->total != PAGE_UNSAID && watch->total_low <= watch->total_high;

	if (chain->drift || !paging_counts(paging))
		return;
	if (said && view->total < watch->total_high)
		chain->drift = xasprintf("the API counted %" PRIu64 " records and then %" PRIu64
					 " while the pages were fetched: rows moved, and some may "
					 "be missing",
					 watch->total_high, view->total);
	else if (view->repeats_last && (paging->key || (said && view->total > watch->total_low)))
		chain->drift = xstrdup("the last record of a page came again on the next one: rows "
				       "moved while the pages were fetched, and some came twice");
}

void chain_watch_page(struct chain *chain, const struct page_view *view,
		      const struct paging *paging)
{
	struct chain_watch *watch = &chain->watch;

	if (!view->paged)
		return;
	note_drift(chain, view, paging);
	watch->records += view->records;
	if (view->total != PAGE_UNSAID) {
		watch->total_low = view->total < watch->total_low ? view->total : watch->total_low;
		watch->total_high =
			view->total > watch->total_high ? view->total : watch->total_high;
	}
	if ((chain->page & (chain->page - 1)) == 0)
		watch->anchor = view->mark;
	watch->mark = view->mark;
	if (view->last_mark)
		watch->last_mark = view->last_mark;
}

const char *chain_drift(struct chain *chain, const struct paging *paging)
{
	const struct chain_watch *watch = &chain->watch;

	if (!chain->drift && paging_counts(paging) && watch->total_low <= watch->total_high &&
	    watch->records < watch->total_high)
		chain->drift = xasprintf("the API counted up to %" PRIu64 " records while the "
					 "pages were fetched, and %" PRIu64 " came: rows moved, "
					 "and some are missing",
					 watch->total_high, watch->records);
	return chain->drift;
}
