/* Time: what the clocks say, and how a time is written.
 *
 * Whoever decides by time takes `now_ms` as a parameter, so that tests invent it; only the loops
 * and `main` ask the clocks. Monotonic milliseconds for waiting, UNIX milliseconds for records.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

#define CLOCK_TEXT_MAX 40

int64_t clock_monotonic_ms(void);
int64_t clock_monotonic_us(void);
int64_t clock_unix_ms(void);

/* RFC 3339 in UTC, "2026-11-23T06:00:00.123Z"; without the fraction when it is zero. */
void clock_format(int64_t unix_ms, char text[static CLOCK_TEXT_MAX]);
/* The form of file names, "20261123T060000Z". */
void clock_format_compact(int64_t unix_ms, char text[static CLOCK_TEXT_MAX]);
/* RFC 3339 section 5.6 with any offset. 0 or -EINVAL. */
int clock_parse(const char *text, int64_t *unix_ms);
/* An HTTP-date in any of its three forms, RFC 9110 section 5.6.7. 0 or -EINVAL. */
int clock_parse_http_date(const char *text, int64_t *unix_ms);

#endif
