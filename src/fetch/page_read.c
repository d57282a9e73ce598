/* What an answer says of its chain, beside the records: see page.h. */
#include <string.h>

#include "fetch/page.h"

void page_want(const struct request *request, struct response *response)
{
	const struct paging *paging = page_paging(request);

	response->cursor_header = paging->from_header;
	response->total_header =
		paging->by == JOB_PAGES_AUTO && !paging->total && !paging->total_header
			? "X-Total-Count"
			: paging->total_header;
}

/* A whole number, as JSON or as the text of one; false when it is anything else. */
static bool whole_number(struct slice value, uint64_t *number)
{
	if (value.len >= 2 && value.ptr[0] == '"') {
		value.ptr++;
		value.len -= 2;
	}
	if (value.len == 0 || value.len > 18)
		return false;
	*number = 0;
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] < '0' || value.ptr[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	return true;
}

static bool is_absent(struct slice value)
{
	return !value.ptr || slice_is(value, "null");
}

/* A number that was announced must be on the first page at least, or it proves nothing. */
static enum outcome read_number(const struct request *request, struct slice value,
				const char *setting, uint64_t *number, struct err *err)
{
	*number = PAGE_UNSAID;
	if (is_absent(value) && request->page > 0)
		return OUTCOME_OK;
	if (is_absent(value))
		err_set(err, 0, "the answer has nothing where %s points", setting);
	else if (whole_number(value, number))
		return OUTCOME_OK;
	else
		err_set(err, 0, "what %s points at is not a whole number", setting);
	*number = PAGE_UNSAID;
	return OUTCOME_BAD_PAGE;
}

static enum outcome read_more(struct slice value, int *more, struct err *err)
{
	*more = slice_is(value, "true") ? 1 : slice_is(value, "false") ? 0 : -1;
	if (*more >= 0 || is_absent(value))
		return OUTCOME_OK;
	err_set(err, 0, "what pages.more points at is neither true nor false");
	return OUTCOME_BAD_PAGE;
}

static enum outcome read_total(const struct request *request, const struct response *response,
			       struct slice found, uint64_t *total, struct err *err)
{
	const struct paging *paging = page_paging(request);

	if (paging->total_header)
		return read_number(request, slice_of(response->headers[HEADER_PAGE_TOTAL]),
				   "pages.total_header", total, err);
	return paging->total ? read_number(request, found, "pages.total", total, err) : OUTCOME_OK;
}

enum outcome page_read(const struct request *request, const struct response *response,
		       const struct page_found *found, struct page_answer *answer, struct err *err)
{
	const struct paging *paging = page_paging(request);
	enum outcome outcome;

	answer->cursor = found->cursor;
	answer->total = answer->last = PAGE_UNSAID;
	answer->more = -1;
	outcome = read_total(request, response, found->total, &answer->total, err);
	if (paging->more && outcome == OUTCOME_OK)
		outcome = read_more(found->more, &answer->more, err);
	if (paging->last && outcome == OUTCOME_OK)
		outcome = read_number(request, found->last, "pages.last", &answer->last, err);
	return outcome;
}
