/* The tables, and how a database of an older fetchd becomes one of this one. Private to src/store.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include "base/err.h"
#include "store/db.h"

#define SCHEMA_APPLICATION_ID 0x66746364 /* "ftcd", in the file's header */

extern const unsigned schema_version; /* what schema_upgrade brings a database to */

/* Applies the steps that are missing in one transaction and marks the database as in use. 0 or
 * -errno; nothing is changed on failure. */
int schema_upgrade(struct db *db, unsigned from_version, struct err *err);

#endif
