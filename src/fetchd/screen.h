/* Where --once shows things: the progress line on stderr when that is a terminal, the reports on
 * stdout. What they say is made by control/runtext.h and report.h.
 */
#ifndef FETCHD_SCREEN_H
#define FETCHD_SCREEN_H

#include "base/json.h"
#include "control/runtext.h"

/* On a terminal the log's lines take the place of the progress line from now on. */
void screen_begin(void);
void screen_end(void);

/* Redraws the line; nothing when stderr is no terminal. */
void screen_progress(const struct run_sum *sum);
/* A line on stderr for the user. */
void screen_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Summary, workers and files of a run that has ended. */
void screen_report(const struct json *run, const char *data_dir);

#endif
