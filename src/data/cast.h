/* What a column of some type makes of a value: exactly the same value, or nothing. Private to this
 * floor.
 *
 * A number never goes through a double: it is checked and cut as text, so that 64-bit ids, 1.10 and
 * 1e400 land as they were sent. Times are put into one form, RFC 3339 in UTC, with every digit of
 * their fraction.
 */
#ifndef DATA_CAST_H
#define DATA_CAST_H

#include "base/err.h"
#include "data/cell.h"
#include "spec/job.h"

#define CAST_MADE_MAX 128 /* bytes that a value may take which does not stand in the body */

/* Brings the cell into the column's type; `made` keeps what has to be written anew. Nulls pass
 * every type. 0, or -EINVAL with a sentence such as "expected an integer, found the string "abc"".
 */
int cast_cell(struct cell *cell, const struct job_column *column, char made[static CAST_MADE_MAX],
	      struct err *err);

/* A time written as the column's `format` says (RFC 3339 without one; a number then is none):
 * "2026-01-01T00:00:00Z" into `made`. False: it is none. `text` ends before `made`. */
bool cast_time(struct slice text, bool number, const struct job_column *column,
	       char made[static CAST_MADE_MAX]);

/* A number of RFC 8259 section 6 written without an exponent, into `made` if that is another text
 * than `number`. False: it takes more than CAST_MADE_MAX bytes. */
bool cast_plain(struct slice number, struct slice *plain, char made[static CAST_MADE_MAX]);

#endif
