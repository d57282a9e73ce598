/* Validators of `conditional: true`: what each page of each request was told about its content
 * (RFC 9110 section 8.8), to be sent back with the next run of the same definition.
 *
 * Like marks they are candidates of their run, written with the rows they are of. In append mode
 * they stand once their point is finished; in snapshot mode once their run is recorded as complete,
 * which is when its snapshot is published. There each also remembers where the rows of its page
 * are: an answer "not modified" takes them over from there.
 */
#ifndef STORE_VALIDATORS_H
#define STORE_VALIDATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

struct validator_record {
	uint64_t run;
	bool stands;
	uint64_t definition;   /* hash of the job it belongs to */
	uint64_t identity;     /* of the request as it went out */
	char *etag, *modified; /* as the server sent them; NULL: it did not */
	char *token;           /* of the page after this one; NULL: it is the last */
	char *paging;          /* by: auto, first page: the settings recognised; NULL otherwise */
	void *view;            /* what its chain holds against it, the caller's format; NULL */
	size_t view_len;

	/* where its rows are: */
	uint64_t rows;
	char *output;      /* snapshot_key of the part's output; NULL: nowhere, or in append mode */
	uint64_t sequence; /* of the part */
	uint64_t offset, length; /* bytes of the part before it is compressed */
	uint64_t sum;            /* hash of those bytes */
};
void validator_record_done(struct validator_record *record);

/* Writers: inside a transaction; errors are remembered for db_commit. `request` is the parameters
 * of the point as JSON. */
void validators_put(struct db *db, const char *job, const char *request, uint32_t page,
		    const struct validator_record *record);
/* All pages of the request that this run has written stand; what earlier runs wrote goes. */
void validators_stand(struct db *db, const char *job, const char *request, uint64_t run);
/* What later ones have replaced goes: of runs before the newest that stands. */
void validators_prune(struct db *db, const char *job, const char *request);
/* Of runs before `run`, of any request: those that are not asked any more. */
void validators_drop_before(struct db *db, const char *job, uint64_t run);
void validators_drop_run(struct db *db, const char *job, uint64_t run);
void validators_drop_all(struct db *db, const char *job);

/* The newest that stands of a page; -ENOENT. `record` is the caller's to be done with. */
int validators_get(struct db *db, const char *job, const char *request, uint32_t page,
		   struct validator_record *record, struct err *err);
/* How many stand, and how many of them may be sent; -errno. */
int validators_count(struct db *db, const char *job, uint64_t *count, struct err *err);

#endif
