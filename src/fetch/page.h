/* Paginators: from an answer to the next page of its chain. Each is one row of paginators[]. */
#ifndef FETCH_PAGE_H
#define FETCH_PAGE_H

#include "base/err.h"
#include "base/slice.h"
#include "fetch/outcome.h"
#include "fetch/request.h"
#include "fetch/response.h"

struct paginator {
	const char *name; /* as in `pages: {by: NAME}` */
	const char *summary;
	enum job_pages kind;
	/* What the next page's token is: *token (caller frees) or NULL when this was the last page.
	 * `cursor` is the value at pages.from as JSON bytes (ptr NULL: absent). OUTCOME_OK, or
	 * BAD_PAGE with a sentence (a link to another origin, a cursor that is neither text nor
	 * number, a malformed Link). */
	enum outcome (*next)(const struct request *request, const struct response *response,
			     struct slice cursor, char **token, struct err *err);
	/* The URL of a page, from the chain's first URL and the token. Caller frees; NULL with a
	 * sentence. */
	char *(*url)(const struct job *job, const char *first_url, const char *token,
		     struct err *err);
};

extern const struct paginator paginators[]; /* ends with a NULL name; [0] is "none" */
const struct paginator *paginator_of(enum job_pages kind);

/* The target of rel="next" in a Link header, RFC 8288; NULL when there is none. Caller frees. */
char *link_next(const char *header);

#endif
