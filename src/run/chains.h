/* The open chains of a run: points whose next page is known and not yet finished.
 *
 * Each remembers where it goes on (page and token), how many rows it has landed, and which tokens
 * it has seen, so that an API that pages in a circle is noticed. Bounded by what is in flight,
 * waiting to be retried, or was open at the last stop. Main loop only.
 */
#ifndef RUN_CHAINS_H
#define RUN_CHAINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/indexmap.h"
#include "run/page_view.h"
#include "spec/paging.h"
#include "store/ledger.h"

#define CHAIN_VISITED_MAX 1024 /* newest tokens remembered, each as a 64-bit hash */

struct chain {
	uint64_t index; /* the point */
	uint32_t page;  /* the page to fetch next, from 1 */
	uint32_t nvisited;
	char *token; /* its token */
	uint64_t rows;
	bool changed;      /* some page of it was not "not modified" */
	uint64_t *visited; /* oldest first; visited[0] is the anchor, see chain_advance */
	struct chain_watch watch;
	char *drift, *paging; /* as in struct chain_record */
};

struct chains {
	struct indexmap open; /* by point */
};

void chains_done(struct chains *chains); /* a zeroed one is empty and valid */
struct chain *chains_find(const struct chains *chains, uint64_t index); /* NULL: none */
struct chain *chains_add(struct chains *chains, uint64_t index);        /* must not be there */
void chains_drop(struct chains *chains, uint64_t index);
/* Calls fn for each, in no order; fn must not change the set. */
void chains_each(const struct chains *chains, void (*fn)(struct chain *chain, void *arg),
		 void *arg);

/* Moves on to the next page. False when the chain has been at `token` before: a circle. Circles
 * longer than what is remembered are found by the anchor, the token at the last page that was a
 * power of two (R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980), at the
 * latest after three rounds. */
bool chain_advance(struct chain *chain, const char *token);

/* May this page be taken for the next of the chain (NULL: it is the first)? PAGE_LOOP when it
 * holds the records of one before it, PAGES_MISSING when it is the last (`ends`) and the API
 * counts more than came; a sentence then. */
enum outcome chain_check(const struct chain *chain, const struct page_view *view, bool ends,
			 struct err *err);
/* It was taken: remembers what later pages are held against. */
void chain_watch_page(struct chain *chain, const struct page_view *view,
		      const struct paging *paging);
/* At the end of the chain: what shows that rows may be missing or twice there, a sentence, or NULL.
 * Valid as long as the chain. */
const char *chain_drift(struct chain *chain, const struct paging *paging);

#endif
