/* The lander: the one thread that writes output files and the ledger.
 *
 * Landings come in through its mailbox, are gathered for at most 50 ms or 4 MiB, and are committed
 * as a group: rows appended and synced, then one transaction, then they go back through `landed`.
 * What fails for reasons that may pass (a full disk, EIO, a directory that was replaced) waits and
 * is tried again, from the committed state, by each output for itself; a LANDING_HOLD tells whose
 * run waits, and why. Closed files are summed, compressed and removed beside that (closed.h), live
 * ones closed by the clock.
 */
#ifndef RUN_LANDER_H
#define RUN_LANDER_H

#include <stdbool.h>

#include "base/err.h"
#include "io/mailbox.h"
#include "run/landing.h"
#include "run/output.h"

#define LANDER_GATHER_MS    50
#define LANDER_GATHER_BYTES ((size_t)4 << 20)

struct lander;

/* `db` is the writing connection: the lander's from here on. `landed` receives struct landing *. */
int lander_start(const struct output_place *place, struct db *db, struct mailbox *landed,
		 struct lander **lander, struct err *err);
/* Main loop; never blocks. The landing comes back once. */
void lander_submit(struct lander *lander, struct landing *landing);
unsigned lander_files_open(const struct lander *lander); /* any thread */
bool lander_is_busy(const struct lander *lander); /* closed files are being summed or compressed */
/* Lands what it has, commits, joins, closes the database. A landing that cannot be committed now is
 * sent back with its error and stays unfinished for the next start; without `give_up` the ledger's
 * trouble is waited out. */
void lander_stop(struct lander *lander, bool give_up);

#endif
