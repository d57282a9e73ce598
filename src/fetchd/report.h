/* The workers and files of a run that --once has ended, as tables for people; see control/runtext.h
 * for the rest. Made from the "run" document that the socket gives too.
 */
#ifndef FETCHD_REPORT_H
#define FETCHD_REPORT_H

#include "base/buf.h"
#include "base/json.h"

/* The workers as a table, a line each. */
void report_crew(const struct json *run, struct buf *out);
/* The files, a line each; names are put below data_dir. */
void report_files(const struct json *run, const char *data_dir, struct buf *out);

#endif
