/* Paginators: from an answer to the next page of its chain. Each is one row of paginators[].
 *
 * The worker reads what an answer says of its chain (page_read) and what the next page's token is
 * (page_next); the main loop puts the token into the next request (page_place). A token is a
 * page's number, an offset, a cursor or an address, as text.
 */
#ifndef FETCH_PAGE_H
#define FETCH_PAGE_H

#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "fetch/outcome.h"
#include "fetch/request.h"
#include "fetch/response.h"

#define PAGE_UNSAID UINT64_MAX

/* The values in a body that `pages:` points at, as JSON bytes; ptr NULL: absent. */
struct page_found {
	struct slice cursor, total, more, last;
};

/* What an answer says of the chain it is in. */
struct page_answer {
	uint64_t served;     /* records in it */
	uint64_t records;    /* of these, the ones not seen on the page before (pages.overlap) */
	struct slice cursor; /* the value at pages.from as JSON bytes; ptr NULL: absent */
	uint64_t total;      /* records the API counts, or PAGE_UNSAID */
	uint64_t last;       /* number of the last page, or PAGE_UNSAID */
	int more;            /* whether another page follows: 1, 0, or -1 when it is not said */
};

struct paginator {
	const char *name; /* as in `pages: {by: NAME}` */
	const char *summary;
	enum job_pages kind;
	/* What the next page's token is: *token (caller frees) or NULL when the answer names none.
	 * OUTCOME_OK, or BAD_PAGE with a sentence (a link to another origin, a cursor that is
	 * neither text nor number, a malformed Link). */
	enum outcome (*next)(const struct request *request, const struct response *response,
			     const struct page_answer *answer, char **token, struct err *err);
};

extern const struct paginator paginators[]; /* ends with a NULL name; [0] is "none" */
const struct paginator *paginator_of(enum job_pages kind);

/* How the chain of this request is followed: the job's, or what was recognised. */
const struct paging *page_paging(const struct request *request);
/* Which headers of the answer its chain needs; before it arrives. */
void page_want(const struct request *request, struct response *response);

/* Fills cursor, total, last and more; the other members are the caller's. OUTCOME_OK, or BAD_PAGE
 * with a sentence. */
enum outcome page_read(const struct request *request, const struct response *response,
		       const struct page_found *found, struct page_answer *answer, struct err *err);
/* The next page's token: *token (caller frees), or NULL when by the answer or by the rules of
 * `pages.stop` this page is the last. Outcomes as `next`. */
enum outcome page_next(const struct request *request, const struct response *response,
		       const struct page_answer *answer, char **token, struct err *err);
/* by: auto, on the first answer of a chain: *text becomes the settings of `pages:` that fit it, as
 * JSON text for paging_parse (caller frees). BAD_PAGE with a sentence when the answer says that
 * there is more, but in no way that is known. */
enum outcome page_recognise(const struct request *request, const struct response *response,
			    struct slice body, uint64_t records, char **text, struct err *err);

/* Puts the request's token, or what the first page is called, where it goes: address, query,
 * header or body. -EINVAL with a sentence; -EPERM when an address leads to an origin that
 * `pages.origins` does not allow. */
int page_place(struct request *request, struct err *err);
/* Is the URL on the chain's own origin, or on one that is allowed? `away` tells the two apart. */
bool page_may_lead_to(const struct paging *paging, const char *from, const char *url, bool *away);

#endif
