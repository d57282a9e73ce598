/* Jobs enabled or disabled by hand: persistent, and stronger than the file. */
#ifndef STORE_SWITCHES_H
#define STORE_SWITCHES_H

#include <stdbool.h>

#include "base/err.h"
#include "base/json.h"
#include "store/db.h"

void switches_put(struct db *db, const char *job, bool enabled); /* inside a transaction */
void switches_drop(struct db *db, const char *job);              /* inside a transaction */
struct json *switches_all(struct db *db, struct err *err);       /* {"job": true} */

#endif
