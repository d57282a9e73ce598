/* Marks of `incremental:` as values: which of two is higher, and what a look back from one is.
 *
 * A mark is the text of a record's cursor as the API gave it. Its rank is a run of bytes that
 * compares (memcmp, then length) as the values do: times as instants whatever their zone, numbers
 * as decimals of any length and exponent, never through a double, texts by their bytes. Pure; any
 * thread.
 */
#ifndef SPEC_MARK_H
#define SPEC_MARK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

enum mark_type { MARK_TIME, MARK_NUMBER, MARK_TEXT };

#define MARK_MAX      1024 /* bytes of a mark */
#define MARK_RANK_MAX (MARK_MAX + 16)

/* Appends the rank. Times are RFC 3339, also with "+0100" for an offset; one without an offset, or
 * a date alone, counts as UTC. -EINVAL with a sentence when the text is none of the type. */
int mark_rank(enum mark_type type, struct slice text, struct buf *rank, struct err *err);
/* Appends the mark `back_ms` earlier, written the way this one is (offset, digits of the fraction);
 * a date alone stays one, rounded down. Only times can look back: others are appended as they are.
 */
int mark_back(enum mark_type type, struct slice text, int64_t back_ms, struct buf *out,
	      struct err *err);
int mark_compare(struct slice rank, struct slice other); /* <0, 0, >0 */

/* A mark as a run has frozen it, one value of a spool (spec/spool.h): the text, and the records at
 * the mark as 16 hex digits each, ascending. Borrows from `frozen`; "" has neither. */
struct mark_frozen {
	struct slice value; /* ptr NULL: there is none */
	struct slice keys;
};
#define MARK_KEY_DIGITS 16
struct mark_frozen mark_thaw(const char *frozen);

#endif
