/* Pages as chains see them: see page_view.h. */
#include "run/page_view.h"

#include <string.h>

#include "base/random.h"

static uint64_t mark_of(struct slice record, const struct pointer *key)
{
	struct slice value;
	uint64_t mark;

	if (!key || pointer_find(key, record, &value, NULL) < 0)
		value = record;
	mark = hash_bytes(value.ptr, value.len);
	return mark ? mark : 1;
}

/* Takes out what came before, and the record with that mark: where the page before ended. */
static enum outcome cut_overlap(struct page_view *view, size_t at, struct extract *extract,
				struct err *err)
{
	if (at == SIZE_MAX) {
		err_set(err, 0,
			"the last record of the page before is not on this one (pages.overlap): "
			"rows were removed or changed while the pages were fetched, and some may "
			"be missing");
		return OUTCOME_PAGE_DRIFT;
	}
	extract->len -= at + 1;
	memmove(extract->records, extract->records + at + 1,
		extract->len * sizeof(*extract->records));
	view->repeats_last = false;
	return OUTCOME_OK;
}

enum outcome page_view_fill(struct page_view *view, const struct request *request,
			    struct extract *extract, struct err *err)
{
	const struct paging *paging = page_paging(request);
	uint64_t before = request->page > 0 ? request->chain_last : 0;
	bool overlaps = paging->overlap > 0 && before != 0;
	size_t at = SIZE_MAX;
	enum outcome outcome = OUTCOME_OK;

	view->paged = true;
	for (size_t i = 0; i < extract->len; i++) {
		uint64_t mark = mark_of(extract->records[i], paging->key);

		view->mark = (view->mark ^ mark) * UINT64_C(0x9e3779b97f4a7c15) + 1;
		view->last_mark = mark;
		if (mark == before)
			at = i;
	}
	view->repeats_last = at != SIZE_MAX;
	if (overlaps)
		outcome = cut_overlap(view, at, extract, err);
	view->records = extract->len;
	return outcome;
}
