/* First requests: what a parameter takes from an answer is asked for before the matrix is known.
 *
 * Each is a job of its own (spec/job_first.c), of which one chain of pages is fetched: with the
 * engine, the credentials, the retries and the politeness of the job that it is for. Nothing of it
 * lands; the values go to a spool. It is not remembered how far it got: after a crash it is made
 * anew. Main loop; what blocks is done on the query thread.
 */
#ifndef RUN_INQUIRY_H
#define RUN_INQUIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "run/parcel.h"
#include "spec/spool.h"
#include "store/runs.h"

struct dispatcher;
struct inquiry;

struct inquiry_order {
	const struct run_record
		*record; /* read during the call: id, job, engine, slot, definition */
	bool brief;      /* the first page is enough */
};

/* By parameter, MATRIX_PARAMS_MAX of them, NULL where there was nothing to ask; the listener's to
 * spool_release. Below 0 there are none: -EAGAIN the daemon stops, -ECANCELED as asked, or what was
 * wrong. The inquiry is over. */
typedef void inquiry_done_fn(struct spool **spools, int code, const struct err *err, void *arg);

/* `done` is called later, once. */
struct inquiry *inquiry_start(struct dispatcher *dispatcher, const struct inquiry_order *order,
			      inquiry_done_fn *done, void *arg);
void inquiry_cancel(struct inquiry *inquiry); /* `done` is called later */
void inquiry_free(struct inquiry *inquiry);   /* when nothing is out; NULL is fine */
void inquiry_take_parcel(struct inquiry *inquiry, struct parcel *parcel, int64_t now_ms);
void inquiry_stop_all(struct dispatcher *dispatcher); /* those that wait for a time give up */

#endif
