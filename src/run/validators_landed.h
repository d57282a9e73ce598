/* The validators that the pages of a run bring: written with their rows. Lander thread, inside the
 * transaction. */
#ifndef RUN_VALIDATORS_LANDED_H
#define RUN_VALIDATORS_LANDED_H

#include "run/account.h"
#include "run/landing.h"
#include "store/db.h"

/* What one PAGE changes. */
void validators_write(struct account *account, struct db *db, const struct landing *landing);
/* The run ends: what no request renewed goes, if it asked for all there is. */
void validators_end(const struct account *account, struct db *db, const char *result);

#endif
