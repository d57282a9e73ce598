/* Records that are no rows: what is written of them. Private to this floor. */
#ifndef DATA_REJECT_H
#define DATA_REJECT_H

#include "data/columns.h"

/* Appends one line to rows->rejects: {"run", "request", "page", "fetched_at", "url", "number" (of
 * the record in the answer, from 1), "column", "pointer", "reason", "record": as it came, compact}.
 * Without the encoding's meta those about the request are left out. The buffer remembers when it is
 * full. */
void reject_record(const struct encoding *encoding, size_t at, const struct refusal *refusal,
		   struct rows *rows);

#endif
