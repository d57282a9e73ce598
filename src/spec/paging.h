/* How the pages of one chain are followed: what `pages:` says, or what was recognised on a chain's
 * first answer (by: auto) in the same words.
 */
#ifndef SPEC_PAGING_H
#define SPEC_PAGING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/pointer.h"

enum job_pages {
	JOB_PAGES_NONE,
	JOB_PAGES_LINK,
	JOB_PAGES_CURSOR,
	JOB_PAGES_PAGE,
	JOB_PAGES_OFFSET,
	JOB_PAGES_NEXT_URL,
	JOB_PAGES_AUTO,
	JOB_PAGES__COUNT
};
extern const char *const paging_names[]; /* by enum job_pages; NULL at the end */

/* When a page is the last although nothing says so; bits of `stop`. */
enum {
	PAGES_STOP_EMPTY = 1 << 0, /* it holds no record */
	PAGES_STOP_SHORT = 1 << 1, /* it holds fewer than `size` */
	PAGES_STOP_TOTAL = 1 << 2, /* the chain has as many as the API counts */
};

struct paging {
	enum job_pages by;
	struct pointer *from; /* cursor, next_url: where the next one is in the body; NULL */
	char *from_header;    /* cursor: or the response header that has it; NULL */

	/* where the page's number, offset or cursor goes: one of these */
	char *param;          /* query parameter */
	char *header;         /* request header */
	struct pointer *body; /* place in the JSON body */

	uint64_t start; /* page, offset: of the first page */
	uint64_t size;  /* records asked for; 0: not known */
	char *size_param;
	uint64_t overlap; /* offset: records of the page before to fetch again, as a proof */

	unsigned stop;         /* PAGES_STOP_* */
	struct pointer *total; /* how many records there are; NULL */
	char *total_header;
	struct pointer *more; /* whether there is another page; NULL */
	struct pointer *last; /* page: the number of the last page; NULL */
	uint64_t max;         /* 0: no limit */

	struct pointer *key; /* in a record: what tells it from others; NULL: all of it */
	char **origins;      /* that addresses of pages may lead to, besides the first's */
	size_t norigins;
};

/* Gives what was not written the value that goes with `by`. */
void paging_settle(struct paging *paging, const struct json *written);
/* From the JSON text of a `pages:` map. NULL with a sentence when it is none. */
struct paging *paging_parse(const char *text, struct err *err);
void paging_free(struct paging *paging); /* NULL is fine */
/* Rows shift from page to page when others are added or removed before them: pages are counted. */
bool paging_counts(const struct paging *paging);

#endif
