/* Marks set or reset by hand: what is asked, which marks that is, and the commit.
 *
 * Setting also ends what earlier runs may still do to marks: one that is retried after it moves
 * none. A job's marks are changed only while no run of it is live.
 */
#ifndef RUN_MARKS_ORDER_H
#define RUN_MARKS_ORDER_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"
#include "spec/job.h"
#include "store/db.h"

#define MARKS_ORDER_MAX 100000 /* marks set at once */

struct marks_order {
	char *job;
	char *cursor, *type; /* what the marks are of; "" of a reset */
	char *value;         /* NULL: reset, validators too */
	void *rank;
	size_t rank_len;
	char **parts;
	size_t nparts;
};
void marks_order_free(struct marks_order *order); /* NULL is fine */

/* `mark` NULL: a reset. `params` narrows: {"id": "7"}; NULL: all marks of the job. Reads files that
 * parameters come from. Query thread; `db` as query_ask gives it. NULL with a sentence and *code:
 * -EINVAL, -ERANGE (too many), or as inputs_freeze. */
struct marks_wish {
	const struct job *job;
	const char *mark;
	const struct json *params;
	const char *data_dir; /* where other jobs have landed */
};
struct marks_order *marks_order_new(struct db *db, const struct marks_wish *wish, int *code,
				    struct err *err);
/* Lander thread; one transaction. */
int marks_order_commit(const struct marks_order *order, struct db *db, struct err *err);
/* What `state` shows: {"job", "cursor", "type", "per", "items", "next", "validators"}; marks_json.
 * Query thread. */
struct json *marks_shown(struct db *db, const struct job *job, unsigned limit, const char *after,
			 struct err *err);

#endif
