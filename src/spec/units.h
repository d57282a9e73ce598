/* Sizes, durations and rates as people write them: 64MiB, 1h30m, 500ms, 20/s. */
#ifndef SPEC_UNITS_H
#define SPEC_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define UNITS_TEXT_MAX 48

/* "64MiB", "10kB", "512" (bytes); B kB MB GB TB KiB MiB GiB TiB. -EINVAL with a sentence. */
int size_parse(const char *text, uint64_t *bytes, struct err *err);
/* "1h30m", "500ms", "2d", "0"; w d h m s ms; a bare number other than 0 is refused. */
int duration_parse(const char *text, int64_t *ms, struct err *err);
/* "20/s", "100/m", "5000/h", "1.5/s": requests per second. */
/* As the time from one to the next, in nanoseconds: "20/s" is 50,000,000. From 1/d to 1000000/s. */
int rate_parse(const char *text, int64_t *interval_ns, struct err *err);
void rate_format(int64_t interval_ns, char text[static UNITS_TEXT_MAX]);

void size_format(uint64_t bytes,
		 char text[static UNITS_TEXT_MAX]); /* exact: the largest unit that divides */
void duration_format(int64_t ms, char text[static UNITS_TEXT_MAX]); /* exact: "1h30m" */

#endif
