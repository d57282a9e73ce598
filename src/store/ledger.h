/* What of a run is done: ranges of finished points, open chains, failures. The heart of exactly
 * once.
 *
 * A point is in `progress` when it needs no more work: landed, empty, unchanged or failed for good.
 * A chain (pages) is in `chains` while its next page is still to come, and enters progress when it
 * is finished.
 */
#ifndef STORE_LEDGER_H
#define STORE_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "base/rangeset.h"
#include "store/db.h"

/* Writers: inside a transaction; errors are remembered for db_commit. */

/* Marks points as finished. `set` is the run's progress as last committed: it is brought up to date
 * with the `n` indexes (sorted by this call; those beyond its universe are left out), and only the
 * ranges that changed are written. If the transaction is rolled back, `set` must be loaded anew. */
void ledger_finish(struct db *db, uint64_t run, struct rangeset *set, uint64_t *indexes, size_t n);
/* Takes points out again (retry of failures). */
void ledger_reopen(struct db *db, uint64_t run, struct rangeset *set, const uint64_t *indexes,
		   size_t n);

/* What a chain remembers of its pages so far, to see whether the API keeps its word. Stored as the
 * bytes it is. */
struct chain_watch {
	uint64_t records;               /* that came, whatever landed of them */
	uint64_t total_low, total_high; /* least and most the API has counted; low > high: never */
	uint64_t mark, anchor; /* of the page before, and of the last whose number was a power of
				  two; 0: none */
	uint64_t last_mark;    /* of the record that came last; 0: none */
};

struct chain_record {
	uint64_t index;
	uint32_t next_page; /* the page to fetch next, from 1 */
	char *token;        /* its token (page.h) */
	uint64_t rows;      /* landed by this chain so far */
	void *visited; /* hashes of tokens seen, 8 bytes each, oldest first, at most 4,096 kept */
	size_t visited_len; /* bytes */
	bool changed;       /* some page of it was not "not modified" (RFC 9110 section 15.4.5) */
	struct chain_watch watch;
	char *drift;  /* what shows that rows moved, a sentence; NULL: nothing */
	char *paging; /* by: auto: the settings recognised on its first page; NULL otherwise */
};
void ledger_chain_put(struct db *db, uint64_t run, const struct chain_record *chain);
void ledger_chain_drop(struct db *db, uint64_t run, uint64_t index);

struct failure_record {
	uint64_t index;
	uint32_t page;
	char *token;   /* of that page; NULL on page 0 */
	char *params;  /* JSON text */
	char *url;     /* as it may be shown; NULL */
	int status;    /* 0: none */
	char *outcome; /* name of the outcome table */
	char *error;   /* the sentence */
	uint32_t tries;
};
void ledger_failure_put(struct db *db, uint64_t run, const struct failure_record *failure);
void ledger_failure_drop(struct db *db, uint64_t run, uint64_t index);

/* Readers. What `fn` is given is borrowed; it may write, but not ask the same reader again. */
int ledger_load(struct db *db, uint64_t run, struct rangeset *set,
		struct err *err); /* adds to `set` */
int ledger_each_chain(struct db *db, uint64_t run,
		      void (*fn)(const struct chain_record *chain, void *arg), void *arg,
		      struct err *err);
/* In order of index; returns how many or -errno. */
struct failure_portion {
	uint64_t after; /* only indexes above it; UINT64_MAX: from the first */
	unsigned limit; /* at most so many */
};
int ledger_each_failure(struct db *db, uint64_t run, struct failure_portion portion,
			void (*fn)(const struct failure_record *failure, void *arg), void *arg,
			struct err *err);
/* {"items": [{"params", "page", "url", "status", "error", "tries", "index", "outcome"}], "next"};
 * SPEC section 5. At most 1,000 items; `next` is the next page's `after`, or null. */
struct json *ledger_failures_json(struct db *db, uint64_t run, unsigned limit, uint64_t after,
				  struct err *err);

#endif
