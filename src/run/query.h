/* The query thread: look-ups in the database and other slow reading, off the main loop.
 *
 * `work` runs on the query thread with the read-only connection; `done` then runs on the main loop.
 * Both get `arg`, which belongs to the question; nothing else may be touched by `work`.
 */
#ifndef RUN_QUERY_H
#define RUN_QUERY_H

#include "base/err.h"
#include "io/loop.h"
#include "store/db.h"

struct query;

typedef void query_work_fn(struct db *db, void *arg);
typedef void query_done_fn(void *arg);

int query_start(struct loop *loop, const char *db_path, struct query **query, struct err *err);
/* Questions are answered in order. `done` is always called, also after query_stop began (work may
 * then be left out: it finds db NULL). */
void query_ask(struct query *query, query_work_fn *work, query_done_fn *done, void *arg);
/* What `work` says when it finds db NULL: -EAGAIN with a sentence. */
int query_refuse(struct err *err);
void query_stop(struct query *query); /* answers what is asked, joins; NULL is fine */

#endif
