/* The marks that the pages of a run make: candidates in the transaction of their rows, standing
 * once their part is finished (store/marks.h). Lander thread, inside the transaction. */
#ifndef RUN_MARKS_LANDED_H
#define RUN_MARKS_LANDED_H

#include "run/account.h"
#include "run/landing.h"
#include "store/db.h"

/* What one PAGE changes. */
void marks_write(struct account *account, struct db *db, const struct landing *landing);
/* After the last landing of the batch: the mark of the whole job, if it has but one. */
void marks_write_sum(struct account *account, struct db *db);
/* The transaction was rolled back, or the account goes. */
void marks_abandon(struct account *account);

#endif
